import type { ClientBase } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { saysOf } from '#core/cases/open.ts'
import type { RecordEvent } from '#core/cases/states.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import { readCaseEvents } from '#store/case-events.ts'
import { type CaseTest, dropCaseTest, findCaseOfGoods, putCaseTest } from '#store/case-lots.ts'
import { readCase, retellCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { unanswered } from './answered.ts'
import { applyEvent } from './apply.ts'
import { causeOf, namedGoods, type ToldTest, testedGoods, whereOf } from './open-case.ts'
import { type ChangedTest, evidence, happening, STANDS, testOf } from './told-test.ts'

/**
 * Takes a new version of a test that has a case. `leaves` where it turns out to be of goods that are none of the case: then it is to be taken like a test
 * that is new. A test that opened a case takes the case along to the goods that it tells of now.
 */
export async function correctTest(
  client: ClientBase,
  test: ChangedTest,
  before: CaseTest,
  nowMs: number,
): Promise<'stays' | 'leaves'> {
  const { caseId, recordId } = before
  const now = testOf(test, caseId)
  if (now.version <= before.version) return 'stays'
  const says = test.isActive ? saysOf(test.body) : null
  if (says === null || says === 'lab_passed') {
    await putCaseTest(client, now)
    await standsNoMore(client, test, before, { says, nowMs })
    return 'stays'
  }
  const told = (await readTracedVersions(client, [{ recordId, version: before.version }])).get(recordId)?.body
  const isMoved = told !== undefined && goodsText(recordId, told) !== goodsText(recordId, test.body)
  const opened = (await readCase(client, caseId))?.testId === recordId
  if (isMoved && !opened && !(await isOfCase(client, test, caseId))) {
    await dropCaseTest(client, recordId)
    await withdraw(client, test, caseId, nowMs)
    return 'leaves'
  }
  await putCaseTest(client, now)
  if (opened) await retellCase(client, caseId, { ...whereOf(test.body), cause: causeOf(test.body) })
  const saidBefore = told === undefined || before.verdict === 'void' ? null : saysOf(told)
  if (isMoved || says !== saidBefore)
    await applyEvent(client, caseId, happening(says, test, nowMs), evidence(test))
  return 'stays'
}

/** A version that fails nothing: the test is void, or its verdict is another now. */
async function standsNoMore(
  client: ClientBase,
  test: ChangedTest,
  before: CaseTest,
  { says, nowMs }: { readonly says: 'lab_passed' | null; readonly nowMs: number },
): Promise<void> {
  const { caseId } = before
  if (STANDS.has(before.verdict)) return await withdraw(client, test, caseId, nowMs)
  if (says === 'lab_passed') return await labPassed(client, test, caseId, nowMs)
  if (before.isLab && before.verdict === 'pass') await holdAgain(client, test, caseId, nowMs)
}

/** A laboratory passed the goods: they are released where that answers everything for which they failed. The test is kept with the case already. */
export async function labPassed(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const stays = (await unanswered(client, caseId)).length > 0
  await applyEvent(client, caseId, happening('lab_passed', test, nowMs), { ...evidence(test), stays })
}

/**
 * What the test told is taken back; the case stays where another failed test of its goods stands. A laboratory that takes back its own failed result says with it
 * that the rapid tests for the same were wrong too.
 */
async function withdraw(client: ClientBase, test: ChangedTest, caseId: string, nowMs: number): Promise<void> {
  const stays = (await unanswered(client, caseId)).length > 0
  await applyEvent(client, caseId, happening('withdrawn', test, nowMs), { ...evidence(test), stays })
}

const GRAVEST: readonly RecordEvent[] = ['lab_failed', 'failed', 'doubted']

/** A result of a laboratory by which the goods were released is taken back: what it had answered holds them again. */
async function holdAgain(
  client: ClientBase,
  test: ChangedTest,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const events = await readCaseEvents(client, caseId)
  const released = events.findLast(({ fromState, toState }) => fromState !== toState)
  if (released?.toState !== 'cleared' || released.event !== 'lab_passed') return
  const standing = await unanswered(client, caseId)
  const said = [...(await readTracedVersions(client, standing)).values()].map(({ body }) => saysOf(body))
  const event = GRAVEST.find((one) => said.some((each) => each === one))
  if (event) await applyEvent(client, caseId, happening(event, test, nowMs), evidence(test))
}

/** Whether the goods that the test tells of now are those of the case. */
async function isOfCase(client: ClientBase, test: ChangedTest, caseId: string): Promise<boolean> {
  const goods = await testedGoods(client, test)
  const { productName } = goodsOf(test.body)
  return (await findCaseOfGoods(client, { ...goods, productName })) === caseId
}

/** What a test tells of which goods it is of: what it names, or stall, product and day. */
const goodsText = (recordId: string, body: Body): string => {
  const points = matchFacts('test', recordId, body).points.map(({ who, what }) => `${who} ${what}`)
  return JSON.stringify([namedGoods(body).sort(), points.sort(), goodsOf(body)])
}
