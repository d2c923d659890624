import type { ClientBase } from 'pg'
import type { Happening } from '#core/cases/happening.ts'
import { saysOf } from '#core/cases/open.ts'
import { SAME_LABORATORY } from '#core/model/masked-texts.ts'
import { readCaseEvents } from '#store/case-events.ts'
import type { CaseTest } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { areAmong, unanswered } from './answered.ts'
import { answerOf, decidedTests, isSameMatter, NO_ANSWER, openObjection } from './objections.ts'
import { type ToldTest, testedGoodsOf } from './open-case.ts'

/**
 * What a failed test tells that its case did not know. The test is kept with the case already.
 * @param before the version that counted until now: who writes a failed result of his anew is no second laboratory
 */
export async function newsOf(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  before?: ToldTest,
): Promise<Pick<Happening, 'bringsNew' | 'answersObjection' | 'note'>> {
  const isFirst = saysOf(test.body) === 'lab_failed' && (!before || saysOf(before.body) !== 'lab_failed')
  const { answers, repeatsWord, isOwn } = isFirst ? await answerOf(client, test, caseId) : NO_ANSWER
  return {
    ...(isOwn ? { note: SAME_LABORATORY } : {}),
    answersObjection: answers,
    bringsNew: !(answers && repeatsWord) && (await bringsNew(client, test, caseId, before)),
  }
}

/**
 * Whether a failed test tells somebody something to which he could not object so far: none that stands in the case told of the same goods, at the same stall, for the same item. What only
 * repeats another prolongs nothing, else who tests goods again and again would put off what is due for ever.
 */
async function bringsNew(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  before?: ToldTest,
): Promise<boolean> {
  const left = await unanswered(client, caseId)
  const own = left.find(({ recordId }) => recordId === test.recordId)
  if (!own) return false
  const rest = left.filter((one) => one !== own)
  const others = own.isLab ? await ofLabs(client, caseId, rest) : rest
  if (others === 'all') return false
  const same: Pick<ToldTest, 'recordId' | 'body'>[] = before ? [before] : []
  // A case may have hundreds that say the same, of which the first few tell it already.
  for (const part of [others.slice(0, LOOKED_AT_FIRST), others.slice(LOOKED_AT_FIRST)]) {
    for (const { id, body } of (await readTracedVersions(client, part)).values())
      same.push({ recordId: id, body })
    const told = same.filter(({ body }) => isSameMatter(body, test.body))
    const [goods, ...known] = await testedGoodsOf(client, [test, ...told])
    if (goods && areAmong(goods, known)) return false
  }
  return true
}
const LOOKED_AT_FIRST = 20

/**
 * To a laboratory's result one may object though a rapid test told of it before. What an official says that one found, its record only repeats, also where that was objected to and he or another laboratory decided.
 */
async function ofLabs(
  client: ClientBase,
  caseId: string,
  tests: readonly CaseTest[],
): Promise<readonly CaseTest[] | 'all'> {
  const labs = tests.filter(({ isLab }) => isLab)
  const decided = await decidedTests(client, caseId)
  if (decided === 'all') return labs.length > 0 ? labs : 'all'
  const known = decided.filter(({ recordId }) => tests.some((one) => one.recordId === recordId))
  if (labs.length > 0) return [...labs, ...known]
  const isTold =
    (await readCase(client, caseId))?.labToldAt !== null ||
    openObjection(await readCaseEvents(client, caseId))?.to === 'laboratory'
  return isTold ? tests : known
}
