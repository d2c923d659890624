import got from 'got'
import { cliLanguage } from './language.ts'

const TIMEOUT_MS = 15_000

/** A call to a running hub: the answer as it came. Throws its problem as one sentence, in the language of the command line. */
export type Call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  /** Sent as JSON; bytes are sent as CSV. */
  body?: object,
  /** Sent beside those of every call. */
  headers?: Readonly<Record<string, string>>,
) => Promise<Record<string, unknown>>

interface Issue {
  readonly path: string
  readonly reason: string
}

/** A problem that the hub answered, as one sentence. */
export class HubProblem extends Error {
  readonly problem: Readonly<Record<string, unknown>>
  constructor(problem: Readonly<Record<string, unknown>>) {
    const { title, detail, fix, issues = [] } = problem
    const wrong = (issues as readonly Issue[]).map(({ path, reason }) => `${path}: ${reason}`).join('; ')
    super(
      [title, detail, wrong, fix]
        .filter(Boolean)
        .join(say('. ', '。'))
        .replaceAll(/([。.])[。.]+/g, '$1')
        // What the API calls so is given to each command by this option.
        .replaceAll('allowAddress', '--allow'),
    )
    this.problem = problem
  }
}

/** Nobody answered, or somebody who is not the hub: a proxy in front of one that is about to start. */
export class NoAnswer extends Error {}

/** The members of an answer; null where it is no JSON. */
function membersOf(body: string): Record<string, unknown> | null {
  try {
    return body === '' ? {} : JSON.parse(body)
  } catch {
    return null
  }
}

const say = (en: string, zh: string): string => (cliLanguage() === 'zh' ? zh : en)

/** How a running hub is called. */
export interface CallOptions {
  readonly timeoutMs?: number
  /** Why what is of persons is to be shown in full (`--purpose`): a word of `PURPOSES`, and more behind a semicolon. Without one it is masked. */
  readonly purpose?: string | undefined
}

/** Calls to the hub at an address, with a key. */
export function callsTo(
  hub: string,
  key: string,
  { timeoutMs = TIMEOUT_MS, purpose }: CallOptions = {},
): Call {
  let isWarned = false
  return async (method, path, body, headers = {}) => {
    if (!URL.canParse(hub))
      throw new Error(
        say(
          `${hub} is no address, such as http://127.0.0.1:8080`,
          `${hub} 不是地址，应形如 http://127.0.0.1:8080`,
        ),
      )
    const answer = await got(new URL(path, hub), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'accept-language': cliLanguage(),
        ...(purpose === undefined ? {} : { 'hub-purpose': encodeURIComponent(purpose) }),
        ...(body instanceof Uint8Array ? { 'content-type': 'text/csv' } : {}),
        ...headers,
      },
      ...(body instanceof Uint8Array ? { body } : body ? { json: body } : {}),
      throwHttpErrors: false,
      followRedirect: false,
      retry: { limit: 0 },
      timeout: { request: timeoutMs },
    }).catch((error: { readonly code?: string }) => {
      throw new NoAnswer(
        say(`the hub at ${hub} does not answer (${error.code})`, `平台 ${hub} 没有应答（${error.code}）`),
      )
    })
    const value = membersOf(answer.body)
    if (value === null)
      throw new NoAnswer(
        say(
          `what answers at ${hub} is no hub (HTTP ${answer.statusCode})`,
          `${hub} 的应答并非来自平台（HTTP ${answer.statusCode}）`,
        ),
      )
    if (purpose !== undefined && answer.headers['hub-masked'] !== undefined && !isWarned) {
      isWarned = true
      console.error(
        say(
          'what may be of a person is masked: the key has not the scope personal',
          '个人信息已脱敏：该密钥没有 personal 权限',
        ),
      )
    }
    if (answer.statusCode < 300) return value
    throw new HubProblem(value)
  }
}
