import type { ClientBase, Pool } from 'pg'
import type { DeliveryTimes } from '#core/delivery-times.ts'
import { type Hold, heldPlace } from './held-changes.ts'
import type { Lane } from './lanes.ts'
import type { Lease } from './link-lease.ts'
import type { LinkError } from './links.ts'
import { sealWords } from './personal/sealed-text.ts'

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

/** Which of what a lane sends a batch was: backfills and replays go over the lease of their lane. */
export type DeliveryLane = Lane | 'backfill' | 'replay'

/** The verdicts of a batch and the place that the lane is at after it. */
export interface Settlement {
  /** Null where nothing was sent: only changes that wait behind others were passed. */
  readonly sent: Sent | null
  /** Names that were noted before the batch was begun. */
  readonly places: readonly string[]
  readonly cursor: bigint
  /** The same of what replays made. */
  readonly replayed: bigint
  /** The batch was of that. */
  readonly ofReplays?: boolean
  readonly delivered: number
  /** How long those took that are counted by it; absent where none is. */
  readonly took?: DeliveryTimes
  readonly refused: number
  /** Versions left out because a newer one of their record was sent in their stead. */
  readonly coalesced: number
  /** Changes still to be sent one by one. */
  readonly careful: number
  /** Changes that wait or were refused, new or already held. */
  readonly holds: readonly Hold[]
  /** Held changes that the receiver took, or that others stand for. */
  readonly settled: readonly { readonly recordId: string; readonly version: number }[]
  /** Records whose next waiting version may go now. */
  readonly released: readonly string[]
  /** Present where the batch was of a backfill: how far that is, and what came of it. */
  readonly backfill?: {
    readonly id: string
    readonly position: bigint
    readonly superseded: number
    readonly putOff: number
    readonly done: boolean
  }
  /** Present where the lane as a whole failed: how often in a row, when to try again, and why. */
  readonly failure?: { readonly attempts: number; readonly nextAtMs: number; readonly error: LinkError }
  readonly nowMs: number
  readonly leaseMs: number
}

export interface Settled {
  /** False where the lease was lost: nothing was stored. */
  readonly stored: boolean
  /** The link was paused or changed since it was leased. */
  readonly changed: boolean
  /** How often changes were put back into the lane. */
  readonly putBack: bigint
  /** Of the released records, those of which a version still waits. */
  readonly waiting: readonly string[]
}

/** What a try over the old settings ended with says nothing about a link that its operator has changed since. */
const MOVE = `update link_lanes set cursor = greatest(cursor, $3), replay_cursor = greatest(replay_cursor, $33), delivered = delivered + $4, refused = refused + $5,
    attempts = case when changed_at = $12 then $6 else attempts end,
    next_at = case when changed_at = $12 then to_timestamp($7::numeric / 1000) else next_at end,
    last_error = case when changed_at = $12 then $8::jsonb else last_error end,
    last_ok_at = case when $9 then to_timestamp($10::numeric / 1000) else last_ok_at end,
    leased_until = clock_timestamp() + $11 * interval '1 millisecond',
    trying = trying - $26::text[], careful = $27, coalesced = coalesced + $28,
    took = case when $31::bigint[] is null then took
                else array(select coalesce(a, 0) + coalesce(b, 0) from unnest(took, $31::bigint[]) with ordinality t (a, b, place) order by place) end,
    took_seconds = took_seconds + $32
  where link_id = $1 and lane = $29 and fence = $2 returning link_id as id, changed_at, put_back`
const LOG = `insert into deliveries (id, started_at, link_id, lane, from_position, to_position, attempt, changes, ok, duplicate, retry,
    reject, outcome, detail, ms)
  select $13::uuid, to_timestamp($14::numeric / 1000), id, $30, $15::bigint, $16::bigint, $17::integer, $18::integer, $19::integer,
    $20::integer, $21::integer, $22::integer, $23, $24, $25::integer from moved where $13 is not null`
const HOLDS = `select * from unnest($34::text[], $35::integer[], $36::bigint[], $37::text[], $38::integer[], $39::bigint[], $40::text[], $41::text[],
    $42::text[], $43::text[]) h (record_id, version, position, state, attempts, next_ms, code, detail, cause, sent)`
const SETTLED = 'select * from unnest($44::text[], $45::integer[]) s (record_id, version)'
const HOLD = `insert into held_changes (link_id, lane, record_id, version, position, state, attempts, next_at, code, detail, cause, sent, again)
  select moved.id, $29, h.record_id, h.version, h.position, h.state, h.attempts, to_timestamp(h.next_ms::numeric / 1000), h.code, h.detail,
      h.cause, h.sent, $30 = 'backfill'
    from moved, (${HOLDS}) h
  on conflict (link_id, record_id, version) do update set state = excluded.state, attempts = excluded.attempts,
    next_at = excluded.next_at, code = excluded.code, detail = excluded.detail, cause = excluded.cause, sent = excluded.sent,
    reason = null, ended_by = null, ended_at = null`
const SETTLE = `delete from held_changes h using moved, (${SETTLED}) s
  where h.link_id = moved.id and h.record_id = s.record_id and h.version = s.version and h.state <> 'dropped'`
const RELEASE = `update held_changes h set next_at = coalesce(h.next_at, to_timestamp($10::numeric / 1000))
  from moved, (select distinct on (record_id) record_id, version from held_changes w
                where link_id = $1 and state = 'waiting' and record_id = any($46::text[])
                  and (record_id, version) not in (${SETTLED})
                  and (record_id, version) not in (select h.record_id, h.version from (${HOLDS}) h where h.state = 'refused')
                order by record_id, version) n
  where h.link_id = moved.id and h.record_id = n.record_id and h.version = n.version returning h.record_id`
const FILL = `update backfills b set position = greatest(b.position, $48::bigint), delivered = b.delivered + $4, refused = b.refused + $5,
    superseded = b.superseded + $49, put_off = b.put_off + $50, state = case when $51 then 'done' else b.state end,
    ended_at = case when $51 then to_timestamp($10::numeric / 1000) end
  from moved where b.id = $47::uuid and b.lane = $29 and b.state = 'open'`

const PLAIN = `with moved as (${MOVE}), logged as (${LOG}) select changed_at, put_back, null::text[] as waiting from moved`
const HOLDING = (
  more: string,
): string => `with moved as (${MOVE}), logged as (${LOG}), held as (${HOLD}), settled as (${SETTLE}),
  released as (${RELEASE})${more} select changed_at, put_back, array(select record_id from released) as waiting from moved`
/** Those over held changes have no name: a plan that was made while nothing was held reads all of them later. */
const STATEMENTS = {
  plain: { name: 'settle-delivery', text: PLAIN },
  holding: { text: HOLDING('') },
  backfill: { text: HOLDING(`, filled as (${FILL})`) },
} as const

/**
 * Stores the verdicts of a batch, moves the cursor and keeps the lease, all in one statement and so in one transaction, and only for
 * the holder of the newest lease. A crash before it means that the batch is sent again, with the same event identifiers.
 */
export async function settleDelivery(client: Client, lease: Lease, settlement: Settlement): Promise<Settled> {
  const { holds, settled, released, backfill } = settlement
  const plain = holds.length === 0 && settled.length === 0 && released.length === 0
  const values = movement(lease, settlement)
  if (backfill || !plain) values.push(...holding(client, lease.linkId, settlement))
  if (backfill)
    values.push(backfill.id, backfill.position, backfill.superseded, backfill.putOff, backfill.done)
  const statement = backfill ? STATEMENTS.backfill : plain ? STATEMENTS.plain : STATEMENTS.holding
  const { rows } = await client.query({ ...statement, values })
  const row = rows[0]
  if (!row) return { stored: false, changed: true, putBack: lease.putBack, waiting: [] }
  return {
    stored: true,
    changed: row.changed_at !== lease.changedAt,
    putBack: BigInt(row.put_back),
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
    lease.changedAt,
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
    moved.places,
    moved.careful,
    moved.coalesced,
    lease.lane,
    moved.backfill ? 'backfill' : moved.ofReplays ? 'replay' : lease.lane,
    moved.took?.counts ?? null,
    moved.took?.seconds ?? 0,
    moved.replayed,
  ]
}

function holding(client: Client, linkId: string, { holds, settled, released }: Settlement): unknown[] {
  const sealed = (column: 'detail' | 'sent'): (string | null)[] =>
    holds.map((hold) =>
      sealWords(
        client,
        hold[column],
        heldPlace(linkId, column)({ record_id: hold.recordId, version: hold.version }),
      ),
    )
  return [
    holds.map((hold) => hold.recordId),
    holds.map((hold) => hold.version),
    holds.map((hold) => hold.position),
    holds.map((hold) => hold.state),
    holds.map((hold) => hold.attempts),
    holds.map((hold) => (hold.nextAtMs === null ? null : Math.round(hold.nextAtMs))),
    holds.map((hold) => hold.code),
    sealed('detail'),
    holds.map((hold) => hold.cause),
    sealed('sent'),
    settled.map((change) => change.recordId),
    settled.map((change) => change.version),
    released,
  ]
}

/** A batch as the API lists it. */
export interface Delivery extends Omit<Sent, 'startedAtMs'> {
  readonly lane: DeliveryLane
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
    `select id, started_at, lane, from_position, to_position, attempt, changes, ok, duplicate, retry, reject, outcome, detail, ms
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
