import type { LotRole } from '#core/cases/spread.ts'
import type { CaseTest } from './case-lots.ts'
import type { CaseFilter, CaseRow } from './cases.ts'
import { regionPrefix } from './change-filter.ts'
import type { Reader } from './sighted.ts'

/** What every caller is told of a case of which it sees a lot or a test; all else is told by the records that it sees. */
export type SeenCaseRow = Pick<
  CaseRow,
  | 'id'
  | 'hub'
  | 'state'
  | 'narrow'
  | 'openedBy'
  | 'toldAt'
  | 'openedAt'
  | 'stateAt'
  | 'confirmedAt'
  | 'labToldAt'
  | 'objectionUntil'
  | 'due'
  | 'dueAt'
>

const COLUMNS = `id, hub, state, narrow, opened_by as "openedBy", told_at as "toldAt", opened_at as "openedAt", state_at as "stateAt",
  confirmed_at as "confirmedAt", lab_told_at as "labToldAt", objection_until as "objectionUntil", due, due_at as "dueAt"`

/** Cases, newest first, as `listCases` gives them; a region is one of which the caller sees a record. */
export async function listSeenCases(
  reader: Reader,
  filter: Omit<CaseFilter, 'product'>,
  page: { readonly after?: { readonly openedAt: string; readonly id: string }; readonly limit: number },
): Promise<SeenCaseRow[]> {
  const { rows } = await reader.query<SeenCaseRow>({
    name: 'list-seen-cases',
    text: `select ${COLUMNS} from cases
            where ($1::text is null or state = $1)
              and ($2::text is null or exists (select from case_lot_sights s where s.case_id = cases.id and s.region like $2)
                   or exists (select from case_tests t join record_versions v on v.record_id = t.record_id and v.version = t.version
                               where t.case_id = cases.id and v.region like $2))
              and ($3::timestamptz is null or opened_at >= $3) and ($4::timestamptz is null or opened_at < $4)
              and ($5::timestamptz is null or (opened_at, id) < ($5, $6::uuid))
            order by opened_at desc, id desc limit $7`,
    values: [
      filter.state ?? null,
      filter.region === undefined ? null : `${regionPrefix(filter.region)}%`,
      filter.from ?? null,
      filter.to ?? null,
      page.after?.openedAt ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  })
  return rows
}

/** One case; null where the caller sees nothing of it. */
export async function readSeenCase(reader: Reader, id: string): Promise<SeenCaseRow | null> {
  const { rows } = await reader.query<SeenCaseRow>({
    name: 'read-seen-case',
    text: `select ${COLUMNS} from cases where id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

export interface SeenLot {
  readonly code: string
  readonly kind: 'lot' | 'document'
  readonly role: LotRole
  readonly narrow: boolean
  readonly held: boolean
}

/** Those of its lots that the caller sees. */
export async function readSeenLots(reader: Reader, caseId: string): Promise<SeenLot[]> {
  const { rows } = await reader.query<SeenLot>({
    name: 'read-seen-lots',
    text: `select code, kind, role, narrow, held from case_lots where case_id = $1
            order by array_position(array['tested', 'upstream', 'downstream', 'sold', 'origin'], role), code`,
    values: [caseId],
  })
  return rows
}

export type SeenTest = Pick<CaseTest, 'caseId' | 'recordId' | 'version' | 'verdict'>

/** Those of the tests of cases that the caller sees. */
export async function readSeenTests(reader: Reader, caseIds: readonly string[]): Promise<SeenTest[]> {
  const { rows } = await reader.query<SeenTest>({
    name: 'read-seen-tests',
    text: `select case_id as "caseId", record_id as "recordId", version, verdict from case_tests where case_id = any($1::uuid[]) order by record_id`,
    values: [caseIds],
  })
  return rows
}

/** What happened to a case; by whom, of how much and why is told to who sees all of it. */
export async function readSeenEvents(reader: Reader, caseId: string) {
  const { rows } = await reader.query({
    name: 'read-seen-events',
    text: `select no, event, from_state as "fromState", to_state as "toState", at, recorded_at as "recordedAt", null as actor, null as mass, null as "heldMass", null as method,
                  null as note, null as "recordId", null as version from case_events where case_id = $1 order by no`,
    values: [caseId],
  })
  return rows
}
