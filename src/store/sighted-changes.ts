import type { CanonicalRecord } from '#core/model/record.ts'
import type { Sight } from '#core/sight.ts'
import { filterSql } from './change-filter.ts'
import { type Change, type ChangePage, type ChangeQuery, readChanges } from './changes.ts'
import { RECORD_COLUMNS, type RecordRow, recordText } from './record-text.ts'
import type { Reader } from './sighted.ts'

/** A version by which a record left a sight. */
interface Leaving {
  readonly position: string
  readonly id: string
  readonly version: number
  /** The version before it, which is the last that is seen. */
  readonly last: number
}

/**
 * The next changes as a caller sees them. Where a record is corrected to a region that he does not see, he is told that it left, with the version that he saw last: what
 * he has of it is no longer so (docs/isolation.md). Nothing is told of what it became.
 * @param reader sees as much as the caller
 * @param hub sees as much as the hub
 */
export async function readSightedChanges(
  { reader, hub }: { readonly reader: Reader; readonly hub: Reader },
  query: ChangeQuery,
  sight: Sight | null,
): Promise<ChangePage> {
  const page = await readChanges(reader, query, hub)
  // Only of regions can a record be taken out: its system never changes.
  if (sight === null || sight.regions.length === 0 || page.next === query.after) return page
  const leaving = await readLeaving(hub, query, page.next, sight)
  if (leaving.length === 0) return page
  const upTo = leaving.length < query.limit ? page.next : BigInt(leaving.at(-1)?.position ?? page.next)
  const rows = [...page.rows, ...(await readLast(reader, query, leaving))]
    .filter(({ position }) => position <= upTo)
    .sort((a, b) => Number(a.position - b.position))
    .slice(0, query.limit)
  const next = rows.length === query.limit ? (rows.at(-1)?.position ?? upTo) : upTo
  return { ...page, rows, next, atHead: page.atHead && next === page.next }
}

/** Looked for as the hub and told by place alone. */
async function readLeaving(
  hub: Reader,
  { after, limit }: ChangeQuery,
  upTo: bigint,
  { systems, regions }: Sight,
): Promise<Leaving[]> {
  const { rows } = await hub.query<Leaving>({
    text: `select v.position, v.record_id as id, v.version, p.version as last
             from record_versions v
            cross join lateral (
              select e.version, e.region, e.status from record_versions e
               where e.record_id = v.record_id and e.version < v.version order by e.version desc limit 1) p
            where v.position > $1 and v.position <= $2 and v.version > 1 and not v.system = any($3::text[])
              and (v.region ^@ any($4::text[])) is not true and p.region ^@ any($4::text[]) and p.status = 'active'
            order by v.position limit $5`,
    values: [after, upTo, systems, regions, limit],
  })
  return rows
}

/** The versions that were seen last, as void and under the numbers by which they left. */
async function readLast(
  reader: Reader,
  { filter = {} }: ChangeQuery,
  leaving: readonly Leaving[],
): Promise<Change[]> {
  const fits = filterSql(filter, 3)
  const { rows } = await reader.query<RecordRow & { readonly message_index: number }>(
    `select message_index, ${RECORD_COLUMNS} from record_versions
      where (record_id, version) in (select * from unnest($1::text[], $2::integer[]))${fits.text()}`,
    [leaving.map(({ id }) => id), leaving.map(({ last }) => last), ...fits.values],
  )
  const seen = new Map(rows.map((row) => [`${row.version} ${row.record_id}`, row]))
  const changes: Change[] = []
  for (const { position, id, version, last } of leaving) {
    const row = seen.get(`${last} ${id}`)
    if (row === undefined) continue
    const record = JSON.parse(await recordText(reader, row)) as CanonicalRecord
    changes.push({
      position: BigInt(position),
      recordId: id,
      version,
      kind: row.kind,
      status: 'void',
      system: row.system,
      record: row.record,
      messageIndex: row.message_index,
      receivedAt: row.received_at,
      replay: row.replay,
      text: JSON.stringify({ ...record, version, status: 'void' }),
      outOfSight: true,
    })
  }
  return changes
}
