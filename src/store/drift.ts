import type { Pool } from 'pg'
import type { Reader } from './sighted.ts'

/** A source field that the mapping neither maps nor ignores. */
export interface DriftedField {
  readonly record: string
  readonly field: string
  readonly count: number
  /** Shape of one of its texts; null where it is no text. */
  readonly sample: string | null
  readonly firstSeen: string
  readonly lastSeen: string
}

/** A value that no enumeration or code table of the mapping names. */
export interface NewValue {
  readonly record: string
  readonly field: string
  readonly value: string
  readonly count: number
  /** The message in which it was seen first. */
  readonly receipt: string
  readonly firstSeen: string
  readonly lastSeen: string
}

/** How often a field was empty on the newest day that was counted, against the 14 days before it. */
export interface NullShare {
  readonly record: string
  readonly field: string
  readonly day: string
  /** Records that were looked at, and the share of them in which the field was empty, 0 to 1. */
  readonly seen: number
  readonly share: number
  readonly seenBefore: number
  readonly shareBefore: number | null
  readonly alarm: boolean
}

/** Counts to be added. */
export interface DriftRows {
  readonly fields: readonly (Place & {
    readonly count: number
    readonly sample: string | null
    readonly atMs: number
  })[]
  readonly values: readonly (Place & {
    readonly value: string
    readonly count: number
    readonly receipt: string
    readonly atMs: number
  })[]
  readonly nulls: readonly (Place & { readonly day: string; readonly seen: number; readonly nulls: number })[]
}
interface Place {
  readonly system: string
  readonly record: string
  readonly field: string
}

/** Fields and values of one record that are kept; the sender chooses them. */
const FIELDS_MAX = 500
const VALUES_MAX = 1000
/** Days that shares of nulls are kept. */
const DAYS_KEPT = 60

/** Drifted fields of a system, the newest first. */
export async function listDrift(reader: Reader, system: string, limit: number): Promise<DriftedField[]> {
  const { rows } = await reader.query(
    `select record, field, count, sample, first_seen as "firstSeen", last_seen as "lastSeen" from drift
      where system = $1 order by first_seen desc, record, field limit $2`,
    [system, limit],
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Values of a system that nothing names, the newest first. */
export async function listNewValues(reader: Reader, system: string, limit: number): Promise<NewValue[]> {
  const { rows } = await reader.query(
    `select record, field, value, count, receipt, first_seen as "firstSeen", last_seen as "lastSeen" from new_values
      where system = $1 order by first_seen desc, record, field, value limit $2`,
    [system, limit],
  )
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** What counts as moved: by so much of all records, with so many looked at on the day and before it. */
export interface NullAlarm {
  readonly share: number
  readonly seen: number
  readonly seenBefore: number
}

/** Shares of nulls of a system: those that moved first, then by how far they moved. */
export async function listNullShares(
  reader: Reader,
  query: { readonly system: string; readonly alarm: NullAlarm; readonly limit: number },
): Promise<NullShare[]> {
  const { rows } = await reader.query(
    `with last as (select record, max(day) as day from null_shares where system = $1 group by record),
          shares as (
            select s.record, s.field, l.day,
                   sum(s.seen) filter (where s.day = l.day) as seen, sum(s.nulls) filter (where s.day = l.day) as nulls,
                   coalesce(sum(s.seen) filter (where s.day < l.day), 0) as "seenBefore",
                   sum(s.nulls) filter (where s.day < l.day) as "nullsBefore"
              from null_shares s join last l using (record)
             where s.system = $1 and s.day between l.day - 14 and l.day group by s.record, s.field, l.day),
          moved as (
            select record, field, day, seen::integer as seen, (nulls / seen)::float8 as share, "seenBefore"::integer as "seenBefore",
                   ("nullsBefore" / nullif("seenBefore", 0))::float8 as "shareBefore"
              from shares where seen > 0)
     select *, coalesce(abs(share - "shareBefore") > $2 and seen >= $3 and "seenBefore" >= $4, false) as alarm
       from moved order by alarm desc, abs(share - "shareBefore") desc nulls last, record, field limit $5`,
    [query.system, query.alarm.share, query.alarm.seen, query.alarm.seenBefore, query.limit],
  )
  return rows
}

/** Adds what was counted. Of what the sender chooses (names of fields, values) no more than a bounded number is kept. */
export async function addDrift(pool: Pool, { fields, values, nulls }: DriftRows): Promise<void> {
  if (fields.length > 0)
    await pool.query(
      `insert into drift (system, record, field, count, sample, first_seen, last_seen)
       select d->>'system', d->>'record', d->>'field', (d->>'count')::bigint, d->>'sample', to_timestamp((d->>'atMs')::numeric / 1000),
              to_timestamp((d->>'atMs')::numeric / 1000)
         from jsonb_array_elements($1::jsonb) d
        where exists (select from drift k where k.system = d->>'system' and k.record = d->>'record' and k.field = d->>'field')
           or (select count(*) from drift k where k.system = d->>'system' and k.record = d->>'record') < $2
       on conflict (system, record, field) do update set count = drift.count + excluded.count, last_seen = excluded.last_seen,
         sample = coalesce(drift.sample, excluded.sample)`,
      [JSON.stringify(fields), FIELDS_MAX],
    )
  if (values.length > 0)
    await pool.query(
      `insert into new_values (system, record, field, value, count, receipt, first_seen, last_seen)
       select d->>'system', d->>'record', d->>'field', d->>'value', (d->>'count')::bigint, (d->>'receipt')::uuid,
              to_timestamp((d->>'atMs')::numeric / 1000), to_timestamp((d->>'atMs')::numeric / 1000)
         from jsonb_array_elements($1::jsonb) d
        where exists (select from new_values k where k.system = d->>'system' and k.record = d->>'record' and k.field = d->>'field'
                        and k.value = d->>'value')
           or (select count(*) from new_values k where k.system = d->>'system' and k.record = d->>'record') < $2
       on conflict (system, record, field, value) do update set count = new_values.count + excluded.count, last_seen = excluded.last_seen`,
      [JSON.stringify(values), VALUES_MAX],
    )
  if (nulls.length > 0)
    await pool.query(
      `insert into null_shares (system, record, field, day, seen, nulls)
       select d->>'system', d->>'record', d->>'field', (d->>'day')::date, (d->>'seen')::bigint, (d->>'nulls')::bigint
         from jsonb_array_elements($1::jsonb) d
       on conflict (system, record, field, day) do update set seen = null_shares.seen + excluded.seen, nulls = null_shares.nulls + excluded.nulls`,
      [JSON.stringify(nulls)],
    )
}

/** Lets go of shares that nothing is compared with any more. */
export async function dropOldShares(pool: Pool, nowMs: number): Promise<void> {
  await pool.query(
    'delete from null_shares where day < (to_timestamp($1::numeric / 1000))::date - $2::integer',
    [nowMs, DAYS_KEPT],
  )
}
