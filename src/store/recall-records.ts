import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import { newest, readTracedVersions } from './lots.ts'
import type { Reader } from './sighted.ts'

/** Kinds that tell where goods went. */
const MOVING: readonly Kind[] = [
  'production',
  'document',
  'transformation',
  'dispatch',
  'entry',
  'sale',
  'disposal',
]
/** Versions whose bodies are read at once. */
const AT_ONCE = 1000
/** Codes whose records are looked up at once for who sees a part: each search compares what it finds with every code. */
const CODES_AT_ONCE = 64

/**
 * Every active record, as of a time or as known now, that names one of the codes and tells where goods went, and the records that are
 * known by their own name; at most `limit` of them, in pages.
 */
export async function* readMoving(
  reader: Reader,
  codes: readonly string[],
  bounds: { readonly at: string | null; readonly limit: number; readonly named: readonly string[] },
): AsyncGenerator<TracedRecord[]> {
  const among = reader.mentioning && (await mentioningAny(reader.mentioning, codes))
  const { rows } = await reader.query<{ recordId: string; version: number }>({
    name: among ? 'read-moving-records-among' : 'read-moving-records',
    text: among ? AMONG : MOVING_RECORDS,
    values: [codes, MOVING, bounds.at, bounds.named, bounds.limit, ...(among ? [among] : [])],
  })
  for (let from = 0; from < rows.length; from += AT_ONCE)
    yield [...(await readTracedVersions(reader, rows.slice(from, from + AT_ONCE))).values()]
}

const MOVING_RECORDS = `select m.record_id as "recordId", m.version from (
             select v.record_id, v.version from unnest($1::text[]) wanted (code)
               join record_versions v on v.codes @> array[wanted.code] and v.kind = any($2) and v.status = 'active' and ${newest('v', '$3')}
             union
             select v.record_id, v.version from record_versions v
              where v.record_id = any($4) and v.kind = any($2) and v.status = 'active' and ${newest('v', '$3')}
           ) m order by m.record_id limit $5`
/** The same among records that were looked up before. */
const AMONG = `select v.record_id as "recordId", v.version from record_versions v
  where v.record_id = any($4 || $6::text[]) and (v.record_id = any($4) or v.codes && $1::text[])
    and v.kind = any($2) and v.status = 'active' and ${newest('v', '$3')} order by v.record_id limit $5`

async function mentioningAny(
  mentioning: NonNullable<Reader['mentioning']>,
  codes: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  for (let from = 0; from < codes.length; from += CODES_AT_ONCE)
    for (const id of await mentioning(codes.slice(from, from + CODES_AT_ONCE))) found.add(id)
  return [...found]
}
