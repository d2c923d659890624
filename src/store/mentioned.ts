import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { UNTRACED } from '#core/lineage/untraced.ts'
import { readKnownCodes, tracedRecords, type VersionRow } from './lots.ts'
import type { Reader } from './sighted.ts'

/** Records looked at for all codes together, before each code is looked for by itself. */
const TOGETHER = 50

/**
 * Those of the codes that a record about goods mentions in its newest version, in the order given. Most questions are about one code that
 * could be of any of many systems: all are looked for by one search of the index, which is much less than one for each.
 */
export async function readMentioned(
  reader: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<string[]> {
  const among = await reader.mentioning?.(codes)
  const { rows } = await reader.query<{ codes: string[] }>({
    name: among ? 'read-mentioned-among' : 'read-mentioned',
    text: `select v.codes from record_versions v
            where ${among ? 'v.record_id = any($5::text[]) and ' : ''}v.codes && $1 and v.kind <> all($4)
              and v.version = (select h.version from record_versions h
                where h.record_id = v.record_id and ($3::timestamptz is null or h.received_at <= $3) order by h.version desc limit 1)
            limit $2`,
    values: [codes, TOGETHER, at, UNTRACED, ...(among ? [among] : [])],
  })
  if (rows.length === TOGETHER) return readKnownCodes(reader, codes, at)
  const mentioned = new Set(rows.flatMap((row) => row.codes))
  return codes.filter((code) => mentioned.has(code))
}

/** The records that have one of these codes, each with the code: the newest versions as of a time, those of one code by their time; at most fifty. */
export async function readNamed(
  reader: Reader,
  codes: readonly string[],
  at: string | null,
): Promise<{ code: string; record: TracedRecord }[]> {
  if (codes.length === 0) return []
  const among = await reader.mentioning?.(codes)
  const { rows } = await reader.query<VersionRow & { code: string }>({
    name: among ? 'read-named-among' : 'read-named',
    text: `select c.code, v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt", v.flags, v.body
             from record_versions v join unnest($1::text[]) c (code) on c.code = any(v.codes)
            where ${among ? 'v.record_id = any($4::text[]) and ' : ''}v.codes && $1 and v.version = (select h.version from record_versions h
                where h.record_id = v.record_id and ($3::timestamptz is null or h.received_at <= $3) order by h.version desc limit 1)
            order by c.code, v.occurred_at desc, v.record_id limit $2`,
    values: [codes, TOGETHER, at, ...(among ? [among] : [])],
  })
  const records = await tracedRecords(reader, rows)
  return records.map((record, i) => ({ code: (rows[i] as (typeof rows)[number]).code, record }))
}
