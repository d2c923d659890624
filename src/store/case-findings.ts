import type { Reader } from './sighted.ts'

/** A finding of what a case is of: its tests, its lots and its papers. */
export interface CaseFinding {
  readonly id: string
  readonly kind: string
  readonly severity: string
  readonly state: string
  readonly subject: string
}

const FINDINGS_MAX = 500

/** Findings of the tests, lots and papers of a case, those that are pending first. */
export async function readCaseFindings(client: Reader, caseId: string): Promise<CaseFinding[]> {
  const { rows } = await client.query<CaseFinding>({
    name: 'read-case-findings',
    text: `select id, kind, severity, state, subject from findings
            where subject in (select 'test:' || record_id from case_tests where case_id = $1 union select code from case_lots where case_id = $1)
            order by state not in ('open', 'acknowledged'), occurred_at desc, id limit $2`,
    values: [caseId, FINDINGS_MAX],
  })
  return rows
}

/** Cases of the subjects of findings, the newest first; a subject that has none is not in it. */
export async function readCasesOf(
  client: Reader,
  subjects: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ subject: string; cases: string[] }>({
    name: 'read-cases-of-subjects',
    text: `select s.subject, array_agg(c.id order by c.opened_at desc, c.id) as cases
             from (select 'test:' || record_id as subject, case_id from case_tests where record_id = any($2::text[])
                   union select code, case_id from case_lots where code = any($1::text[])) s
             join cases c on c.id = s.case_id group by s.subject`,
    values: [
      subjects,
      subjects.flatMap((one) => (one.startsWith('test:') ? [one.slice('test:'.length)] : [])),
    ],
  })
  return new Map(rows.map(({ subject, cases }) => [subject, cases]))
}

/** Those of the tests whose goods were released, or whose case is closed. */
export async function readEndedTests(
  client: Reader,
  recordIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string }>({
    name: 'read-ended-tests',
    text: `select t.record_id as id from case_tests t join cases c on c.id = t.case_id
            where t.record_id = any($1::text[]) and c.state in ('cleared', 'closed')`,
    values: [recordIds],
  })
  return new Set(rows.map(({ id }) => id))
}
