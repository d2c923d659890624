import type { ClientBase } from 'pg'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import { isSameLaboratory, namesLaboratory } from '#core/cases/laboratory.ts'
import { placeOf, siteText } from '#core/cases/place.ts'
import { answersFailure } from '#core/cases/tested-for.ts'
import type { Body } from '#core/model/body.ts'
import { readCaseMoves } from '#store/case-events.ts'
import { type CaseTest, readFailedTests, readTestsToldBefore } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { areAmong, meet, unansweredAmong } from './answered.ts'
import { type TestedGoods, type ToldTest, testedGoodsOf } from './open-case.ts'
import { type Objection, openObjection, waitsForSecond } from './waits.ts'

/**
 * The failed tests of what was objected to as a laboratory's result and decided since, and which stand: what is found of the same goods for the same afterwards is final. Those of which was told before
 * the last such objection; `all` where no test told of the goods.
 */
export async function decidedTests(client: ClientBase, caseId: string): Promise<readonly CaseTest[] | 'all'> {
  const wait = waitsForSecond(await readCaseMoves(client, caseId)).findLast(({ isDecided }) => isDecided)
  if (wait === undefined) return []
  const told = await readTestsToldBefore(client, caseId, wait.from)
  if (told.length === 0) return 'all'
  const labs = told.filter(({ isLab }) => isLab)
  // Goods that the second laboratory passed, and that fail once more, were never heard of by another one.
  return await unansweredAmong(client, caseId, labs.length > 0 ? labs : told)
}

/** Those of the failed tests of laboratories about which nobody decided: of other goods than were decided about, or for something else. */
export async function undecided(
  client: ClientBase,
  caseId: string,
  labs: readonly CaseTest[],
): Promise<readonly CaseTest[]> {
  const decided = labs.length === 0 ? [] : await decidedTests(client, caseId)
  if (decided === 'all') return []
  if (decided.length === 0) return labs
  const records = await readTracedVersions(client, [...labs, ...decided])
  const told = [...records.values()].map(({ id, body }) => ({ recordId: id, body }))
  const goods = await testedGoodsOf(client, told)
  const read = told.map((one, i) => ({ ...one, goods: goods[i] as TestedGoods }))
  const known = read.filter(({ recordId }) => decided.some((one) => one.recordId === recordId))
  return labs.filter(({ recordId }) => {
    const own = read.find((one) => one.recordId === recordId)
    if (own === undefined) return true
    const same = known.filter(({ body }) => isSameMatter(body, own.body))
    return !areAmong(
      own.goods,
      same.map((one) => one.goods),
    )
  })
}

/** What a laboratory's failed test is to the objection of its case. */
export interface Answer {
  readonly answers: boolean
  /** It repeats what only an official said that a laboratory found. */
  readonly repeatsWord: boolean
  /** It would answer it, were it not of the very laboratory whose result was objected to. */
  readonly isOwn: boolean
}
export const NO_ANSWER: Answer = { answers: false, repeatsWord: false, isOwn: false }

/**
 * Whether a laboratory's failed test is of goods that were objected to, at their stall and for what they failed: one of other goods, or for something else, leaves them waiting for their second
 * laboratory, and so does one of the laboratory whose result was objected to. What an official stopped, or said that a laboratory found, without a record of it, is of all goods of the case.
 */
export async function answerOf(client: ClientBase, test: ToldTest, caseId: string): Promise<Answer> {
  const objection = openObjection(await readCaseMoves(client, caseId))
  if (objection === null) return NO_ANSWER
  const told = await readTestsToldBefore(client, caseId, objection.no)
  const labs = objection.to === 'laboratory' ? told.filter(({ isLab }) => isLab) : []
  const isOrder = labs.length === 0 && (await readCase(client, caseId))?.openedBy === 'official'
  const repeatsWord = objection.to === 'laboratory' && labs.length === 0
  const answer = { answers: true, repeatsWord, isOwn: false }
  if (isOrder || told.length === 0) return answer
  const objected = await undecided(client, caseId, labs)
  const about = await sameMatter(client, test, objected.length > 0 ? objected : labs.length > 0 ? labs : told)
  if (about.length === 0) return NO_ANSWER
  return labs.length > 0 && about.some((body) => isSameLaboratory(body, test.body))
    ? { ...NO_ANSWER, isOwn: true }
    : answer
}

/** Whether a laboratory passes goods that it failed itself and whose failed result stands: that is for another laboratory to say, or for this one where it corrects that result. */
export async function passesOwn(client: ClientBase, test: ToldTest, caseId: string): Promise<boolean> {
  if (!namesLaboratory(test.body)) return false
  const labs = await readFailedTests(client, caseId, { labs: true })
  return (await sameMatter(client, test, labs)).some((body) => isSameLaboratory(body, test.body))
}

/** What those of the failed tests tell that are of goods of this one, at their stall, for what it tested. */
async function sameMatter(client: ClientBase, test: ToldTest, failed: readonly CaseTest[]): Promise<Body[]> {
  const same = [...(await readTracedVersions(client, failed)).values()]
    .filter(({ body }) => isSameMatter(test.body, body))
    .map(({ id, body }) => ({ recordId: id, body }))
  const [goods, ...known] = (await testedGoodsOf(client, [test, ...same])) as [TestedGoods, ...TestedGoods[]]
  return same.filter((_, i) => meet(goods, known[i] as TestedGoods)).map(({ body }) => body)
}

/** Those of the failed tests that stand to which an open objection is: of a laboratory's results those about which nobody decided before. */
export async function objectedTo(
  client: ClientBase,
  caseId: string,
  { to, no }: Objection,
): Promise<readonly CaseTest[]> {
  const told = await readTestsToldBefore(client, caseId, no)
  const labs = to === 'laboratory' ? told.filter(({ isLab }) => isLab) : []
  return labs.length > 0 ? await undecided(client, caseId, labs) : told
}

/** The same stall, where both name one, and what failed is among that for which the other one tested. */
export function isSameMatter(other: Body, failed: Body): boolean {
  const [at, now] = [siteText(placeOf(failed).stall), siteText(placeOf(other).stall)]
  return (
    (at === null || now === null || at === now) &&
    answersFailure(other.test?.item, failed.test?.item) &&
    mayBe(goodsOf(failed), 'test', other)
  )
}
