import type { ClientBase } from 'pg'
import { goodsOf, mayBe } from '#core/cases/goods.ts'
import { possible } from '#core/cases/machine.ts'
import { saysOf } from '#core/cases/open.ts'
import { isOlder } from '#core/cases/sample-time.ts'
import type { RecordEvent } from '#core/cases/states.ts'
import { answersFailure } from '#core/cases/tested-for.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { dropCaseTest, findCaseTests, putCaseTest } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { findPassesOfGoods } from '#store/tests-of-goods.ts'
import { unanswered, unansweredAmong } from './answered.ts'
import { applyEvent } from './apply.ts'
import { labPassed } from './correct-test.ts'
import { holdAgain, releasedByRecords } from './hold-again.ts'
import type { TestedGoods, ToldTest } from './open-case.ts'
import { evidence, happening, testOf } from './told-test.ts'

/** What laboratories passed of goods, wherever it was said. */
export type PassReader = (goods: TestedGoods) => Promise<readonly TracedRecord[]>

/** Thousands of tests of one lot ask the same: it is read once for a page of the log, and the goods of each once. */
export function passReader(client: ClientBase): PassReader {
  const known = new Map<string, readonly TracedRecord[]>()
  return async (goods) => {
    const key = JSON.stringify([goods.codes, goods.whos, goods.whats])
    const records = known.get(key) ?? [
      ...(await readTracedVersions(client, await findPassesOfGoods(client, goods))).values(),
    ]
    known.set(key, records)
    return records
  }
}

/** Lets a case, which a failed test opened or joined, be answered by what laboratories passed of its goods and what came here before it did, as if that had come later, also where it was said to other cases. */
export async function answerByEarlier(
  client: ClientBase,
  failed: ToldTest,
  { goods, caseId, nowMs, passes }: AskedPasses & { readonly caseId: string },
): Promise<void> {
  const { receivedAt } = failed
  const { found, known } = await passesOf(client, failed, { goods, passes })
  let ofTheCase: ToldTest | null = null
  for (const { id, version, body: passed } of found) {
    const test = { recordId: id, version, receivedAt, body: passed }
    if (known.get(id)?.some((one) => one.caseId === caseId)) {
      ofTheCase ??= test
      continue
    }
    await putCaseTest(client, testOf({ ...test, isActive: true }, caseId))
    await labPassed(client, test, caseId, nowMs)
  }
  if (ofTheCase) await answerAtLast(client, ofTheCase, caseId, nowMs)
}

/**
 * Puts a failed test, whose goods have no open case, with the released one of theirs in which a laboratory answered it: what passed there would otherwise
 * count for what came before the release alone, and a rapid test that is told late would stop goods again that were passed since. Where it is of other goods, too,
 * they are all held until those are answered as well, as if the test had come before the release; of a case that is closed that cannot be.
 */
export async function joinsReleased(
  client: ClientBase,
  failed: ToldTest,
  { goods, says, nowMs, passes }: AskedPasses & { readonly says: RecordEvent },
): Promise<boolean> {
  const { found, known } = await passesOf(client, failed, { goods, passes })
  const cases = found.flatMap(({ id }) => (known.get(id) ?? []).map((one) => one.caseId))
  for (const caseId of new Set(cases)) {
    const state = await releasedByRecords(client, caseId)
    if (state === null) continue
    const own = testOf({ ...failed, isActive: true }, caseId)
    await putCaseTest(client, own)
    // Of a released case nothing else is unanswered.
    if ((await unansweredAmong(client, caseId, [own])).length === 0) {
      await applyEvent(client, caseId, happening(says, failed, nowMs), { ...evidence(failed), stays: true })
      return true
    }
    // What a laboratory failed is recalled: goods that were released are not for being of one case with it.
    if (state === 'cleared' && says !== 'lab_failed') {
      await holdAgain(client, failed, caseId, nowMs)
      await answerByEarlier(client, failed, { goods, caseId, nowMs, passes })
      return true
    }
    await dropCaseTest(client, { recordId: failed.recordId, caseId })
  }
  return false
}

interface AskedPasses {
  readonly goods: TestedGoods
  readonly nowMs: number
  readonly passes: PassReader
}

/** What laboratories passed of the goods of a failed test and answers it, at whichever hub that was told, and which cases each is of. */
async function passesOf(
  client: ClientBase,
  { body }: ToldTest,
  { goods, passes }: Pick<AskedPasses, 'goods' | 'passes'>,
) {
  const found = (await passes(goods)).filter(
    (one) =>
      saysOf(one.body) === 'lab_passed' &&
      answersFailure(one.body.test?.item, body.test?.item) &&
      mayBe(goodsOf(body), 'test', one.body) &&
      !isOlder(one.body, body),
  )
  const ids = found.map(({ id }) => id)
  return { found, known: await findCaseTests(client, ids) }
}

/** What was said to the case before, and then left something unanswered, counts where nothing is any more. */
async function answerAtLast(
  client: ClientBase,
  passed: ToldTest,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const state = (await readCase(client, caseId))?.state
  if (!state || !possible(state).includes('clear') || (await unanswered(client, caseId)).length > 0) return
  await labPassed(client, passed, caseId, nowMs)
}
