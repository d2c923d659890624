import { AdapterError, type AdapterParts, type HttpAnswer, type HttpRequest } from '#adapters/adapter.ts'
import { failureOfStatus } from '#adapters/http/failure.ts'
import { memberPath } from '#adapters/paging/member.ts'
import { readDocument } from '#adapters/pull/document.ts'
import type { OAuth2Settings } from '#adapters/pull/settings/auth.ts'
import { headerText } from './secret.ts'

const AT = '/settings/auth/oauth2'
const SECRET = '/secrets/clientSecret'
const TOKEN_MAX_BYTES = 65_536
/** A token is not used in its last seconds: a request takes time. */
const EARLY_MS = 10_000

/** A token that is asked for when it is needed, and kept until it runs out or the source refuses it. */
export interface TokenKeeper {
  header(): Promise<readonly [name: string, value: string]>
  /** Forgets the token; false where there was none. */
  forget(): boolean
}

type Parts = Pick<AdapterParts, 'http' | 'clock'>

/** @throws AdapterError config */
export function tokenKeeper({ http, clock }: Parts, settings: OAuth2Settings, secret: string): TokenKeeper {
  const tokenPath = memberPath(settings.token ?? 'access_token', `${AT}/token`)
  const expiresPath = memberPath(settings.expires ?? 'expires_in', `${AT}/expires`)
  const request = requestOf(settings, secret)
  let kept: { readonly token: string; readonly untilMs: number } | null = null

  const ask = async (): Promise<string> => {
    const answer = await blamingUrl(() => http.request(request))
    checkToken(answer, clock.now())
    const document = readToken(answer)
    const token = document.textAt(tokenPath)
    if (!token)
      throw new AdapterError('auth', `the answer has no ${tokenPath.path}`, { setting: `${AT}/token` })
    const seconds = Number(document.textAt(expiresPath) ?? Number.POSITIVE_INFINITY)
    kept = { token, untilMs: clock.now() + Math.max(seconds * 1000 - EARLY_MS, 0) }
    return token
  }

  return {
    async header() {
      const token = kept && clock.now() < kept.untilMs ? kept.token : await ask()
      const value = headerText((settings.prefix ?? 'Bearer ') + token, `${AT}/token`)
      return [(settings.header ?? 'authorization').toLowerCase(), value]
    },
    forget() {
      const was = kept !== null
      kept = null
      return was
    },
  }
}

function requestOf(settings: OAuth2Settings, secret: string): HttpRequest {
  const { tokenUrl, clientId, scope, send = 'form' } = settings
  const fields: Record<string, string> = {
    grant_type: 'client_credentials',
    ...(scope ? { scope } : {}),
    ...(send === 'basic'
      ? {}
      : {
          [settings.clientIdName ?? 'client_id']: clientId,
          [settings.clientSecretName ?? 'client_secret']: secret,
        }),
  }
  // RFC 6749 §2.3.1 has both encoded before they are joined.
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`
  return {
    method: 'POST',
    url: tokenUrl,
    headers: {
      accept: 'application/json',
      'content-type': send === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(send === 'basic' ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } : {}),
    },
    body: send === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    maxBytes: TOKEN_MAX_BYTES,
  }
}

function checkToken({ status, headers }: HttpAnswer, nowMs: number): void {
  if (status >= 200 && status < 300) return
  const told = { 'retry-after': [headers['retry-after'] ?? []].flat().slice(0, 1) }
  const { class: what, detail, retryAfterMs } = failureOfStatus(status, told, nowMs)
  if (what === 'retry')
    throw new AdapterError('retry', detail, retryAfterMs === undefined ? {} : { retryAfterMs })
  // Token endpoints answer 400 for a client that they do not know (RFC 6749 §5.2).
  if (what === 'config') throw new AdapterError('config', detail, { setting: `${AT}/tokenUrl` })
  throw new AdapterError('auth', detail, { setting: SECRET })
}

function readToken({ body }: HttpAnswer) {
  try {
    return readDocument(body)
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    throw new AdapterError('source', error.message, { setting: `${AT}/tokenUrl` })
  }
}

async function blamingUrl(work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AdapterError) || error.class !== 'config') throw error
    throw new AdapterError('config', error.message, { setting: `${AT}/tokenUrl` })
  }
}
