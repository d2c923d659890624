import { AdapterError, type HttpPort } from '#adapters/adapter.ts'
import { failureOfStatus } from '#adapters/http/failure.ts'
import { textOf } from '#adapters/soap/answer/answer.ts'
import { noFacts, readWsdl, type WsdlFacts } from './parse.ts'

/** A description and all that it is made of. */
const BYTES_MAX = 4 * 1024 * 1024
const DOCUMENTS_MAX = 30
const AT = '/settings/wsdl'

export interface WsdlParts {
  readonly http: HttpPort
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly accessSetting: string
  readonly maxBytes: number
  readonly nowMs: number
}

/**
 * A description with the documents that it names, which must be of the same origin: what it says decides where the hub calls.
 * @throws AdapterError
 */
export async function loadWsdl(parts: WsdlParts): Promise<WsdlFacts> {
  const facts = noFacts()
  const known = new Set([parts.url])
  const waiting = [parts.url]
  const origin = new URL(parts.url).origin
  let left = Math.min(BYTES_MAX, parts.maxBytes)
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const body = await fetched(parts, url, left)
    left -= body.length
    const before = facts.imports.length
    readWsdl(textOf(body), facts)
    for (const { location } of facts.imports.slice(before)) {
      const next = joined(location, url, origin)
      if (known.has(next)) continue
      if (known.size >= DOCUMENTS_MAX)
        throw new AdapterError('source', `the WSDL is made of more than ${DOCUMENTS_MAX} documents`, {
          setting: AT,
        })
      known.add(next)
      waiting.push(next)
    }
  }
  return facts
}

function joined(location: string, base: string, origin: string): string {
  const url = URL.canParse(location, base) ? new URL(location, base) : null
  if (url?.origin !== origin)
    throw new AdapterError('source', 'the WSDL names a document of another host, which is not fetched', {
      setting: AT,
    })
  url.hash = ''
  return url.href
}

async function fetched(
  { http, headers, accessSetting, nowMs }: WsdlParts,
  url: string,
  maxBytes: number,
): Promise<Buffer> {
  if (maxBytes <= 0)
    throw new AdapterError('source', `the WSDL has more than ${BYTES_MAX} bytes`, { setting: AT })
  const {
    status,
    body,
    headers: told,
  } = await http
    .request({ method: 'GET', url, headers: { accept: 'text/xml, application/xml', ...headers }, maxBytes })
    .catch((error: unknown) => {
      if (!(error instanceof AdapterError) || error.setting !== undefined) throw error
      throw new AdapterError(error.class, error.message, { setting: AT, cause: error.cause })
    })
  if (status >= 200 && status < 300) return body
  const wait = { 'retry-after': [told['retry-after'] ?? []].flat().slice(0, 1) }
  const failed = failureOfStatus(status, wait, nowMs)
  const detail = `the WSDL: ${failed.detail}`
  if (failed.class === 'auth') throw new AdapterError('auth', detail, { setting: accessSetting })
  if (failed.class !== 'retry') throw new AdapterError('config', detail, { setting: AT })
  throw new AdapterError(
    'retry',
    detail,
    failed.retryAfterMs === undefined ? {} : { retryAfterMs: failed.retryAfterMs },
  )
}
