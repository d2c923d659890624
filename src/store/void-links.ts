import type { ClientBase, Pool } from 'pg'
import { TELLS_WHO_GAVE } from '#core/cases/after-void.ts'
import { SPREAD_CONFIDENCE } from '#core/cases/spread.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { LINK_COLUMNS, type LinkColumns, linksOf } from './link-columns.ts'

type Client = ClientBase | Pool

/** Codes of a case whose step is by a record of who gave goods on that is void now. Kind stands in the identifier of a record. */
const VOID_STEPS = `case_lots l
  cross join lateral (select h.status from record_versions h where h.record_id = l.via_record order by h.version desc limit 1) head
  where l.case_id = $1 and l.role in ('upstream', 'downstream') and split_part(l.via_record, ':', 3) = any($2::text[]) and head.status = 'void'`

/** The links by which a case came to its codes and whose records were made void since, as these told them last. */
export async function readVoidLinks(client: Client, caseId: string): Promise<Link[]> {
  const { rows } = await client.query<LinkColumns>({
    name: 'read-void-links',
    text: `with steps as materialized (
             select l.via_record, case when l.role = 'upstream' then l.code else l.via_code end as from_code,
                    case when l.role = 'upstream' then l.via_code else l.code end as to_code
               from ${VOID_STEPS})
           select ${LINK_COLUMNS} from (
             select null::integer as step, e.from_code, e.to_code, e.record_id, e.version, e.rule, e.confidence, e.quantity, e.unit, e.occurred_at,
                    null::text as with_record
               from steps s
               cross join lateral (select a.version from record_versions a where a.record_id = s.via_record and a.status = 'active'
                                    order by a.version desc limit 1) last
               join lot_edges e on e.to_code = s.to_code and e.from_code = s.from_code and e.record_id = s.via_record and e.version = last.version
              where e.confidence >= $3::real
              order by e.to_code, e.from_code, e.record_id) link`,
    values: [caseId, [...TELLS_WHO_GAVE], SPREAD_CONFIDENCE],
  })
  return rows.flatMap(linksOf)
}

/** Of the records by which a case came to its codes those that would keep them held though they are void. */
export async function readVoidSteps(client: Client, caseId: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ record: string }>({
    name: 'read-void-steps',
    text: `select distinct l.via_record as record from ${VOID_STEPS}`,
    values: [caseId, [...TELLS_WHO_GAVE]],
  })
  return new Set(rows.map(({ record }) => record))
}
