import type { Pool } from 'pg'
import { stillDangles } from './dangling.ts'

/** Something that has come and waits for something that has not. */
export interface Waiting {
  /** What came and stands alone: a base without details, a detail without base, a reference without its lot. */
  readonly waits: 'base' | 'detail' | 'reference'
  readonly record: string
  /** Values by which the two find each other: of the join, or the code of the lot. */
  readonly key: string
  readonly receipt: string
  /** Place in its message; null for a base, which is no source record. */
  readonly index: number | null
  readonly place: string
  /** The record whose reference it is. */
  readonly id: string | null
  readonly since: string
  readonly lastSeen: string
  /** Tells those of the same moment apart. */
  readonly tie: string
  /** `since` to the microsecond, for the cursor. */
  readonly sinceUs: string
}

const US = (column: string): string => `(extract(epoch from ${column}) * 1000000)::bigint`

const arm = (what: Waiting['waits'], table: string, columns: string, tie: string, where: string): string => `
  (select '${what}' as waits, w.record, w.key, w.message_id as receipt, ${columns}, w.received_at as since, w.last_seen as "lastSeen",
          ${tie} as tie, ${US('w.received_at')} as "sinceUs"
     from ${table} w
    where w.system = $1 and ${where} and ($2::text is null or $2 = '${what}')
      and ($3::bigint is null or w.received_at >= to_timestamp($3::numeric / 1000000) - interval '1 ms')
      and ($3::bigint is null or (${US('w.received_at')}, ${tie} collate "C") > ($3, $4 collate "C"))
    order by w.received_at, ${tie} collate "C" limit $5)`

const LIST = `select * from (${[
  arm(
    'base',
    'parked_bases',
    'null::int as index, w.place, null as id',
    `'b' || w.record || ' ' || w.join_key`,
    'not w.joined',
  ),
  arm(
    'detail',
    'parked_details',
    'w.index, w.place, null as id',
    `'d' || w.message_id || ' ' || lpad(w.index::text, 9, '0')`,
    `w.state = 'waiting'`,
  ),
  arm(
    'reference',
    'dangling_references',
    'w.index, w.place, w.record_id as id',
    `'r' || w.record_id || ' ' || w.code`,
    stillDangles('w'),
  ),
].join(' union all ')}) all_of_them order by since, tie collate "C" limit $5`

/** What waits in a system, the longest first; `after` is the last one of the page before. */
export async function listWaiting(
  pool: Pool,
  query: {
    readonly system: string
    readonly waits?: Waiting['waits']
    readonly after?: { readonly sinceUs: string; readonly tie: string }
    readonly limit: number
  },
): Promise<Waiting[]> {
  const { rows } = await pool.query<Waiting>(LIST, [
    query.system,
    query.waits ?? null,
    query.after?.sinceUs ?? null,
    query.after?.tie ?? null,
    query.limit,
  ])
  return rows
}

/** How many wait by system and what they are. References whose wait has ended count until the next sweep. */
export async function countWaiting(
  pool: Pool,
): Promise<{ readonly system: string; readonly waits: Waiting['waits']; readonly count: number }[]> {
  const { rows } = await pool.query(
    `select system, 'base' as waits, count(*)::int as count from parked_bases where not joined group by system
     union all select system, 'detail', count(*)::int from parked_details where state = 'waiting' group by system
     union all select system, 'reference', count(*)::int from dangling_references group by system`,
  )
  return rows
}
