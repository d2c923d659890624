import type { ClientBase } from 'pg'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import { isSameLaboratory } from '#core/cases/laboratory.ts'
import { placeOf, siteText } from '#core/cases/place.ts'
import type { CaseState } from '#core/cases/states.ts'
import { answersFailure } from '#core/cases/tested-for.ts'
import type { Body } from '#core/model/body.ts'
import { type CaseEventRow, readCaseEvents } from '#store/case-events.ts'
import { type CaseTest, readCaseTests } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { meet } from './answered.ts'
import { type TestedGoods, type ToldTest, testedGoodsOf } from './open-case.ts'
import { STANDS } from './told-test.ts'

/** An objection that awaits its second laboratory. */
export interface Objection {
  /** Whose result was objected to. */
  readonly to: 'rapid' | 'laboratory'
  /** Tests of which was told before it: no record says which of them it is about. */
  readonly told: ReadonlySet<string>
}

/** Whether a second laboratory may be awaited in this state. */
export const isAwaiting = (state: CaseState): boolean => state === 'objected' || state === 'retest'

/** The objection of a case that nobody has answered yet, from all its events; null where there is none. */
export function openObjection(events: readonly CaseEventRow[]): Objection | null {
  const at = events.findLastIndex(({ event }) => event === 'objection')
  const made = events[at]
  if (made === undefined || !events.slice(at).every(({ toState }) => isAwaiting(toState))) return null
  const told = new Set(events.slice(0, at).flatMap(({ recordId }) => recordId ?? []))
  return { to: made.fromState === 'confirmed' ? 'laboratory' : 'rapid', told }
}

/** Whether a laboratory's result was objected to and decided since: what was found after that is final. */
export function wasDecided(events: readonly CaseEventRow[]): boolean {
  const isOpen = openObjection(events) !== null
  const made = events.filter(({ event }) => event === 'objection')
  return (isOpen ? made.slice(0, -1) : made).some(({ fromState }) => fromState === 'confirmed')
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
  const objection = openObjection(await readCaseEvents(client, caseId))
  if (objection === null) return NO_ANSWER
  const told = (await readCaseTests(client, caseId)).filter((one) => isToldOf(one, objection))
  const labs = objection.to === 'laboratory' ? told.filter(({ isLab }) => isLab) : []
  const isOrder = labs.length === 0 && (await readCase(client, caseId))?.openedBy === 'official'
  const repeatsWord = objection.to === 'laboratory' && labs.length === 0
  const answer = { answers: true, repeatsWord, isOwn: false }
  if (isOrder || told.length === 0) return answer
  const same = [...(await readTracedVersions(client, labs.length > 0 ? labs : told)).values()]
    .filter(({ body }) => isSameMatter(test.body, body))
    .map(({ id, body }) => ({ recordId: id, body }))
  const [goods, ...known] = (await testedGoodsOf(client, [test, ...same])) as [TestedGoods, ...TestedGoods[]]
  const about = same.filter((_, i) => meet(goods, known[i] as TestedGoods))
  if (about.length === 0) return NO_ANSWER
  return labs.length > 0 && about.some(({ body }) => isSameLaboratory(body, test.body))
    ? { ...NO_ANSWER, isOwn: true }
    : answer
}

/** Whether a laboratory passes goods that it failed itself and whose failed result stands: that is for another laboratory to say, or for this one where it corrects that result. */
export async function passesOwn(client: ClientBase, test: ToldTest, caseId: string): Promise<boolean> {
  const labs = (await readCaseTests(client, caseId)).filter(
    ({ isLab, verdict }) => isLab && STANDS.has(verdict),
  )
  const own = [...(await readTracedVersions(client, labs)).values()]
    .filter(({ body }) => isSameLaboratory(body, test.body) && isSameMatter(test.body, body))
    .map(({ id, body }) => ({ recordId: id, body }))
  if (own.length === 0) return false
  const [goods, ...known] = (await testedGoodsOf(client, [test, ...own])) as [TestedGoods, ...TestedGoods[]]
  return known.some((one) => meet(goods, one))
}

/** Whether a test that stands was told of before the objection. */
export const isToldOf = ({ recordId, verdict }: CaseTest, { told }: Objection): boolean =>
  STANDS.has(verdict) && told.has(recordId)

/** The same stall, where both name one, and what failed is among that for which the second laboratory tested. */
function isSameMatter(second: Body, first: Body): boolean {
  const [at, now] = [siteText(placeOf(first).stall), siteText(placeOf(second).stall)]
  return (
    (at === null || now === null || at === now) &&
    answersFailure(second.test?.item, first.test?.item) &&
    mayBe(goodsOf(first), 'test', second)
  )
}
