import type { ClientBase, Pool } from 'pg'
import { LEVEL_MAX } from '#core/recall/deadlines.ts'
import type { HoldVersion } from './recall-notices.ts'

type Client = ClientBase | Pool

/** What a receiver of a hold owes: that it has acted, and then how much it found, sold and disposed of. */
export type Owed = 'acknowledgement' | 'report'

/** A newer version of the hold takes the place of what was ordered before: nobody is urged for that any more. */
const CURRENT = `not exists (select from recall_notices newer
  where newer.record_id = n.record_id and newer.receiver = n.receiver and newer.version > n.version)`

/**
 * A report is owed by who has acknowledged: the others are urged to do that first. Another hub that stored the hold has no goods of its own,
 * and its markets report to it. Beyond the last level nothing is looked at again.
 */
const OWED = {
  acknowledgement: {
    due: 'due_at',
    level: 'level',
    event: 'escalated',
    noted: ', escalated_at = coalesce(n.escalated_at, to_timestamp($1::numeric / 1000))',
    open: 'n.acknowledged_at is null',
  },
  report: {
    due: 'report_due_at',
    level: 'report_level',
    event: 'report_escalated',
    noted: '',
    open: `n.acknowledged_at is not null and n.reported_at is null and n.report_due_at > to_timestamp($1::numeric / 1000) - interval '30 days'
      and not exists (select from recall_notice_events e where e.record_id = n.record_id and e.version = n.version
        and e.receiver = n.receiver and e.action = 'stored')`,
  },
} as const satisfies Record<Owed, object>

const late = ({ due, open }: (typeof OWED)[Owed]): string =>
  `${open} and n.${due} <= to_timestamp($1::numeric / 1000) and ${CURRENT}`

/** Raises what is owed past its deadline: to level 1 at the deadline, 2 after twice the time, 3 after four times, and so on. */
export async function escalate(client: Client, nowMs: number): Promise<number> {
  let raised = 0
  for (const owed of Object.values(OWED)) {
    const { due, level, event, noted } = owed
    const { rowCount } = await client.query(
      `with raised as (
         update recall_notices n set ${level} = r.level${noted}
           from (select n.record_id, n.version, n.receiver, least($2::integer, 1 + floor(log(2, greatest(1,
                   (extract(epoch from to_timestamp($1::numeric / 1000) - n.ordered_at)
                     / greatest(1, extract(epoch from n.${due} - n.ordered_at)))::numeric))))::integer as level
                   from recall_notices n where ${late(owed)}) r
          where n.record_id = r.record_id and n.version = r.version and n.receiver = r.receiver and n.${level} < r.level
         returning n.record_id, n.version, n.receiver, n.${level} as level)
       insert into recall_notice_events (record_id, version, receiver, event, at, actor, level)
       select record_id, version, receiver, '${event}', to_timestamp($1::numeric / 1000), 'hub', level from raised`,
      [nowMs, LEVEL_MAX],
    )
    raised += rowCount ?? 0
  }
  return raised
}

/** Holds of which receivers owe something past its deadline. */
export interface Overdue extends HoldVersion {
  readonly order: string
  readonly receivers: number
  readonly level: number
  /** Since the first of their deadlines. */
  readonly seconds: number
}

export async function readOverdue(client: Client, owed: Owed, nowMs: number): Promise<Overdue[]> {
  const { due, level } = OWED[owed]
  const { rows } = await client.query<Overdue>(
    `select n.record_id as "recordId", n.version, n.hold_kind as order, count(*)::integer as receivers, max(n.${level}) as level,
            extract(epoch from to_timestamp($1::numeric / 1000) - min(n.${due}))::float8 as seconds
       from recall_notices n where ${late(OWED[owed])} and n.${level} > 0
      group by n.record_id, n.version, n.hold_kind order by n.record_id, n.version limit 1000`,
    [nowMs],
  )
  return rows
}

/** Receivers that owe something past its deadline, by link; the link is null for places that a person tells. */
export async function countOverdue(
  client: Client,
  owed: Owed,
  nowMs: number,
): Promise<{ readonly link: string | null; readonly count: number }[]> {
  const { rows } = await client.query(
    `select n.link_id as link, count(*)::integer as count from recall_notices n where ${late(OWED[owed])} group by n.link_id`,
    [nowMs],
  )
  return rows
}

/** A hold that the receiver of a link refused for good, and that no newer version has taken the place of. */
export interface RefusedHold extends HoldVersion {
  readonly link: string
  readonly name: string
  /** What the receiver says. */
  readonly code: string | null
}

/** Holds that are in force and that receivers of links refused, the newest first. */
export async function readRefusedHolds(client: Client, limit = 100): Promise<RefusedHold[]> {
  const { rows } = await client.query<RefusedHold>(
    `select h.record_id as "recordId", h.version, l.id as link, l.name, h.code
       from links l join held_changes h on h.link_id = l.id and h.lane = 'recall' and h.state = 'refused'
      where l.state = 'active'
        and not exists (select from record_versions v where v.record_id = h.record_id and v.version > h.version)
      order by h.position desc limit $1`,
    [limit],
  )
  return rows
}
