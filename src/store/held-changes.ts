import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** A change that a link's cursor has passed but that the receiver has not taken. */
export interface HeldChange {
  readonly recordId: string
  readonly version: number
  readonly position: bigint
  /** `waiting` for another try or behind an earlier version that waits; `refused` by the receiver for good. */
  readonly state: 'waiting' | 'refused'
  readonly attempts: number
  /** ISO time of the next try; null for a refused change and for one that waits behind an earlier version. */
  readonly nextAt: string | null
  readonly code: string | null
  readonly detail: string | null
  readonly heldAt: string
}

/** A change to be held: the first of its record has a time, those behind it have none. */
export interface Hold {
  readonly recordId: string
  readonly version: number
  readonly position: bigint
  readonly state: 'waiting' | 'refused'
  readonly attempts: number
  readonly nextAtMs: number | null
  readonly code: string | null
  readonly detail: string | null
}

/** Records of which a version waits: later versions must not overtake it. */
export async function readHeldRecords(client: Client, linkId: string): Promise<Set<string>> {
  const { rows } = await client.query<{ record_id: string }>(
    `select distinct record_id from held_changes where link_id = $1 and state = 'waiting'`,
    [linkId],
  )
  return new Set(rows.map((row) => row.record_id))
}

export interface DueChange {
  readonly recordId: string
  readonly version: number
  readonly attempts: number
}

/** The waiting changes whose time has come, oldest first: at most one per record, because only the first of a record has a time. */
export async function readDue(
  client: Client,
  linkId: string,
  at: { readonly nowMs: number; readonly limit: number },
): Promise<DueChange[]> {
  const { rows } = await client.query(
    `select record_id, version, attempts from held_changes
      where link_id = $1 and state = 'waiting' and next_at <= to_timestamp($2::numeric / 1000) order by position limit $3`,
    [linkId, at.nowMs, at.limit],
  )
  return rows.map((row) => ({ recordId: row.record_id, version: row.version, attempts: row.attempts }))
}

/** When the next waiting change is due; null where none waits. */
export async function nextDueMs(client: Client, linkId: string): Promise<number | null> {
  const { rows } = await client.query(
    `select (extract(epoch from min(next_at)) * 1000)::bigint as ms from held_changes where link_id = $1 and state = 'waiting'`,
    [linkId],
  )
  return rows[0]?.ms == null ? null : Number(rows[0].ms)
}

/** Held changes of a link by record and version; `after` is the last one of the page before. */
export async function listHeldChanges(
  client: Client,
  query: {
    readonly linkId: string
    readonly state?: 'waiting' | 'refused'
    readonly after?: { readonly recordId: string; readonly version: number }
    readonly limit: number
  },
): Promise<HeldChange[]> {
  const { rows } = await client.query(
    `select record_id, version, position, state, attempts, next_at, code, detail, held_at from held_changes
      where link_id = $1 and ($2::text is null or state = $2) and ($3::text is null or (record_id, version) > ($3, $4::integer))
      order by record_id, version limit $5`,
    [
      query.linkId,
      query.state ?? null,
      query.after?.recordId ?? null,
      query.after?.version ?? null,
      query.limit,
    ],
  )
  return rows.map((row) => ({
    recordId: row.record_id,
    version: row.version,
    position: BigInt(row.position),
    state: row.state,
    attempts: row.attempts,
    nextAt: row.next_at,
    code: row.code,
    detail: row.detail,
    heldAt: row.held_at,
  }))
}
