import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { SharingClass } from '#core/model/sharing.ts'
import { inTransaction } from './database.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

/** `v1`: HMAC-SHA256 with a secret that both sides have. `v1a`: Ed25519 with a key pair of the hub. */
export const SIGNING_SCHEMES = ['v1', 'v1a'] as const
export type SigningScheme = (typeof SIGNING_SCHEMES)[number]

/** A key as it is stored: sealed, newest first. */
export interface StoredSigningKey {
  readonly id: string
  readonly scheme: SigningScheme
  /** Base64 of the sealed secret. */
  readonly sealed: string
  readonly publicKey: string | null
  /** ISO time after which it signs no more; null for the newest. */
  readonly validUntil: string | null
}

/** What may be known of a key. */
export type ShownSigningKey = Pick<StoredSigningKey, 'scheme' | 'publicKey' | 'validUntil'>

/** A new secret, as the other side is told it: `whsec_…`, or only the public key. */
export interface MadeKey {
  readonly scheme: SigningScheme
  /** Null where the other side is told the public key alone. */
  readonly secret: string | null
  readonly publicKey: string | null
}

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'link-secrets')
const contextOf = (linkId: string, of: string): string => `${linkId}\n${of}`

/** More than one before is kept only where secrets are changed faster than the old ones end. */
const KEYS_MAX = 4

/** A secret in the form of Standard Webhooks: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** A new key of a link, sealed for it, and what its other side is told. */
export async function makeSigningKey(
  pool: Pool,
  linkId: string,
  scheme: SigningScheme,
): Promise<{ readonly stored: StoredSigningKey; readonly made: MadeKey }> {
  const id = randomUUID()
  const pair = scheme === 'v1a' ? newPair() : null
  const secret = pair?.secret ?? newSecret()
  const sealed = seal(await keyOf(pool), secret, contextOf(linkId, id)).toString('base64')
  return {
    stored: { id, scheme, sealed, publicKey: pair?.publicKey ?? null, validUntil: null },
    made: { scheme, secret: pair ? null : secret, publicKey: pair?.publicKey ?? null },
  }
}

/** A key pair of Ed25519 as Standard Webhooks writes it: `whsk_` and base64 of seed and public key, `whpk_` and base64 of the public key. */
export function newPair(): { readonly secret: string; readonly publicKey: string } {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const publicBytes = Buffer.from(x, 'base64url')
  const both = Buffer.concat([Buffer.from(d, 'base64url'), publicBytes])
  return { secret: `whsk_${both.toString('base64')}`, publicKey: `whpk_${publicBytes.toString('base64')}` }
}

/** A token of a link, sealed for it. */
export const sealToken = async (pool: Pool, linkId: string, token: string): Promise<Buffer> =>
  seal(await keyOf(pool), token, contextOf(linkId, 'token'))

/**
 * Gives a link a new key. The one before signs along until `oldValidUntil`; one that signed along already keeps its own end. Null where
 * there is no such link.
 */
export async function rotateSigningKey(
  pool: Pool,
  linkId: string,
  wanted: { readonly scheme: SigningScheme; readonly oldValidUntil: string },
): Promise<MadeKey | null> {
  const { stored, made } = await makeSigningKey(pool, linkId, wanted.scheme)
  const sealing = await keyOf(pool)
  return await inTransaction(pool, async (client) => {
    const known = await lockedKeys(client, linkId, sealing)
    if (known === null) return null
    const former = known.map((key) => ({ ...key, validUntil: key.validUntil ?? wanted.oldValidUntil }))
    await client.query(
      `with rotated as (update links set signing = $2, secret = '', updated_at = clock_timestamp() where id = $1 returning id)
       update link_lanes set attempts = 0, next_at = null, last_error = null, changed_at = clock_timestamp()
         from rotated where link_id = rotated.id`,
      [linkId, JSON.stringify([stored, ...former].slice(0, KEYS_MAX))],
    )
    return made
  })
}

/** The keys of a link that is locked; a secret from before they were sealed is sealed now. */
async function lockedKeys(
  client: PoolClient,
  linkId: string,
  sealing: Buffer,
): Promise<readonly StoredSigningKey[] | null> {
  const { rows } = await client.query<{ signing: StoredSigningKey[]; secret: string }>(
    'select signing, secret from links where id = $1 for update',
    [linkId],
  )
  const row = rows[0]
  if (!row) return null
  if (row.secret === '') return row.signing
  const id = randomUUID()
  const sealed = seal(sealing, row.secret, contextOf(linkId, id)).toString('base64')
  return [{ id, scheme: 'v1', sealed, publicKey: null, validUntil: null }]
}

/** What a link needs to send: how its messages are signed, with which token, and what of a record it may see. */
export interface LinkTransport {
  readonly sees: readonly SharingClass[]
  readonly signing: readonly { readonly secret: string; readonly validUntilMs: number | null }[]
  readonly token: string | null
}

/** Null where there is no such link. */
export async function readLinkTransport(pool: Pool, linkId: string): Promise<LinkTransport | null> {
  const { rows } = await pool.query<{
    sees: SharingClass[]
    signing: StoredSigningKey[]
    secret: string
    token: Buffer | null
  }>({
    name: 'read-link-transport',
    text: 'select sees, signing, secret, token from links where id = $1',
    values: [linkId],
  })
  const row = rows[0]
  if (!row) return null
  const sealing = row.signing.length > 0 || row.token ? await keyOf(pool) : null
  const open = (sealed: Buffer, of: string): string =>
    unseal(sealing as Buffer, sealed, contextOf(linkId, of))
  return {
    sees: row.sees,
    signing:
      row.secret === ''
        ? row.signing.map(({ id, sealed, validUntil }) => ({
            secret: open(Buffer.from(sealed, 'base64'), id),
            validUntilMs: validUntil === null ? null : Date.parse(validUntil),
          }))
        : [{ secret: row.secret, validUntilMs: null }],
    token: row.token && open(row.token, 'token'),
  }
}

/** The secrets with which a message is signed at a time, as `sign` takes them: divided by blanks. */
export const secretsAt = ({ signing }: Pick<LinkTransport, 'signing'>, nowMs: number): string =>
  signing
    .filter(({ validUntilMs }) => validUntilMs === null || validUntilMs > nowMs)
    .map(({ secret }) => secret)
    .join(' ')
