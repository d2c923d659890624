import type { ChangeFilter } from './change-filter.ts'

/**
 * The ways over a link that stand still by themselves. `recall` carries the records of the kind hold (a stop of sale, a recall, and what
 * lifts them) ahead of everything; `live` carries the rest, in the order of the log, and between its batches what replays made and what a
 * backfill asks for.
 */
export const LANES = ['live', 'recall'] as const
export type Lane = (typeof LANES)[number]

/** The lane of the records of a kind: all versions of a record go over one lane, so none can overtake another. */
export const laneOf = (kind: string): Lane => (kind === 'hold' ? 'recall' : 'live')

/** ` and …` for a WHERE over `record_versions`. A literal, so that the recall lane is read by its own small index. */
export const laneSql = (lane: Lane, table = ''): string =>
  lane === 'recall' ? ` and ${table}kind = 'hold'` : ` and ${table}kind <> 'hold'`

/**
 * For a WHERE over `record_versions`: what a lane has come to. What replays made goes over the live lane by a cursor of its own, behind the
 * other; holds keep their order.
 * @param cursor of the lane, @param replayCursor its other one: parameters or columns
 */
export const passedSql = (cursor: string, replayCursor: string, table = ''): string =>
  `${table}position <= ${cursor} and (${table}replay is null or ${table}kind = 'hold' or ${table}position <= ${replayCursor})`

/** What replays made, of the live lane; by its own small index. */
export const REPLAYED_SQL = `replay is not null${laneSql('live')}`

/** Whether anything that the filter lets through may go over the lane. */
export const concernsLane = ({ kinds = [] }: ChangeFilter, lane: Lane): boolean =>
  kinds.length === 0 || kinds.some((kind) => laneOf(kind) === lane)

/** Whether a link's filter, in the column of that name, lets holds through: otherwise its recall lane has nothing to do. */
export const LETS_HOLDS = (filter: string): string =>
  `(${filter} -> 'kinds' is null or ${filter} -> 'kinds' = '[]' or ${filter} -> 'kinds' ? 'hold')`
