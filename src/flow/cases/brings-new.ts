import type { ClientBase } from 'pg'
import type { Happening } from '#core/cases/happening.ts'
import { saysOf } from '#core/cases/open.ts'
import { SAME_LABORATORY } from '#core/model/masked-texts.ts'
import type { MarketsReader } from '#flow/matching/markets-meant.ts'
import { readCaseMoves } from '#store/case-events.ts'
import type { CaseTest } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { areAmong, unansweredAmong, unansweredInParts } from './answered.ts'
import { answerOf, decidedTests, isSameMatter, NO_ANSWER } from './objections.ts'
import { type ToldTest, testedGoodsOf } from './open-case.ts'
import { testOf } from './told-test.ts'
import { openObjection } from './waits.ts'

interface TellingMore {
  /** The version that counted until now: who writes a failed result of his anew is no second laboratory. */
  readonly before?: ToldTest | undefined
  readonly markets?: MarketsReader | undefined
}

/** What a failed test tells that its case did not know. The test is kept with the case already. */
export async function newsOf(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  { before, markets }: TellingMore = {},
): Promise<Pick<Happening, 'bringsNew' | 'answersObjection' | 'note'>> {
  const isFirst = saysOf(test.body) === 'lab_failed' && (!before || saysOf(before.body) !== 'lab_failed')
  const { answers, repeatsWord, isOwn } = isFirst ? await answerOf(client, test, caseId) : NO_ANSWER
  return {
    ...(isOwn ? { note: SAME_LABORATORY } : {}),
    answersObjection: answers,
    bringsNew: !(answers && repeatsWord) && (await bringsNew(client, test, caseId, { before, markets })),
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
  { before, markets }: TellingMore,
): Promise<boolean> {
  const own = testOf({ ...test, isActive: true }, caseId)
  if ((await unansweredAmong(client, caseId, [own])).length === 0) return false
  const parts = own.isLab ? ofLabs(client, own) : unansweredInParts(client, caseId, { labs: false })
  const same: Pick<ToldTest, 'recordId' | 'body'>[] = before ? [before] : []
  for await (const part of parts) {
    if (part === 'all') return false
    const others = part.filter(({ recordId }) => recordId !== own.recordId)
    for (const { id, body } of (await readTracedVersions(client, others)).values())
      same.push({ recordId: id, body })
    const told = same.filter(({ body }) => isSameMatter(body, test.body))
    const [goods, ...known] = await testedGoodsOf(client, [test, ...told], markets)
    if (goods && areAmong(goods, known)) return false
  }
  return true
}

/**
 * To a laboratory's result one may object though a rapid test told of it before. What an official says that one found, its record only repeats, also where that was objected to and he or another
 * laboratory decided; `all` where that was of all goods of the case.
 */
async function* ofLabs(
  client: ClientBase,
  { caseId, recordId }: CaseTest,
): AsyncGenerator<readonly CaseTest[] | 'all'> {
  const decided = await decidedTests(client, caseId)
  if (decided !== 'all') yield decided
  let hasOthers = false
  for await (const part of unansweredInParts(client, caseId, { labs: true })) {
    hasOthers ||= part.some((one) => one.recordId !== recordId)
    yield part
  }
  if (hasOthers) return
  if (decided === 'all') yield 'all'
  const isTold =
    (await readCase(client, caseId))?.labToldAt !== null ||
    openObjection(await readCaseMoves(client, caseId))?.to === 'laboratory'
  if (isTold) yield* unansweredInParts(client, caseId, { labs: false })
}
