import type { ClientBase, Pool } from 'pg'
import type { Hold } from './held-changes.ts'
import type { Lease } from './link-lease.ts'
import type { LinkError } from './links.ts'

type Client = ClientBase | Pool

/** What became of one batch: `taken` with a verdict for each change, `split` to be sent in halves, or `failed` as a whole. */
export type DeliveryOutcome = 'taken' | 'split' | 'failed'

/** One batch as it was sent. */
export interface Sent {
  readonly id: string
  readonly startedAtMs: number
  readonly fromPosition: bigint
  readonly toPosition: bigint
  readonly attempt: number
  readonly changes: number
  readonly ok: number
  readonly duplicate: number
  readonly retry: number
  readonly reject: number
  readonly outcome: DeliveryOutcome
  readonly detail: string | null
  readonly ms: number
}

/** The verdicts of a batch and the place that the link is at after it. */
export interface Settlement {
  /** Null where nothing was sent: only changes that wait behind others were passed. */
  readonly sent: Sent | null
  readonly cursor: bigint
  readonly delivered: number
  readonly refused: number
  /** Changes that wait or were refused, new or already held. */
  readonly holds: readonly Hold[]
  /** Held changes that the receiver took. */
  readonly settled: readonly { readonly recordId: string; readonly version: number }[]
  /** Records whose next waiting version may go now. */
  readonly released: readonly string[]
  /** Present where the link as a whole failed: how often in a row, when to try again, and why. */
  readonly failure?: { readonly attempts: number; readonly nextAtMs: number; readonly error: LinkError }
  readonly nowMs: number
  readonly leaseMs: number
}

export interface Settled {
  /** False where the lease was lost: nothing was stored. */
  readonly stored: boolean
  /** The link was paused or changed since it was leased. */
  readonly changed: boolean
  /** Of the released records, those of which a version still waits. */
  readonly waiting: readonly string[]
}

/** What a try over the old settings ended with says nothing about a link that its operator has changed since. */
const MOVE = `update links set cursor = greatest(cursor, $3), delivered = delivered + $4, refused = refused + $5,
    attempts = case when updated_at = $12 then $6 else attempts end,
    next_at = case when updated_at = $12 then to_timestamp($7::numeric / 1000) else next_at end,
    last_error = case when updated_at = $12 then $8::jsonb else last_error end,
    last_ok_at = case when $9 then to_timestamp($10::numeric / 1000) else last_ok_at end,
    leased_until = clock_timestamp() + $11 * interval '1 millisecond'
  where id = $1 and fence = $2 returning id, state, updated_at`
const LOG = `insert into deliveries (id, started_at, link_id, from_position, to_position, attempt, changes, ok, duplicate, retry,
    reject, outcome, detail, ms)
  select $13::uuid, to_timestamp($14::numeric / 1000), id, $15::bigint, $16::bigint, $17::integer, $18::integer, $19::integer,
    $20::integer, $21::integer, $22::integer, $23, $24, $25::integer from moved where $13 is not null`
const HOLD = `insert into held_changes (link_id, record_id, version, position, state, attempts, next_at, code, detail)
  select moved.id, h.record_id, h.version, h.position, h.state, h.attempts, to_timestamp(h.next_ms::numeric / 1000), h.code, h.detail
    from moved, unnest($26::text[], $27::integer[], $28::bigint[], $29::text[], $30::integer[], $31::bigint[], $32::text[], $33::text[])
      h (record_id, version, position, state, attempts, next_ms, code, detail)
  on conflict (link_id, record_id, version) do update set state = excluded.state, attempts = excluded.attempts,
    next_at = excluded.next_at, code = excluded.code, detail = excluded.detail`
const SETTLE = `delete from held_changes h using moved, unnest($34::text[], $35::integer[]) s (record_id, version)
  where h.link_id = moved.id and h.record_id = s.record_id and h.version = s.version`
const RELEASE = `update held_changes h set next_at = to_timestamp($10::numeric / 1000)
  from moved, (select distinct on (record_id) record_id, version from held_changes
                where link_id = $1 and state = 'waiting' and next_at is null and record_id = any($36::text[])
                order by record_id, version) n
  where h.link_id = moved.id and h.record_id = n.record_id and h.version = n.version returning h.record_id`

const PLAIN = `with moved as (${MOVE}), logged as (${LOG}) select state, updated_at, null::text[] as waiting from moved`
const HOLDING = `with moved as (${MOVE}), logged as (${LOG}), held as (${HOLD}), settled as (${SETTLE}), released as (${RELEASE})
  select state, updated_at, array(select record_id from released) as waiting from moved`

/**
 * Stores the verdicts of a batch, moves the cursor and keeps the lease, all in one statement and so in one transaction, and only for
 * the holder of the newest lease. A crash before it means that the batch is sent again, with the same event identifiers.
 */
export async function settleDelivery(client: Client, lease: Lease, settlement: Settlement): Promise<Settled> {
  const { holds, settled, released } = settlement
  const plain = holds.length === 0 && settled.length === 0 && released.length === 0
  const { rows } = await client.query({
    name: plain ? 'settle-delivery' : 'settle-delivery-holding',
    text: plain ? PLAIN : HOLDING,
    values: plain ? movement(lease, settlement) : [...movement(lease, settlement), ...holding(settlement)],
  })
  const row = rows[0]
  if (!row) return { stored: false, changed: true, waiting: [] }
  return {
    stored: true,
    changed: row.state !== 'active' || row.updated_at !== lease.updatedAt,
    waiting: row.waiting ?? [],
  }
}

function movement(lease: Lease, { sent, failure, ...moved }: Settlement): unknown[] {
  return [
    lease.linkId,
    lease.fence,
    moved.cursor,
    moved.delivered,
    moved.refused,
    failure?.attempts ?? 0,
    failure?.nextAtMs ?? null,
    failure ? JSON.stringify(failure.error) : null,
    sent?.outcome === 'taken',
    moved.nowMs,
    moved.leaseMs,
    lease.updatedAt,
    sent?.id ?? null,
    sent?.startedAtMs ?? null,
    sent?.fromPosition ?? null,
    sent?.toPosition ?? null,
    sent?.attempt ?? null,
    sent?.changes ?? null,
    sent?.ok ?? null,
    sent?.duplicate ?? null,
    sent?.retry ?? null,
    sent?.reject ?? null,
    sent?.outcome ?? null,
    sent?.detail ?? null,
    sent?.ms ?? null,
  ]
}

function holding({ holds, settled, released }: Settlement): unknown[] {
  return [
    holds.map((hold) => hold.recordId),
    holds.map((hold) => hold.version),
    holds.map((hold) => hold.position),
    holds.map((hold) => hold.state),
    holds.map((hold) => hold.attempts),
    holds.map((hold) => (hold.nextAtMs === null ? null : Math.round(hold.nextAtMs))),
    holds.map((hold) => hold.code),
    holds.map((hold) => hold.detail),
    settled.map((change) => change.recordId),
    settled.map((change) => change.version),
    released,
  ]
}

/** A batch as the API lists it. */
export interface Delivery extends Omit<Sent, 'startedAtMs'> {
  readonly startedAt: string
}

/** Deliveries of a link, newest first; `before` is the last one of the page before. */
export async function listDeliveries(
  client: Client,
  query: {
    readonly linkId: string
    readonly before?: { readonly startedAt: string; readonly id: string }
    readonly limit: number
  },
): Promise<Delivery[]> {
  const { rows } = await client.query(
    `select id, started_at, from_position, to_position, attempt, changes, ok, duplicate, retry, reject, outcome, detail, ms
       from deliveries where link_id = $1 and ($2::timestamptz is null or (started_at, id) < ($2, $3::uuid))
      order by started_at desc, id desc limit $4`,
    [query.linkId, query.before?.startedAt ?? null, query.before?.id ?? null, query.limit],
  )
  return rows.map(({ started_at, from_position, to_position, ...row }) => ({
    ...row,
    startedAt: started_at,
    fromPosition: BigInt(from_position),
    toPosition: BigInt(to_position),
  }))
}
