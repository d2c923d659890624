import { createHmac } from 'node:crypto'
import type { Pool } from 'pg'
import { inTransaction } from './database.ts'
import { sealingKey } from './sealing-key.ts'

/** A key as it is stored: its digest, never itself. */
export interface StoredKey {
  readonly id: string
  readonly name: string
  readonly scopes: string[]
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
  /** What it may use, in units of its rate; null: what the settings say. */
  readonly unitsPerSecond: number | null
}

/** How a digest is kept: keyed, so that a copy of the table alone tells nothing of a key that was guessed. */
const keyed = async (pool: Pool, sha256: Buffer): Promise<Buffer> =>
  createHmac('sha256', await sealingKey(pool, 'key-digests'))
    .update(sha256)
    .digest()

const COLUMNS = `id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt", units_per_second as "unitsPerSecond"`

export async function insertKey(
  pool: Pool,
  key: {
    id: string
    name: string
    scopes: readonly string[]
    sha256: Buffer
    expiresAt: string | null
    unitsPerSecond: number | null
  },
): Promise<StoredKey> {
  const { rows } = await pool.query<StoredKey>(
    `insert into keys (id, name, scopes, digest, is_keyed, expires_at, units_per_second) values ($1, $2, $3, $4, true, $5, $6) returning ${COLUMNS}`,
    [key.id, key.name, key.scopes, await keyed(pool, key.sha256), key.expiresAt, key.unitsPerSecond],
  )
  return rows[0] as StoredKey
}

/**
 * The key with this SHA-256, also when it is revoked or expired; it is noted as used, at most once a minute. One whose digest is not keyed yet, from
 * before they were, is moved over.
 */
export async function findKeyByDigest(pool: Pool, sha256: Buffer): Promise<StoredKey | null> {
  const digest = await keyed(pool, sha256)
  const { rows } = await pool.query<StoredKey & { isKeyed: boolean }>(
    `select ${COLUMNS}, is_keyed as "isKeyed" from keys where (digest = $1 and is_keyed) or (digest = $2 and not is_keyed)`,
    [digest, sha256],
  )
  if (!rows[0]) return null
  const { isKeyed, ...key } = rows[0]
  if (!isKeyed)
    await pool.query('update keys set digest = $2, is_keyed = true where id = $1 and not is_keyed', [
      key.id,
      digest,
    ])
  await pool.query(
    `update keys set last_used_at = now() where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [key.id],
  )
  return key
}

/** Null where there is none. */
export async function readKey(pool: Pool, id: string): Promise<StoredKey | null> {
  const { rows } = await pool.query<StoredKey>(`select ${COLUMNS} from keys where id = $1`, [id])
  return rows[0] ?? null
}

/** Keys, newest first. */
export async function listKeys(pool: Pool, limit: number): Promise<StoredKey[]> {
  const { rows } = await pool.query<StoredKey>(
    `select ${COLUMNS} from keys order by created_at desc, id limit $1`,
    [limit],
  )
  return rows
}

/**
 * Puts a key with the same name, scopes and rate in the place of one, which ends at a time. Null where there is none; `ended` where it does not count
 * any more.
 */
export async function replaceKey(
  pool: Pool,
  id: string,
  next: {
    readonly id: string
    readonly sha256: Buffer
    readonly expiresAt: string | null
    readonly oldEndsAtMs: number
  },
): Promise<StoredKey | 'ended' | null> {
  const digest = await keyed(pool, next.sha256)
  return await inTransaction(pool, async (client) => {
    const { rows: olds } = await client.query(
      `select revoked_at is not null or coalesce(expires_at <= clock_timestamp(), false) as ended from keys where id = $1 for update`,
      [id],
    )
    if (olds.length === 0) return null
    if (olds[0].ended) return 'ended'
    await client.query(
      'update keys set expires_at = least(expires_at, to_timestamp($2::numeric / 1000)) where id = $1',
      [id, next.oldEndsAtMs],
    )
    const { rows } = await client.query<StoredKey>(
      `insert into keys (id, name, scopes, digest, is_keyed, expires_at, units_per_second)
       select $2, name, scopes, $3, true, $4, units_per_second from keys where id = $1 returning ${COLUMNS}`,
      [id, next.id, digest, next.expiresAt],
    )
    return rows[0] as StoredKey
  })
}

/** Revokes a key; false where there is none. */
export async function revokeKey(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update keys set revoked_at = coalesce(revoked_at, now()) where id = $1',
    [id],
  )
  return rowCount === 1
}
