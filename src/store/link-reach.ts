import type { Pool } from 'pg'
import type { ChangeFilter } from './change-filter.ts'
import { concernsLane, type Lane, REPLAYED_SQL } from './lanes.ts'

/** Where a link goes, and how far it has come. */
export interface LinkReach {
  readonly id: string
  readonly url: string | null
  /** With the rules of `readEgressRules`. */
  readonly allowAddress: readonly string[]
  readonly filter: ChangeFilter
  readonly mapping: string
  readonly isActive: boolean
  /** What is before it in the log is not owed to the receiver; 0 once a backfill of everything is done. */
  readonly beginsAfter: bigint
  /**
   * Of each lane: position that everything of it is sent, held or left out up to. A receiver that pulls and has never given a cursor back says
   * nothing of what it has: all of it may be missed.
   */
  readonly cursors: Readonly<Record<Lane, bigint>>
  /** The same of what replays made, over the live lane. */
  readonly replayed: bigint
}

/** Null where there is no such link. */
export async function readLinkReach(pool: Pool, id: string): Promise<LinkReach | null> {
  const { rows } = await pool.query(
    `select id, url, allow_address || egress_rules(l.id, l.system) as "allowAddress", filter, mapping, state = 'active' as "isActive",
            case when exists (select from backfills b where b.link_id = l.id and b.scope = '{}' group by b.id having bool_and(b.state = 'done'))
              then 0
              else begins_after end as begins_after,
            (select jsonb_object_agg(lane, case when l.url is null and cursor <= l.begins_after
                                             then (select coalesce(max(position), 0) from record_versions) else cursor end::text)
               from link_lanes where link_id = l.id) as lanes,
            (select replay_cursor from link_lanes where link_id = l.id and lane = 'live') as replayed
       from links l where id = $1`,
    [id],
  )
  const row = rows[0]
  if (!row) return null
  const { begins_after, lanes, replayed, ...link } = row
  const cursors = { live: BigInt(lanes?.live ?? 0), recall: BigInt(lanes?.recall ?? 0) }
  // A receiver that pulls reads all in one order.
  return {
    ...link,
    beginsAfter: BigInt(begins_after),
    cursors,
    replayed: link.url === null ? cursors.live : BigInt(replayed ?? 0),
  }
}

/** Whether every change up to a position that a link lets through has been come to. */
export async function hasPassed(
  pool: Pool,
  { filter, cursors, replayed }: Pick<LinkReach, 'filter' | 'cursors' | 'replayed'>,
  position: bigint,
): Promise<boolean> {
  if (concernsLane(filter, 'live')) {
    if (cursors.live < position) return false
    if (await hasAny(pool, REPLAYED_SQL, replayed, position)) return false
  }
  return !concernsLane(filter, 'recall') || !(await hasAny(pool, `kind = 'hold'`, cursors.recall, position))
}

async function hasAny(pool: Pool, condition: string, after: bigint, upTo: bigint): Promise<boolean> {
  if (after >= upTo) return false
  const { rows } = await pool.query<{ is: boolean }>(
    `select exists (select from record_versions where ${condition} and position > $1 and position <= $2) as is`,
    [after, upTo],
  )
  return rows[0]?.is === true
}

/** `version id` of each change that waits to be sent again; a link stops taking new ones before they are very many. */
export async function readWaiting(pool: Pool, linkId: string): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select version || ' ' || record_id as name from held_changes where link_id = $1 and state = 'waiting'`,
    [linkId],
  )
  return new Set(rows.map(({ name }) => name))
}

/** `version id` of those changes of some records that wait no more: the receiver refused them, or a person dropped them. */
export async function readRefused(
  pool: Pool,
  linkId: string,
  recordIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select version || ' ' || record_id as name from held_changes
      where link_id = $1 and state <> 'waiting' and record_id = any($2)`,
    [linkId, recordIds],
  )
  return new Set(rows.map(({ name }) => name))
}
