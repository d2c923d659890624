import type { ClientBase, Pool } from 'pg'
import type { HeadKey } from '#core/evidence/signing.ts'
import { noteAudit } from './audit-log.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'
import { keptSecret } from './secrets.ts'

/** A key with which heads are signed, and the entry of the log that brought it; null where there is none. */
export interface StoredHeadKey {
  readonly id: string
  readonly publicKey: string
  readonly createdAt: string
  readonly entry: string | null
}

export const KEY_ACTION = 'audit key'

/** The secret from which the salts of leaves are made. */
export const saltSecret = (pool: Pool): Promise<Buffer> => keptSecret(pool, 'audit-salts')

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'audit-keys')

/** Keeps a new key, and says so in the log in the same transaction. */
export async function insertHeadKey(
  pool: Pool,
  client: ClientBase,
  key: HeadKey,
  who: string,
): Promise<void> {
  const sealed = seal(await keyOf(pool), key.secret, key.id)
  await client.query('insert into audit_keys (id, public_key, sealed) values ($1, $2, $3)', [
    key.id,
    key.publicKey,
    sealed,
  ])
  const facts = { publicKey: key.publicKey }
  await noteAudit(client, { kind: 'administration', who, action: KEY_ACTION, subject: key.id, facts })
}

/** Keys, oldest first. They are few. */
export async function listHeadKeys(client: ClientBase | Pool): Promise<StoredHeadKey[]> {
  const { rows } = await client.query<StoredHeadKey>(
    `select k.id, k.public_key as "publicKey", k.created_at as "createdAt",
            (select min(l.id)::text from audit_log l where l.kind = 'administration' and l.action = $1 and l.subject = k.id) as entry
       from audit_keys k order by k.created_at, k.id`,
    [KEY_ACTION],
  )
  return rows
}

/** A key with its secret. */
export async function openHeadKey(pool: Pool, id: string): Promise<HeadKey | null> {
  const { rows } = await pool.query<{ publicKey: string; sealed: Buffer }>(
    'select public_key as "publicKey", sealed from audit_keys where id = $1',
    [id],
  )
  const row = rows[0]
  return row ? { id, publicKey: row.publicKey, secret: unseal(await keyOf(pool), row.sealed, id) } : null
}
