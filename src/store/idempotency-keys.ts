import type { Pool, PoolClient } from 'pg'

/** Remembers which body each key was used for; fails with a unique violation where one was used before. */
export async function insertIdempotencyKeys(
  client: PoolClient,
  uses: readonly {
    system: string
    idempotencyKey: string | undefined
    sha256: Uint8Array
    id: string
    receivedAtMs: number
  }[],
): Promise<void> {
  if (uses.length === 0) return
  const rows = uses.map(({ system, idempotencyKey: key, sha256, id, receivedAtMs }) => ({
    system,
    key,
    sha256: Buffer.from(sha256).toString('hex'),
    id,
    receivedAtMs,
  }))
  await client.query(
    `insert into idempotency_keys (system, key, sha256, message_id, received_at)
     select u->>'system', u->>'key', decode(u->>'sha256', 'hex'), (u->>'id')::uuid, to_timestamp((u->>'receivedAtMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) u order by 1, 2`,
    [JSON.stringify(rows)],
  )
}

/** The message that an Idempotency-Key of a system was used for. */
export async function findIdempotencyKey(
  pool: Pool,
  system: string,
  key: string,
): Promise<{ sha256: Buffer; messageId: string } | null> {
  const { rows } = await pool.query(
    'select sha256, message_id from idempotency_keys where system = $1 and key = $2',
    [system, key],
  )
  return rows[0] ? { sha256: rows[0].sha256, messageId: rows[0].message_id } : null
}
