import got from 'got'
import { cliLanguage } from './language.ts'

const TIMEOUT_MS = 15_000

/** A call to a running hub: the answer as it came. Throws its problem as one sentence, in the language of the command line. */
export type Call = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
) => Promise<Record<string, unknown>>

/** Calls to the hub at an address, with a key. */
export function callsTo(hub: string, key: string, timeoutMs = TIMEOUT_MS): Call {
  return async (method, path, body) => {
    const answer = await got(new URL(path, hub), {
      method,
      headers: { authorization: `Bearer ${key}`, 'accept-language': cliLanguage() },
      ...(body ? { json: body } : {}),
      throwHttpErrors: false,
      followRedirect: false,
      retry: { limit: 0 },
      timeout: { request: timeoutMs },
    })
    const value = (answer.body === '' ? {} : JSON.parse(answer.body)) as Record<string, unknown>
    if (answer.statusCode < 300) return value
    const { title, detail, fix, issues } = value
    throw new Error([title, detail, fix, issues && JSON.stringify(issues)].filter(Boolean).join(' '))
  }
}
