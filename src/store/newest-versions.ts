import type { ClientBase, Pool } from 'pg'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { tracedById, type VersionRow } from './lots.ts'

type Reader = Pool | ClientBase

/** The newest version of each of the records that exist, with its body, by record. */
export async function readNewestVersions(
  reader: Reader,
  ids: readonly string[],
): Promise<Map<string, TracedRecord>> {
  if (ids.length === 0) return new Map()
  const { rows } = await reader.query<VersionRow>({
    name: 'read-newest-versions',
    text: `select distinct on (v.record_id) v.record_id as id, v.version, v.kind, v.system, v.status, v.received_at as "receivedAt",
                  v.flags, v.body
             from record_versions v where v.record_id = any($1::text[]) order by v.record_id, v.version desc`,
    values: [[...new Set(ids)]],
  })
  return await tracedById(reader, rows)
}

/** Transformations that one of the codes went into or came out of. */
export async function readTransformationsOf(reader: Reader, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) return []
  const { rows } = await reader.query<{ id: string }>({
    name: 'read-transformations-of',
    text: `select distinct e.record_id as id from lot_edges e
            where e.kind = 'transformation' and (e.from_code = any($1::text[]) or e.to_code = any($1::text[])) order by 1`,
    values: [codes],
  })
  return rows.map(({ id }) => id)
}
