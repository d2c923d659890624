import type { ClientBase } from 'pg'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import { isSameLaboratory } from '#core/cases/laboratory.ts'
import { isLaboratoryTest } from '#core/cases/open.ts'
import { isOlder } from '#core/cases/sample-time.ts'
import { answersFailure } from '#core/cases/tested-for.ts'
import type { Body } from '#core/model/body.ts'
import { readCaseMoves, readFirstTold } from '#store/case-events.ts'
import { type CaseTest, readFailedTests, readPassedTests } from '#store/case-lots.ts'
import { readTracedVersions } from '#store/lots.ts'
import { type TestedGoods, testedGoodsOf } from './open-case.ts'
import { waitsForSecond } from './waits.ts'

interface TestOfGoods {
  readonly body: Body
  readonly goods: TestedGoods
}

/** The failed tests of a case which no laboratory has answered by passing their goods: what it found of other items, or of other lots, says nothing of them. */
export const unanswered = async (client: ClientBase, caseId: string): Promise<CaseTest[]> =>
  await unansweredOf(client, await readFailedTests(client, caseId), await readPassedTests(client, caseId))

/** Those of some failed tests of a case that are among them. */
export const unansweredAmong = async (
  client: ClientBase,
  caseId: string,
  failed: readonly CaseTest[],
): Promise<CaseTest[]> => await unansweredOf(client, failed, await readPassedTests(client, caseId))

/** A case may have thousands of tests, of which the first few tell what is asked as a rule. */
const FIRST = 20

/** The same a few first, and then the others; those of laboratories alone where they are asked for. */
export async function* unansweredInParts(
  client: ClientBase,
  caseId: string,
  { labs }: { readonly labs: boolean },
): AsyncGenerator<readonly CaseTest[]> {
  const passed = await readPassedTests(client, caseId)
  for await (const part of failedInParts(client, caseId, labs)) yield await unansweredOf(client, part, passed)
}

async function* failedInParts(client: ClientBase, caseId: string, labs: boolean): AsyncGenerator<CaseTest[]> {
  const first = await readFailedTests(client, caseId, { labs, page: { after: 0, limit: FIRST } })
  yield first
  if (first.length === FIRST)
    yield await readFailedTests(client, caseId, { labs, page: { after: FIRST, limit: null } })
}

async function unansweredOf(
  client: ClientBase,
  failed: readonly CaseTest[],
  passed: readonly CaseTest[],
): Promise<CaseTest[]> {
  if (passed.length === 0 || failed.length === 0) return [...failed]
  const mayAnswer = await answering(client, failed, passed)
  const records = await readTracedVersions(client, [...failed, ...passed])
  const told = [...records.values()].map(({ id, body }) => ({ recordId: id, body }))
  const goods = await testedGoodsOf(client, told)
  const read = new Map(
    told.map(({ recordId, body }, i) => [recordId, { body, goods: goods[i] as TestedGoods }] as const),
  )
  return failed.filter((test) => {
    const one = read.get(test.recordId)
    const by = passed.flatMap((pass) => (mayAnswer(test, pass) ? (read.get(pass.recordId) ?? []) : []))
    return one === undefined || !isAnswered(one, by)
  })
}

/**
 * Tells whether what a laboratory passed may answer a failed test of its case. A rapid test is answered by any; what a laboratory failed only by what was told while a second one was awaited: without
 * an objection nobody asked for one, and what was found before is none.
 */
async function answering(
  client: ClientBase,
  failed: readonly CaseTest[],
  passed: readonly CaseTest[],
): Promise<(failed: CaseTest, passed: CaseTest) => boolean> {
  const caseId = failed.find(({ isLab }) => isLab)?.caseId
  if (caseId === undefined) return () => true
  const waits = waitsForSecond(await readCaseMoves(client, caseId))
  const ids = passed.map(({ recordId }) => recordId)
  const told = waits.length > 0 ? await readFirstTold(client, caseId, ids) : new Map<string, number>()
  // What is being told now has no event yet.
  const seconds = new Set(
    ids.filter((id) => {
      const no = told.get(id) ?? Number.POSITIVE_INFINITY
      return waits.some(({ from, to }) => from < no && no <= to)
    }),
  )
  return (one, by) => !one.isLab || seconds.has(by.recordId)
}

/** What the failed tests of a case tell, of a few first, and then of the others. */
export async function* failedBodies(client: ClientBase, caseId: string): AsyncGenerator<Body[]> {
  for await (const part of failedInParts(client, caseId, false))
    yield [...(await readTracedVersions(client, part)).values()].map(({ body }) => body)
}

/**
 * Whether all goods of a failed test were passed for what they failed, those that a laboratory failed by another one. One whose goods nobody knows is answered by what was tested at the same
 * stall on its day.
 */
function isAnswered(failed: TestOfGoods, passed: readonly TestOfGoods[]): boolean {
  const { body, goods } = failed
  const answering = passed.filter(
    (one) =>
      answersFailure(one.body.test?.item, body.test?.item) &&
      mayBe(goodsOf(body), 'test', one.body) &&
      !isOlder(one.body, body) &&
      !(isLaboratoryTest(body) && isSameLaboratory(one.body, body)),
  )
  return areAmong(
    goods,
    answering.map((one) => one.goods),
  )
}

const meets = (a: readonly string[], b: readonly string[]): boolean => a.some((one) => b.includes(one))

/** Whether some of the goods are the same; of those that nobody knows, whether they were at the same stall on one day. */
export const meet = (a: TestedGoods, b: TestedGoods): boolean =>
  a.codes.length > 0 && b.codes.length > 0
    ? meets(a.codes, b.codes)
    : meets(a.whos, b.whos) && meets(a.whats, b.whats)

/** Whether goods are all among others; those that nobody knows, whether others were at the same stall on that day. */
export const areAmong = (goods: TestedGoods, others: readonly TestedGoods[]): boolean =>
  goods.codes.length > 0
    ? goods.codes.every((code) => others.some(({ codes }) => codes.includes(code)))
    : others.some(({ whos, whats }) => meets(whos, goods.whos) && meets(whats, goods.whats))
