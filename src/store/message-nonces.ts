import type { Pool, PoolClient } from 'pg'

/** The use of a nonce by a message. */
export interface NonceUse {
  readonly system: string
  readonly nonce?: string | undefined
  readonly sha256: Uint8Array
  readonly id: string
  readonly receivedAtMs: number
}

/** Remembers nonces with the messages that had them; fails with a unique violation where one was used before. */
export async function insertNonces(client: PoolClient, uses: readonly NonceUse[]): Promise<void> {
  if (uses.length === 0) return
  // In one order, so that two transactions never wait for each other crosswise.
  const rows = uses.toSorted((a, b) => (`${a.system}\n${a.nonce}` < `${b.system}\n${b.nonce}` ? -1 : 1))
  await client.query(
    `insert into message_nonces (system, nonce, sha256, message_id, received_at)
     select s, n, h, i, to_timestamp(t / 1000) from unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::numeric[]) u(s, n, h, i, t)`,
    [
      rows.map(({ system }) => system),
      rows.map(({ nonce }) => nonce),
      rows.map(({ sha256 }) => Buffer.from(sha256)),
      rows.map(({ id }) => id),
      rows.map(({ receivedAtMs }) => receivedAtMs),
    ],
  )
}

/** The message that a nonce of a system was used for. */
export async function findNonce(
  pool: Pool,
  system: string,
  nonce: string,
): Promise<{ sha256: Buffer; messageId: string } | null> {
  const { rows } = await pool.query(
    'select sha256, message_id from message_nonces where system = $1 and nonce = $2',
    [system, nonce],
  )
  return rows[0] ? { sha256: rows[0].sha256, messageId: rows[0].message_id } : null
}

/** Forgets nonces of messages that came before a time: no signature with them counts any more. */
export async function dropNoncesBefore(pool: Pool, ms: number): Promise<void> {
  await pool.query('delete from message_nonces where received_at < to_timestamp($1::numeric / 1000)', [ms])
}
