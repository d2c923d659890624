import type { ClientBase, Pool } from 'pg'
import { type ChangeFilter, chosenSql, filterSql } from './change-filter.ts'
import { laneSql } from './lanes.ts'

/** A change that a replay made. */
export interface ReplayedChange {
  readonly position: bigint
  readonly recordId: string
  readonly version: number
  /** A newer version of the record has gone over the link, or will: this one must not follow it. */
  readonly superseded: boolean
}

export interface ReplayedPage {
  readonly rows: readonly ReplayedChange[]
  /** Position to go on from. */
  readonly next: bigint
}

/** A page looks at no more of them than this, so that a narrow filter cannot make one query read a whole replay. */
const SCAN = 10_000
const REPLAYED = `replay is not null${laneSql('live')}`

/** The next changes that replays made and that a link lets through, after a position and up to where its live lane is. */
export async function readReplayed(
  client: ClientBase | Pool,
  of: {
    readonly linkId: string
    readonly filter: ChangeFilter
    readonly after: bigint
    readonly upTo: bigint
    readonly limit: number
  },
): Promise<ReplayedPage> {
  const { rows: looked } = await client.query<{ count: number; last: string }>({
    name: 'look-at-replayed',
    text: `select count(*)::integer as count, max(position) as last from (
             select position from record_versions where ${REPLAYED} and position > $1 and position <= $2 order by position limit ${SCAN}) p`,
    values: [of.after, of.upTo],
  })
  const { count = 0, last = '0' } = looked[0] ?? {}
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
            where ${REPLAYED} and position > $1 and position <= $2${fits.text}${chosenSql('$5')} order by position limit $3)
     select p.*, exists (select from record_versions v where v.record_id = p.record_id and v.version > p.version
                            and v.position <= $4${fits.text}${chosenSql('$5', 'v.')}) as superseded
       from page p order by p.position`,
    [of.after, bound, of.limit, of.upTo, of.linkId, ...fits.values],
  )
  const changes = rows.map(({ record_id: recordId, position, ...row }) => ({
    ...row,
    recordId,
    position: BigInt(position),
  }))
  const newest = changes.at(-1)
  return { rows: changes, next: newest && changes.length === of.limit ? newest.position : bound }
}
