import type { ClientBase } from 'pg'
import { answersFailure } from '#core/cases/tested-for.ts'
import { type CaseTest, readCaseTests } from '#store/case-lots.ts'
import { readTracedVersions } from '#store/lots.ts'
import { STANDS } from './told-test.ts'

/** The failed tests of a case which no laboratory has answered by passing the goods: what it found of other items says nothing of them. */
export async function unanswered(client: ClientBase, caseId: string): Promise<CaseTest[]> {
  const tests = await readCaseTests(client, caseId)
  const bodies = await readTracedVersions(client, tests)
  const testedFor = ({ recordId }: CaseTest) => bodies.get(recordId)?.body.test?.item
  const passed = tests.filter(({ isLab, verdict }) => isLab && verdict === 'pass').map(testedFor)
  return tests.filter(
    (test) => STANDS.has(test.verdict) && !passed.some((item) => answersFailure(item, testedFor(test))),
  )
}
