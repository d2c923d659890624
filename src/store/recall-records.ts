import type { ClientBase, Pool } from 'pg'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import { newest, readTracedVersions } from './lots.ts'

type Reader = Pick<Pool | ClientBase, 'query'>

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

/**
 * Every active record, as of a time or as known now, that names one of the codes and tells where goods went, and the records that are
 * known by their own name; at most `limit` of them, in pages.
 */
export async function* readMoving(
  reader: Reader,
  codes: readonly string[],
  bounds: { readonly at: string | null; readonly limit: number; readonly named: readonly string[] },
): AsyncGenerator<TracedRecord[]> {
  const { rows } = await reader.query<{ recordId: string; version: number }>({
    name: 'read-moving-records',
    text: `select m.record_id as "recordId", m.version from (
             select v.record_id, v.version from unnest($1::text[]) wanted (code)
               join record_versions v on v.codes @> array[wanted.code] and v.kind = any($2) and v.status = 'active' and ${newest('v', '$3')}
             union
             select v.record_id, v.version from record_versions v
              where v.record_id = any($4) and v.kind = any($2) and v.status = 'active' and ${newest('v', '$3')}
           ) m order by m.record_id limit $5`,
    values: [codes, MOVING, bounds.at, bounds.named, bounds.limit],
  })
  for (let from = 0; from < rows.length; from += AT_ONCE)
    yield [...(await readTracedVersions(reader, rows.slice(from, from + AT_ONCE))).values()]
}
