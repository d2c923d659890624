import type { ClientBase } from 'pg'

/** A code of the goods of a case. */
export interface CaseCode {
  readonly caseId: string
  readonly code: string
}

/** Those of the codes that are suspects of their case: not sold at the stall where they were tested, and nothing spreads from them. */
export async function readSuspects(
  reader: Pick<ClientBase, 'query'>,
  lots: readonly CaseCode[],
): Promise<(lot: CaseCode) => boolean> {
  if (lots.length === 0) return () => false
  const { rows } = await reader.query<CaseCode>({
    name: 'read-suspects',
    // What another hub sent in the name of ours may name no case at all.
    text: `select case_id as "caseId", code from case_lots
            where (case_id, code) in (select id::uuid, code from unnest($1::text[], $2::text[]) a (id, code)
                                       where id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
              and narrow`,
    values: [lots.map(({ caseId }) => caseId), lots.map(({ code }) => code)],
  })
  const suspects = Map.groupBy(rows, ({ caseId }) => caseId)
  return ({ caseId, code }) => suspects.get(caseId)?.some((row) => row.code === code) === true
}
