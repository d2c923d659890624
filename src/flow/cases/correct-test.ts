import type { ClientBase } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { saysOf } from '#core/cases/open.ts'
import type { CaseState } from '#core/cases/states.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import { namedGoods } from '#core/lineage/tested-goods.ts'
import type { Body } from '#core/model/body.ts'
import { SAME_LABORATORY } from '#core/model/masked-texts.ts'
import { withRegionMeant } from '#flow/matching/markets-meant.ts'
import { readCaseMoves } from '#store/case-events.ts'
import { type CaseTest, dropCaseTest, findCasesOfGoods, putCaseTest } from '#store/case-lots.ts'
import { readCase, retellCase, type ToldGoods } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { unanswered } from './answered.ts'
import { applyEvent } from './apply.ts'
import { newsOf } from './brings-new.ts'
import { GRAVEST, gravest, holdAgain } from './hold-again.ts'
import { objectedTo, passesOwn, undecided } from './objections.ts'
import { causeOf, type ToldTest, testedGoods, whereOf } from './open-case.ts'
import { type ChangedTest, evidence, happening, STANDS, testOf } from './told-test.ts'
import { openObjection } from './waits.ts'
import { confirmedBy, isOrdered } from './whose-word.ts'

/**
 * Takes a new version of a test that has cases, the oldest first. Gives the tests that are to be taken like new ones: those of a closed case that are answered no longer, and this one where it turns
 * out to be of goods that are none of the case, or passes goods, which other cases may have too.
 */
export async function correctTest(
  client: ClientBase,
  test: ChangedTest,
  [first, ...others]: readonly CaseTest[],
  nowMs: number,
): Promise<readonly ToldTest[]> {
  const says = test.isActive ? saysOf(test.body) : null
  const isPassed = says === 'lab_passed'
  const again: ToldTest[] = []
  // Only what a laboratory passed is of several; what failed is of one.
  for (const other of others)
    if (says === null || isPassed) again.push(...(await correctIn(client, test, other, nowMs)))
    else if (other.version < test.version) {
      await dropCaseTest(client, other)
      again.push(...((await holdAgain(client, test, other.caseId, nowMs)) ?? []))
    }
  if (first) again.push(...(await correctIn(client, test, first, nowMs)))
  return isPassed && !again.includes(test) ? [...again, test] : again
}

/**
 * Takes a new version of a test in one of its cases. A test that opened a case takes the case along to the goods that it tells of now, unless more was said of the first goods than that they
 * are held: others were not objected to, confirmed or disposed of.
 */
async function correctIn(
  client: ClientBase,
  test: ChangedTest,
  before: CaseTest,
  nowMs: number,
): Promise<readonly ToldTest[]> {
  const { caseId, recordId } = before
  const now = testOf(test, caseId)
  if (now.version <= before.version) return []
  const says = test.isActive ? saysOf(test.body) : null
  const read = (await readTracedVersions(client, [{ recordId, version: before.version }])).get(recordId)
  const told = read?.body
  const isMoved = told !== undefined && goodsText(recordId, told) !== goodsText(recordId, test.body)
  if (says === null || says === 'lab_passed') {
    const isLeaving =
      says !== null && !STANDS.has(before.verdict) && isMoved && (await isOfOtherCase(client, test, caseId))
    await (isLeaving ? dropCaseTest(client, before) : putCaseTest(client, now))
    return await standsNoMore(client, test, before, { says: isLeaving ? null : says, nowMs })
  }
  const found = await readCase(client, caseId)
  const opened = found?.testId === recordId
  const isTaking = opened && GOES_ALONG.has(found.state)
  if (isMoved && !isTaking && !(await isOfCase(client, test, caseId))) {
    await dropCaseTest(client, before)
    await withdraw(client, test, caseId, nowMs)
    return [test]
  }
  await putCaseTest(client, now)
  if (opened) {
    const toldAt = isMoved && isTaking ? test.receivedAt : found.toldAt
    await retellCase(client, caseId, await toldBy(client, test, toldAt))
  }
  const saidBefore = told === undefined || before.verdict === 'void' ? null : saysOf(told)
  if (isMoved || says !== saidBefore) {
    const failedBefore = read && saidBefore !== null ? { ...read, recordId } : undefined
    const news = await newsOf(client, test, caseId, { before: failedBefore })
    const { remains } = await remaining(client, caseId, await unanswered(client, caseId))
    const happened = { ...happening(says, test, nowMs), ...news, remains }
    await applyEvent(client, caseId, happened, evidence(test))
  }
  return (await holdAgain(client, test, caseId, nowMs)) ?? []
}

/** States in which nothing was said of the goods that would not be true of others. */
const GOES_ALONG: ReadonlySet<CaseState> = new Set(['suspect', 'held', 'cleared'])

/** What a test tells of its case. */
const toldBy = async (
  client: ClientBase,
  { recordId, body }: Pick<ToldTest, 'recordId' | 'body'>,
  toldAt: string,
): Promise<ToldGoods> => ({
  ...{ ...whereOf(body, await withRegionMeant(client, body)), cause: causeOf(body) },
  ...{ testId: recordId, toldAt },
})

/** A version that fails nothing: the test is void, or its verdict is another now. */
async function standsNoMore(
  client: ClientBase,
  test: ChangedTest,
  before: CaseTest,
  { says, nowMs }: { readonly says: 'lab_passed' | null; readonly nowMs: number },
): Promise<readonly ToldTest[]> {
  const { caseId } = before
  if (STANDS.has(before.verdict)) {
    await withdraw(client, test, caseId, nowMs)
    return []
  }
  const again = await holdAgain(client, test, caseId, nowMs)
  if (again === null && says === 'lab_passed') await labPassed(client, test, caseId, nowMs)
  return again ?? []
}

/**
 * A laboratory passed the goods: they are released where that answers everything for which they failed. What an official stopped he releases: no test says why he did. The test is kept
 * with the case already.
 */
export async function labPassed(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const { said, remains } = await remaining(client, caseId, await unanswered(client, caseId))
  const stays = said !== undefined && remains === undefined
  const words = (await passesOwn(client, test, caseId)) ? { note: SAME_LABORATORY } : {}
  await applyEvent(
    client,
    caseId,
    { ...happening('lab_passed', test, nowMs), ...words, remains },
    { ...evidence(test), stays },
  )
}

/**
 * What the test told is taken back; the case stays where another failed test of its goods stands or an official confirmed it. A laboratory that takes back its own failed result by
 * passing the goods says with it that the rapid tests for the same were wrong too.
 */
async function withdraw(client: ClientBase, test: ChangedTest, caseId: string, nowMs: number): Promise<void> {
  const standing = await unanswered(client, caseId)
  await tellByOther(client, test, caseId, standing)
  const { said, remains } = await remaining(client, caseId, standing)
  const isConfirmed = (await confirmedBy(client, caseId)) === 'official'
  const stays = isConfirmed || (said !== undefined && remains === undefined)
  // An objection to what is taken back is none to what the same laboratory failed since.
  const labs = remains === 'lab_failed' ? standing.filter(({ isLab }) => isLab) : []
  const bringsNew = (await undecided(client, caseId, labs)).length > 0
  const happened = { ...happening('withdrawn', test, nowMs), remains, bringsNew }
  await applyEvent(client, caseId, happened, { ...evidence(test), stays })
}

/**
 * The gravest that the tests which stand say, and the same as what remains where it is less than the case is: rapid tests where laboratories' records alone had confirmed it, or a doubt where
 * others had failed, or what laboratories failed of other goods since an objection that is answered with it. An official's order to stop the goods stands as a failed test does, and what he
 * confirmed remains so.
 */
async function remaining(client: ClientBase, caseId: string, standing: readonly CaseTest[]) {
  const tested = await gravest(client, standing)
  const said = tested !== 'lab_failed' && (await isOrdered(client, caseId)) ? 'failed' : tested
  if (said === 'lab_failed') return { said, remains: await toldSince(client, caseId, standing) }
  if (said === undefined) return { said }
  const isLess =
    (await confirmedBy(client, caseId)) === 'records' ||
    (said === 'doubted' && (await readCase(client, caseId))?.state === 'held')
  return { said, remains: isLess ? said : undefined }
}

/** That laboratories failed goods, where none of what was objected to stands any more: nobody waits for a second one. */
async function toldSince(
  client: ClientBase,
  caseId: string,
  standing: readonly CaseTest[],
): Promise<'lab_failed' | undefined> {
  const objection = openObjection(await readCaseMoves(client, caseId))
  if (objection === null) return undefined
  const left = new Set(standing.map(({ recordId }) => recordId))
  const objected = await objectedTo(client, caseId, objection)
  return objected.some(({ recordId }) => left.has(recordId)) ? undefined : 'lab_failed'
}

/** A case is not told by a test that is taken back, where another stands. */
async function tellByOther(
  client: ClientBase,
  { recordId }: ChangedTest,
  caseId: string,
  standing: readonly CaseTest[],
): Promise<void> {
  const found = await readCase(client, caseId)
  if (found?.testId !== recordId) return
  const told = [...(await readTracedVersions(client, standing)).values()]
  const other = GRAVEST.flatMap((one) => told.filter(({ body }) => saysOf(body) === one))[0]
  if (other) {
    const told = await toldBy(client, { recordId: other.id, body: other.body }, found.toldAt)
    await retellCase(client, caseId, told)
  }
}

/** The open cases of the goods that the test tells of now. */
async function casesOfGoods(client: ClientBase, test: ChangedTest): Promise<string[]> {
  const goods = await testedGoods(client, test)
  const { productName } = goodsOf(test.body)
  return await findCasesOfGoods(client, { ...goods, productName })
}

const isOfCase = async (client: ClientBase, test: ChangedTest, caseId: string): Promise<boolean> =>
  (await casesOfGoods(client, test)).includes(caseId)

/** Whether they are those of other open cases, and not of this one. */
async function isOfOtherCase(client: ClientBase, test: ChangedTest, caseId: string): Promise<boolean> {
  const found = await casesOfGoods(client, test)
  return found.length > 0 && !found.includes(caseId)
}

/** What a test tells of which goods it is of: what it names, or stall, product and day. */
const goodsText = (recordId: string, body: Body): string => {
  const points = matchFacts('test', recordId, body).points.map(({ who, what }) => `${who} ${what}`)
  return JSON.stringify([namedGoods(body).sort(), points.sort(), goodsOf(body)])
}
