import type { ClientBase, Pool } from 'pg'
import { type ChangeFilter, chosenSql, filterSql } from './change-filter.ts'
import type { Change } from './changes.ts'
import { REPLAYED_SQL } from './lanes.ts'

/** A change that a replay made. */
export interface ReplayedChange {
  readonly position: bigint
  readonly recordId: string
  readonly version: number
  /** A newer version of the record has gone over the link or waits, and this one before it (`readOvertaken`). */
  readonly superseded: boolean
}

export interface ReplayedPage {
  readonly rows: readonly ReplayedChange[]
  /** Position to go on from. */
  readonly next: bigint
}

/** A page looks at no more of them than this, so that a narrow filter cannot make one query read a whole replay. */
const SCAN = 10_000

interface LookAt {
  readonly linkId: string
  readonly filter: ChangeFilter
  /** Up to where the link is done with what replays made. */
  readonly replayed: bigint
}

/** The next changes that replays made and that a link lets through, up to where its live lane is. */
export async function readReplayed(
  client: ClientBase | Pool,
  of: LookAt & { readonly upTo: bigint; readonly limit: number },
): Promise<ReplayedPage> {
  const { count, last } = await look(client, { after: of.replayed, upTo: of.upTo })
  if (count === 0) return { rows: [], next: of.upTo }
  const bound = count === SCAN ? BigInt(last) : of.upTo
  const fits = filterSql(of.filter, 6)
  const { rows } = await client.query<{
    record_id: string
    version: number
    position: string
    superseded: boolean
  }>(
    `with page as materialized (select record_id, version, position from record_versions
            where ${REPLAYED_SQL} and position > $1 and position <= $2${fits.text()}${chosenSql('$5')} order by position limit $3)
     select p.*, exists (select from record_versions v where v.record_id = p.record_id and v.version > p.version
                            and v.position <= $4 and (v.replay is null or v.position <= $1)${fits.text('v')}${chosenSql('$5', 'v.')}) as superseded
       from page p order by p.position`,
    [of.replayed, bound, of.limit, of.upTo, of.linkId, ...fits.values],
  )
  const changes = rows.map(({ record_id: recordId, position, ...row }) => ({
    ...row,
    recordId,
    position: BigInt(position),
  }))
  const newest = changes.at(-1)
  return { rows: changes, next: newest && changes.length === of.limit ? newest.position : bound }
}

/** A version that a replay made and that a later change of its record has come to. */
export type Overtaken = Pick<ReplayedChange, 'recordId' | 'version' | 'position'>

/**
 * What replays made of the records of some changes before these changes, as far as the link is not done with it and nothing newer of the
 * record has gone: it goes first, because every version goes over the link, and none goes back.
 * @param of `cursor` is where the live lane is
 */
export async function readOvertaken(
  client: ClientBase | Pool,
  of: LookAt & { readonly changes: readonly Change[]; readonly cursor: bigint },
): Promise<readonly Overtaken[]> {
  const last = of.changes.at(-1)
  if (!last || last.position <= of.replayed) return []
  const { count } = await look(client, { after: of.replayed, upTo: last.position })
  if (count === 0) return []
  const fits = filterSql(of.filter, 6)
  const { rows } = await client.query<{ record_id: string; version: number; position: string }>(
    `select distinct v.record_id, v.version, v.position from unnest($1::text[], $2::bigint[]) c (id, until) cross join lateral (
       select record_id, version, position from record_versions r
        where record_id = id and ${REPLAYED_SQL} and position > $3 and position < until${fits.text('r')}${chosenSql('$4')}
          and not exists (select from record_versions where record_id = id and version > r.version and replay is null
                             and position <= $5${fits.text()})) v order by v.position`,
    [
      of.changes.map(({ recordId }) => recordId),
      of.changes.map(({ position }) => position),
      of.replayed,
      of.linkId,
      of.cursor,
      ...fits.values,
    ],
  )
  return rows.map(({ record_id: recordId, version, position }) => ({
    recordId,
    version,
    position: BigInt(position),
  }))
}

/** How many changes of replays there are in a part of the log, and the last one that was looked at. */
async function look(
  client: ClientBase | Pool,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<{ readonly count: number; readonly last: string }> {
  const { rows } = await client.query<{ count: number; last: string }>({
    name: 'look-at-replayed',
    text: `select count(*)::integer as count, max(position) as last from (
             select position from record_versions where ${REPLAYED_SQL} and position > $1 and position <= $2 order by position limit ${SCAN}) p`,
    values: [after, upTo],
  })
  return rows[0] ?? { count: 0, last: '0' }
}
