import type { Pool } from 'pg'

/** A key as it is stored: its digest, never itself. */
export interface StoredKey {
  readonly id: string
  readonly name: string
  readonly scopes: string[]
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
  readonly lastUsedAt: string | null
}

const COLUMNS = `id, name, scopes, created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`

export async function insertKey(
  pool: Pool,
  key: { id: string; name: string; scopes: readonly string[]; digest: Buffer; expiresAt: string | null },
): Promise<StoredKey> {
  const { rows } = await pool.query<StoredKey>(
    `insert into keys (id, name, scopes, digest, expires_at) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [key.id, key.name, key.scopes, key.digest, key.expiresAt],
  )
  return rows[0] as StoredKey
}

/** The key with this digest, also when it is revoked or expired; it is noted as used, at most once a minute. */
export async function findKeyByDigest(pool: Pool, digest: Buffer): Promise<StoredKey | null> {
  const { rows } = await pool.query<StoredKey>(`select ${COLUMNS} from keys where digest = $1`, [digest])
  const key = rows[0]
  if (!key) return null
  await pool.query(
    `update keys set last_used_at = now() where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [key.id],
  )
  return key
}

/** Keys, newest first. */
export async function listKeys(pool: Pool, limit: number): Promise<StoredKey[]> {
  const { rows } = await pool.query<StoredKey>(
    `select ${COLUMNS} from keys order by created_at desc, id limit $1`,
    [limit],
  )
  return rows
}

/** Revokes a key; false where there is none. */
export async function revokeKey(pool: Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update keys set revoked_at = coalesce(revoked_at, now()) where id = $1',
    [id],
  )
  return rowCount === 1
}
