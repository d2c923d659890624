import { isLaboratoryTest } from '#core/cases/open.ts'
import type { RecordEvent } from '#core/cases/states.ts'
import type { CaseTest } from '#store/case-lots.ts'
import type { ToldTest } from './open-case.ts'

/** A newest version of a test, which may be void. */
export interface ChangedTest extends ToldTest {
  readonly isActive: boolean
}

/** Verdicts on which a case stands. */
export const STANDS: ReadonlySet<string> = new Set(['fail', 'suspect'])

/** How a version of a test is kept with its case. */
export const testOf = ({ recordId, version, body, isActive }: ChangedTest, caseId: string): CaseTest => ({
  ...{ recordId, version, caseId },
  verdict: isActive ? (body.test?.verdict ?? 'unknown') : 'void',
  isLab: isLaboratoryTest(body),
})

/** What a test lets happen to its case. */
export const happening = (event: RecordEvent, test: ToldTest, nowMs: number) => ({
  event,
  atMs: Date.parse(test.receivedAt),
  nowMs,
  by: 'records' as const,
  method: test.body.test?.method,
  note: event === 'withdrawn' ? test.body.void?.reason : undefined,
})

export const evidence = ({ recordId, version }: ToldTest) => ({ actor: 'hub', recordId, version })
