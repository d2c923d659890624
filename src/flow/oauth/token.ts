import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Pool } from 'pg'
import { readOauthClient } from '#store/oauth-clients.ts'
import { sealingKey } from '#store/sealing-key.ts'

/** How long a token counts. */
export const TOKEN_MS = 600_000
const PREFIX = 'hubt_'

/** Who a token was made for, as whom, and until when. */
export interface TokenHolder {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly expiresAtMs: number
}

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'oauth-tokens')

export const isToken = (text: string): boolean => text.startsWith(PREFIX)

/** A token for a client. It is opaque to it; here it is known by its MAC. */
export async function makeToken(pool: Pool, holder: TokenHolder): Promise<string> {
  const body = Buffer.from(JSON.stringify([holder.clientId, holder.expiresAtMs, ...holder.scopes])).toString(
    'base64url',
  )
  return `${PREFIX}${body}.${macOf(await keyOf(pool), body).toString('base64url')}`
}

/**
 * The holder of a token; null where it was not made here, is over, or its client is revoked. Of its scopes those count that the client still has.
 */
export async function holderOf(pool: Pool, token: string, nowMs: number): Promise<TokenHolder | null> {
  const [body = '', mac = ''] = token.slice(PREFIX.length).split('.')
  const given = Buffer.from(mac, 'base64url')
  const wanted = macOf(await keyOf(pool), body)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null
  if (token !== `${PREFIX}${body}.${wanted.toString('base64url')}`) return null
  const [clientId, expiresAtMs, ...scopes] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [
    string,
    number,
    ...string[],
  ]
  if (expiresAtMs <= nowMs) return null
  const client = await readOauthClient(pool, clientId)
  if (!client || client.revokedAt !== null) return null
  return { clientId, expiresAtMs, scopes: scopes.filter((scope) => client.scopes.includes(scope)) }
}

const macOf = (key: Buffer, body: string): Buffer =>
  createHmac('sha256', key).update(PREFIX).update(body).digest()
