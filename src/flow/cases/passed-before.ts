import type { ClientBase } from 'pg'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import { saysOf } from '#core/cases/open.ts'
import { isOlder } from '#core/cases/sample-time.ts'
import { answersFailure } from '#core/cases/tested-for.ts'
import { findCaseTests, putCaseTest } from '#store/case-lots.ts'
import { readTracedVersions } from '#store/lots.ts'
import { readOwners } from '#store/peer-versions.ts'
import { findTestsOfGoods } from '#store/tests-of-goods.ts'
import { labPassed } from './correct-test.ts'
import type { TestedGoods, ToldTest } from './open-case.ts'
import { testOf } from './told-test.ts'

/** Lets a case, which a failed test opened or joined, be answered by what laboratories passed of its goods and what came here before it did, as if that had come later. */
export async function answerByEarlier(
  client: ClientBase,
  failed: ToldTest,
  { goods, caseId, nowMs }: { readonly goods: TestedGoods; readonly caseId: string; readonly nowMs: number },
): Promise<void> {
  const { body, receivedAt } = failed
  const found = [
    ...(await readTracedVersions(client, await findTestsOfGoods(client, goods))).values(),
  ].filter(
    (one) =>
      saysOf(one.body) === 'lab_passed' &&
      answersFailure(one.body.test?.item, body.test?.item) &&
      mayBe(goodsOf(body), 'test', one.body) &&
      !isOlder(one.body, body),
  )
  const ids = found.map(({ id }) => id)
  const known = await findCaseTests(client, ids)
  const foreign = await readOwners(client, ids)
  for (const { id, version, body: passed } of found) {
    if (known.has(id) || foreign.has(id)) continue
    const test = { recordId: id, version, receivedAt, body: passed }
    await putCaseTest(client, testOf({ ...test, isActive: true }, caseId))
    await labPassed(client, test, caseId, nowMs)
  }
}
