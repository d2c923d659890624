import type { ClientBase, Pool } from 'pg'
import type { ChangeFilter } from './change-filter.ts'
import { inTransaction } from './database.ts'
import { type Lane, LETS_HOLDS, REPLAYED_SQL } from './lanes.ts'
import type { LinkError, LinkLimits } from './links.ts'

type Client = ClientBase | Pool

/**
 * The right to deliver over one lane of a link. It runs out by itself, so that a worker that died does not block the lane; the fence
 * grows with each lease, and whatever the lane's row is asked to store is stored only for the newest fence, so that a worker that lost
 * its lease without noticing can send, but can move nothing.
 */
export interface Lease {
  readonly linkId: string
  readonly lane: Lane
  readonly fence: bigint
  readonly url: string
  /** With the rules of `readEgressRules`. */
  readonly allowAddress: readonly string[]
  readonly filter: ChangeFilter
  readonly mapping: string
  readonly limits: LinkLimits
  /** Sends only the newest version of a record among those that wait. */
  readonly coalesces: boolean
  /** When the link was made, in milliseconds since 1970: what came before is owed since then. */
  readonly createdAtMs: number
  readonly cursor: bigint
  /** Place up to which the lane is done with what replays made; only of the live one. */
  readonly replayed: bigint
  readonly attempts: number
  readonly lastErrorClass: LinkError['class'] | null
  /** Changes still to be sent one by one. */
  readonly careful: number
  /** Settings as of this moment; a delivery ends when the link was changed since. */
  readonly changedAt: string
  /** How often changes were put back into the lane; a delivery that sees it move looks for them. */
  readonly putBack: bigint
}

export type LeaseAnswer =
  | { readonly state: 'leased'; readonly lease: Lease }
  /** Another worker has the lease. */
  | { readonly state: 'busy' }
  /** The receiver has as many deliveries at once as the limits of the link allow. */
  | { readonly state: 'crowded' }
  /** The lane backs off. */
  | { readonly state: 'later'; readonly nextAtMs: number }
  /** Paused, deleted, or without an address to deliver to. */
  | { readonly state: 'idle' }

interface LeaseWish {
  readonly lane: Lane
  readonly nowMs: number
  readonly leaseMs: number
}

/** Serialises those who ask for one of the places at a receiver. */
const PLACES_LOCK = 7205002
/** Who was refused a place and has not come back since no longer stands in line. */
const LINE_S = 30

const LEASE = (condition: string): string => `update link_lanes n
    set fence = fence + 1, leased_until = clock_timestamp() + $2 * interval '1 millisecond', waits_since = null
   from links l
  where l.id = $1 and n.link_id = l.id and n.lane = $4
    and (n.link_id, n.lane) = (select o.link_id, o.lane from link_lanes o where o.link_id = $1 and o.lane = $4
           and (o.next_at is null or o.next_at <= to_timestamp($3::numeric / 1000))
           and (o.leased_until is null or o.leased_until <= clock_timestamp()) for update skip locked)
    and l.state = 'active' and l.url is not null and ${condition}
  returning n.fence, l.url, l.allow_address || egress_rules(l.id, l.system) as allow_address, l.filter, l.mapping, l.limits, l.coalesces,
    (extract(epoch from l.created_at) * 1000)::float8 as created_ms, n.cursor, n.replay_cursor, n.attempts,
    n.last_error ->> 'class' as error, n.careful, n.changed_at, n.put_back`

/** Nobody is counted who goes over the recall lane: a recall waits for no place. */
const HAS_PLACE = `(select count(*) from links k join link_lanes o on o.link_id = k.id
     where k.receiver = l.receiver and o.lane <> 'recall' and k.id <> l.id and k.state = 'active'
       and (o.leased_until > clock_timestamp()
            or o.waits_since > clock_timestamp() - ${LINE_S} * interval '1 second'
               and (o.next_at is null or o.next_at <= to_timestamp($3::numeric / 1000))
               and o.waits_since < coalesce(n.waits_since, 'infinity'))
   ) < (l.limits ->> 'concurrency')::integer`

/** Takes the lease of a lane for some milliseconds by the database's clock, unless another worker has it. */
export async function leaseLink(pool: Pool, id: string, wish: LeaseWish): Promise<LeaseAnswer> {
  const condition = wish.lane === 'recall' ? 'true' : `l.limits ->> 'concurrency' is null`
  const leased = await lease(pool, id, wish, { name: `lease-${wish.lane}`, text: LEASE(condition) })
  return leased ?? (await whyNot(pool, id, wish))
}

async function lease(
  client: Client,
  id: string,
  wish: LeaseWish,
  query: { readonly name: string; readonly text: string },
): Promise<LeaseAnswer | null> {
  const { rows } = await client.query({ ...query, values: [id, wish.leaseMs, wish.nowMs, wish.lane] })
  const row = rows[0]
  if (!row) return null
  return {
    state: 'leased',
    lease: {
      linkId: id,
      lane: wish.lane,
      fence: BigInt(row.fence),
      url: row.url,
      allowAddress: row.allow_address,
      filter: row.filter,
      mapping: row.mapping,
      limits: row.limits,
      // Of a recall every version is told, also one that the next takes back.
      coalesces: row.coalesces && wish.lane !== 'recall',
      createdAtMs: row.created_ms,
      cursor: BigInt(row.cursor),
      replayed: BigInt(row.replay_cursor),
      attempts: row.attempts,
      lastErrorClass: row.error,
      careful: row.careful,
      changedAt: row.changed_at,
      putBack: BigInt(row.put_back),
    },
  }
}

async function whyNot(pool: Pool, id: string, wish: LeaseWish): Promise<LeaseAnswer> {
  const { rows } = await pool.query(
    `select l.state, l.url, l.receiver, l.limits ->> 'concurrency' as concurrency, n.leased_until > clock_timestamp() as busy,
            (extract(epoch from n.next_at) * 1000)::bigint as next_ms
       from links l join link_lanes n on n.link_id = l.id where l.id = $1 and n.lane = $2`,
    [id, wish.lane],
  )
  const row = rows[0]
  if (row?.state !== 'active' || row.url === null) return { state: 'idle' }
  const nextAtMs = row.next_ms === null ? 0 : Number(row.next_ms)
  if (nextAtMs > wish.nowMs) return { state: 'later', nextAtMs }
  if (row.busy || row.concurrency === null || wish.lane === 'recall') return { state: 'busy' }
  return await leaseAtReceiver(pool, id, row.receiver, wish)
}

/** The lease of a link whose receiver takes only so many deliveries at once. Who waits longest for a place gets the next one. */
const leaseAtReceiver = (pool: Pool, id: string, receiver: string, wish: LeaseWish): Promise<LeaseAnswer> =>
  inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [PLACES_LOCK, receiver])
    const leased = await lease(client, id, wish, { name: 'lease-at-receiver', text: LEASE(HAS_PLACE) })
    if (leased) return leased
    await client.query(
      `update link_lanes set waits_since = clock_timestamp()
        where link_id = $1 and lane = $2 and (waits_since is null or waits_since < clock_timestamp() - ${LINE_S} * interval '1 second')`,
      [id, wish.lane],
    )
    return { state: 'crowded' }
  })

/** Keeps the lease; false where it was lost. */
export async function extendLease(client: Client, held: Lease, leaseMs: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `update link_lanes set leased_until = clock_timestamp() + $4 * interval '1 millisecond'
      where link_id = $1 and lane = $2 and fence = $3`,
    [held.linkId, held.lane, held.fence, leaseMs],
  )
  return rowCount === 1
}

/**
 * Gives the lease back, and moves the cursors past what the filter left out; what was under way is no longer counted as begun. Changes
 * nothing where the lease was lost.
 */
export async function releaseLease(
  client: Client,
  held: Lease,
  { cursor, replayed }: Pick<Lease, 'cursor' | 'replayed'>,
): Promise<void> {
  await client.query(
    `update link_lanes set leased_until = null, cursor = greatest(cursor, $4), replay_cursor = greatest(replay_cursor, $5), trying = '{}'
      where link_id = $1 and lane = $2 and fence = $3`,
    [held.linkId, held.lane, held.fence, cursor, replayed],
  )
}

/**
 * Notes that the batch at a place is about to be mapped and sent, and tells how often that was noted before without an end: by workers
 * that died with it. Null where the lease was lost. It does not wait for the disk: where the database itself dies, the note may be lost.
 */
export async function noteTry(client: Client, held: Lease, place: string): Promise<number | null> {
  const { rows } = await client.query<{ tries: number }>({
    name: 'note-try',
    text: `update link_lanes
              set trying = trying || jsonb_build_object($4::text, coalesce((trying ->> $4)::integer, 0) + 1)
            where link_id = $1 and lane = $2 and fence = $3
           returning (trying ->> $4)::integer - 1 as tries, set_config('synchronous_commit', 'off', true)`,
    values: [held.linkId, held.lane, held.fence, place],
  })
  return rows[0]?.tries ?? null
}

/** A lane that has something to do now, with the cursor by which progress shows. */
export interface LaneWithWork {
  readonly id: string
  readonly lane: Lane
  readonly cursor: bigint
}

/**
 * The lanes of active links that are behind the log or a replay, hold a change that is due, or have a backfill, that do not back off, and that
 * nobody has leased.
 */
export async function findLinksWithWork(client: Client, nowMs: number): Promise<LaneWithWork[]> {
  const { rows } = await client.query({
    name: 'find-links-with-work',
    text: `select l.id, n.lane, n.cursor + n.replay_cursor + n.put_back + coalesce((select sum(position) from backfills b where b.link_id = l.id
                    and b.lane = n.lane and b.state = 'open'), 0) as cursor
             from links l join link_lanes n on n.link_id = l.id
            where l.state = 'active' and l.url is not null
              and (n.next_at is null or n.next_at <= to_timestamp($1::numeric / 1000))
              and (n.leased_until is null or n.leased_until <= clock_timestamp())
              and (n.lane = 'live' and n.cursor < (select max(position) from record_versions)
                   or n.lane = 'live' and exists (select from record_versions where ${REPLAYED_SQL}
                        and position > n.replay_cursor and position <= n.cursor)
                   or n.lane = 'recall' and ${LETS_HOLDS('l.filter')} and n.cursor < (select max(position) from record_versions where kind = 'hold')
                   or exists (select from held_changes h where h.link_id = l.id and h.lane = n.lane and h.state = 'waiting'
                                and h.next_at <= to_timestamp($1::numeric / 1000))
                   or exists (select from backfills b where b.link_id = l.id and b.lane = n.lane and b.state = 'open'))
            order by n.lane desc, l.id`,
    values: [nowMs],
  })
  return rows.map((row) => ({ id: row.id, lane: row.lane, cursor: BigInt(row.cursor) }))
}
