import type { PoolClient } from 'pg'

/** A void that came before its original. */
export interface WaitingVoid {
  readonly recordId: string
  readonly messageId: string
  readonly receivedAtMs: number
  readonly mapping: string
  readonly reason: string | null
  readonly voidedAt: string | null
}

/** The voids that wait for one of the records. */
export async function readWaitingVoids(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, WaitingVoid>> {
  const { rows } = await client.query(
    `select record_id, message_id, (extract(epoch from received_at) * 1000)::bigint as ms, mapping, reason, voided_at
       from waiting_voids where record_id = any($1)`,
    [ids],
  )
  return new Map(
    rows.map((row) => [
      row.record_id,
      {
        recordId: row.record_id,
        messageId: row.message_id,
        receivedAtMs: Number(row.ms),
        mapping: row.mapping,
        reason: row.reason,
        voidedAt: row.voided_at,
      },
    ]),
  )
}

/** Voids that have been applied wait no more. */
export async function deleteWaitingVoids(client: PoolClient, ids: readonly string[]): Promise<void> {
  await client.query('delete from waiting_voids where record_id = any($1)', [ids])
}

export async function insertWaitingVoids(client: PoolClient, voids: readonly WaitingVoid[]): Promise<void> {
  for (const waiting of voids) {
    await client.query(
      `insert into waiting_voids (record_id, message_id, received_at, mapping, reason, voided_at)
       values ($1, $2, to_timestamp($3::numeric / 1000), $4, $5, $6) on conflict (record_id) do nothing`,
      [
        waiting.recordId,
        waiting.messageId,
        waiting.receivedAtMs,
        waiting.mapping,
        waiting.reason,
        waiting.voidedAt,
      ],
    )
  }
}
