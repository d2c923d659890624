import { AdapterError, type AdapterParts, type HttpAnswer } from '#adapters/adapter.ts'
import { failureOfStatus } from '#adapters/http/failure.ts'
import type { Answer } from '#adapters/paging/listing.ts'
import { type SuccessTest, successTest } from '#adapters/paging/success.ts'
import { type Access, accessOf } from './access/access.ts'
import { type Document, readDocument } from './document.ts'
import { type Draft, render } from './draft.ts'
import type { PullSettings } from './settings/settings.ts'

/** An answer that is JSON, and that the source calls a success. */
export interface JsonAnswer extends Answer {
  readonly document: Document
}

/** The source during one reading: what was found out of it (a token of access) ends with the reading. */
export interface Source {
  readonly access: Access
  /**
   * @param at pointer of the endpoint in the settings
   * @throws AdapterError
   */
  ask(draft: () => Draft, at: string): Promise<JsonAnswer>
  /** The same, of whatever content. */
  send(draft: () => Draft, at: string): Promise<HttpAnswer>
}

/** @throws AdapterError config */
export function openSource(parts: AdapterParts<PullSettings>): Source {
  const access = accessOf(parts)
  const success = successTest(parts.settings.success)

  const once = async (draft: Draft): Promise<HttpAnswer> => {
    await access.apply(draft)
    return await parts.http.request(render(draft))
  }

  const send = async (draft: () => Draft, at: string): Promise<HttpAnswer> => {
    const answer = await blaming(`${at}/url`, async () => {
      const first = await once(draft())
      return first.status === 401 && access.renew() ? await once(draft()) : first
    })
    checkStatus(answer, at, access, parts.clock.now())
    return answer
  }

  return {
    access,
    send,
    async ask(draft, at) {
      let url = ''
      const kept = (): Draft => {
        const made = draft()
        url = made.url.href
        return made
      }
      let answer = await send(kept, at)
      let document = documentOf(answer, at)
      if (judged(success, document) === 'auth' && access.renew()) {
        answer = await send(kept, at)
        document = documentOf(answer, at)
      }
      success?.check(document, access.setting)
      return {
        document,
        bytes: answer.body,
        contentType: headerOf(answer, 'content-type') ?? '',
        link: headerOf(answer, 'link'),
        url,
      }
    },
  }
}

/** What comes in place of JSON comes from another address, or from something in between. */
function documentOf({ body }: HttpAnswer, at: string): Document {
  try {
    return readDocument(body)
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    throw new AdapterError(error.class, error.message, { setting: `${at}/url`, cause: error.cause })
  }
}

const judged = (success: SuccessTest | null, document: Document): string | null =>
  success?.judge(document) ?? null

const headerOf = ({ headers }: HttpAnswer, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

/** An error that blames nothing yet is one of the address. */
async function blaming<T>(setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AdapterError) || error.setting !== undefined || error.class !== 'config')
      throw error
    throw new AdapterError(error.class, error.message, { setting, cause: error.cause })
  }
}

function checkStatus({ status, headers }: HttpAnswer, at: string, access: Access, nowMs: number): void {
  if (status >= 200 && status < 300) return
  const told = { 'retry-after': [headers['retry-after'] ?? []].flat().slice(0, 1) }
  const { class: what, detail, retryAfterMs } = failureOfStatus(status, told, nowMs)
  if (what === 'auth') throw new AdapterError('auth', detail, { setting: access.setting })
  if (what === 'retry')
    throw new AdapterError('retry', detail, retryAfterMs === undefined ? {} : { retryAfterMs })
  throw new AdapterError('config', detail, { setting: `${at}/url` })
}
