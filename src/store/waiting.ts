import type { Pool } from 'pg'
import type { Reader } from './sighted.ts'

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

const arm = (what: Waiting['waits'], from: string, columns: string, tie: string): string => `
  (select '${what}' as waits, w.record, w.key, w.message_id as receipt, ${columns}, w.received_at as since, w.last_seen as "lastSeen",
          ${tie} as tie, ${US('w.received_at')} as "sinceUs"
     from ${from} and w.system = $1 and ($2::text is null or $2 = '${what}')
      and ($3::bigint is null or w.received_at >= to_timestamp($3::numeric / 1000000) - interval '1 ms')
      and ($3::bigint is null or (${US('w.received_at')}, ${tie} collate "C") > ($3, $4 collate "C"))
    order by w.received_at, ${tie} collate "C" limit $5)`

const NO_LOT = 'null as id, null as code, null as subject, 0 as version'

/** One page of what the tables have, and whether the wait of a reference has ended; each lot is asked for once. */
const list = (lots: string): string => `
  with page as materialized (select * from (${[
    arm(
      'base',
      'parked_bases w where not w.joined',
      `null::int as index, w.place, ${NO_LOT}`,
      `'b' || w.record || ' ' || w.join_key`,
    ),
    arm(
      'detail',
      `parked_details w where w.state = 'waiting'`,
      `w.index, w.place, ${NO_LOT}`,
      `'d' || w.message_id || ' ' || lpad(w.index::text, 9, '0')`,
    ),
    arm(
      'reference',
      'dangling_references w where true',
      'w.index, w.place, w.record_id as id, w.code, w.subject, w.version',
      `'r' || w.record_id || ' ' || w.code`,
    ),
  ].join(' union all ')}) arms order by since, tie collate "C" limit $5),
  lots as materialized (
    ${lots})
  select p.waits, p.record, p.key, p.receipt, p.index, p.place, p.id, p.since, p."lastSeen", p.tie, p."sinceUs",
         p.code is not null and (coalesce(l.there, false)
           or exists (select from record_versions n where n.record_id = p.id and n.version > p.version)) as ended
    from page p left join lots l using (code, subject) order by p.since, p.tie collate "C"`

const LIST = list(`select code, subject, has_subject(code, subject) as there
      from (select distinct code, subject from page where code is not null) c`)
/** Who sees only this system is told of a lot of another one when the sweep has taken the reference out, as its sender is. */
const LIST_ALONE = list('select null::text as code, null::text as subject, false as there where false')

/** What waits in a system, the longest first; `after` is the last one of the page before. */
export async function listWaiting(
  reader: Reader,
  query: {
    readonly system: string
    /** Whether the reader sees a part only. */
    readonly isLimited?: boolean
    readonly waits?: Waiting['waits']
    readonly after?: { readonly sinceUs: string; readonly tie: string }
    readonly limit: number
  },
): Promise<Waiting[]> {
  const { system, waits, limit, isLimited = false } = query
  const found: Waiting[] = []
  let { after } = query
  // References whose wait has ended are passed over; the sweep takes them out before they are many.
  for (;;) {
    const { rows } = await reader.query<Waiting & { readonly ended: boolean }>(
      isLimited ? LIST_ALONE : LIST,
      [system, waits ?? null, after?.sinceUs ?? null, after?.tie ?? null, limit],
    )
    for (const { ended, ...row } of rows) if (!ended && found.length < limit) found.push(row)
    after = rows.at(-1)
    if (found.length === limit || rows.length < limit) return found
  }
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
