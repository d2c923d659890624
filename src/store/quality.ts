import type { ClientBase } from 'pg'
import type { MatchCounts, MatchType } from '#core/quality/score.ts'
import type { Reader } from './sighted.ts'

/** A counter of a system and a day, with how much is added. */
export interface QualityCount {
  readonly system: string
  /** `YYYY-MM-DD` in Beijing. */
  readonly day: string
  readonly name: string
  readonly count: number
}

/** Adds to counters. They are sorted, so that two transactions that add to the same ones do not wait for each other in a circle. */
export async function addQualityCounts(client: ClientBase, counts: readonly QualityCount[]): Promise<void> {
  if (counts.length === 0) return
  await client.query(
    `insert into quality_counts (system, day, name, count)
     select r->>'system', (r->>'day')::date, r->>'name', (r->>'count')::bigint from jsonb_array_elements($1::jsonb) r
      order by 1, 2, 3
     on conflict (system, day, name) do update set count = quality_counts.count + excluded.count`,
    [JSON.stringify(counts)],
  )
}

/** Why source records of a day were marked or rejected, with one receipt that has it. */
export interface QualityReason {
  readonly system: string
  readonly day: string
  readonly code: string
  readonly field: string
  readonly count: number
  readonly receipt: string
}

/** Adds reasons; the newest receipt is the sample. Beyond so many reasons of a day only those that are there are counted on. */
export async function addQualityReasons(
  client: ClientBase,
  reasons: readonly QualityReason[],
  mostOfADay: number,
): Promise<void> {
  if (reasons.length === 0) return
  await client.query(
    `insert into quality_reasons (system, day, code, field, count, receipt)
     select r.system, r.day, r.code, r.field, r.count, r.receipt
       from jsonb_to_recordset($1::jsonb) r(system text, day date, code text, field text, count bigint, receipt uuid)
      where (select count(*) from quality_reasons q where q.system = r.system and q.day = r.day) < $2
         or exists (select from quality_reasons q where (q.system, q.day, q.code, q.field) = (r.system, r.day, r.code, r.field))
     on conflict (system, day, code, field) do update
       set count = quality_reasons.count + excluded.count, receipt = excluded.receipt`,
    [JSON.stringify(reasons), mostOfADay],
  )
}

/** Everything that is stored of a system between two days, both included. */
export interface QualityDays {
  /** Counters by day and name. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly matches: ReadonlyMap<string, MatchCounts>
  readonly reasons: ReadonlyMap<string, readonly Omit<QualityReason, 'system' | 'day'>[]>
}

export async function readQuality(
  reader: Reader,
  query: { readonly system: string; readonly from: string; readonly to: string; readonly reasons: number },
): Promise<QualityDays> {
  const { system, from, to } = query
  const counted = await reader.query<{ day: string; name: string; count: string }>(
    'select day::text, name, count from quality_counts where system = $1 and day between $2 and $3 order by day, name',
    [system, from, to],
  )
  const matched = await reader.query<{ day: string; type: MatchType; of: string; matched: string }>(
    `select day::text, type, count(*) as of, count(*) filter (where matched) as matched from quality_codes
      where system = $1 and day between $2 and $3 group by day, type`,
    [system, from, to],
  )
  const told = await reader.query<{
    day: string
    code: string
    field: string
    count: string
    receipt: string
  }>(
    `select day::text, code, field, count, receipt from (
       select *, row_number() over (partition by day order by count desc, code, field) as place from quality_reasons
        where system = $1 and day between $2 and $3) r
      where place <= $4 order by day, place`,
    [system, from, to, query.reasons],
  )
  const counts = new Map<string, Map<string, number>>()
  for (const { day, name, count } of counted.rows)
    inMap(counts, day, () => new Map()).set(name, Number(count))
  const matches = new Map<string, Record<MatchType, { of: number; matched: number }>>()
  for (const { day, type, of, matched: known } of matched.rows)
    inMap(matches, day, noMatches)[type] = { of: Number(of), matched: Number(known) }
  const reasons = new Map<string, Omit<QualityReason, 'system' | 'day'>[]>()
  for (const { day, code, field, count, receipt } of told.rows)
    inMap(reasons, day, () => []).push({ code, field, count: Number(count), receipt })
  return { counts, matches, reasons }
}

/** Nothing looked at. */
export const noMatches = (): Record<MatchType, { of: number; matched: number }> => ({
  document: { of: 0, matched: 0 },
  voucher: { of: 0, matched: 0 },
  lot: { of: 0, matched: 0 },
})

function inMap<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
