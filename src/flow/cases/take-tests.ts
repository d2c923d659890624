import type { ClientBase } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { isOpening, saysOf } from '#core/cases/open.ts'
import { isOlder } from '#core/cases/sample-time.ts'
import { orderOf, type RecordEvent } from '#core/cases/states.ts'
import { epochOf } from '#core/dates/when.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { type MarketsReader, marketsOnce } from '#flow/matching/markets-meant.ts'
import {
  type CaseTest,
  findCasesOfGoods,
  findCaseTests,
  putCaseTest,
  readCaseLots,
} from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readHeads } from '#store/heads.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readOwners } from '#store/peer-versions.ts'
import { failedBodies } from './answered.ts'
import { applyEvent } from './apply.ts'
import { newsOf } from './brings-new.ts'
import { correctTest, labPassed } from './correct-test.ts'
import { openByTest, type TestedGoods, type ToldTest, testedGoods } from './open-case.ts'
import { answerByEarlier, joinsReleased, type PassReader, passReader } from './passed-before.ts'
import type { SettleParts } from './settle.ts'
import { type ChangedTest, evidence, happening, STANDS, testOf } from './told-test.ts'

export interface TakingParts extends SettleParts {
  /** Failed tests of an earlier day open no case: `YYYY-MM-DD`, in China. */
  readonly from?: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** When tests are taken, and from which day on they open cases. */
export interface Taking {
  readonly nowMs: number
  readonly from: string | undefined
}

/** Taking the tests of a page of the log. */
interface TakingPage extends Taking {
  readonly passes: PassReader
  readonly markets: MarketsReader
}

/** Taking a test; one of another hub, where it is foreign. */
interface TakingOne extends TakingPage {
  readonly isForeign: boolean
}

/** What laboratories say, wherever they said it, is evidence in each case of the goods. */
const OF_LABORATORIES: ReadonlySet<RecordEvent> = new Set<RecordEvent>(['lab_failed', 'lab_passed'])

export const takingOf = ({ now = Date.now, from }: TakingParts): Taking => ({ nowMs: now(), from })

/** A test as it stands in the log. */
export interface LoggedTest extends ChangedTest {
  /** Whether it was taken before its turn. */
  readonly wasTaken?: boolean
}

/**
 * Tests that say something to a case, in their order. A test of another hub opens no case here: that hub has it, and its holds come by the link. What a laboratory found there counts in
 * the cases that this hub has of the goods.
 */
export async function takeTests(
  client: ClientBase,
  tests: readonly LoggedTest[],
  taking: Taking,
): Promise<void> {
  const known = await findCaseTests(
    client,
    tests.map(({ recordId }) => recordId),
  )
  const telling = tests.filter(
    (test) => known.has(test.recordId) || (test.isActive && saysOf(test.body) !== null),
  )
  if (telling.length === 0) return
  const hub = await readHubId(client)
  const at = { ...taking, passes: passReader(client), markets: marketsOnce() }
  const foreign = await readOwners(
    client,
    telling.map(({ recordId }) => recordId),
  )
  for (const test of telling) {
    const isForeign = foreign.has(test.recordId)
    const before = (await findCaseTests(client, [test.recordId])).get(test.recordId) ?? []
    if (test.wasTaken) {
      if (before.every(({ verdict }) => !STANDS.has(verdict)))
        await takePassedAgain(client, hub, test, { ...at, isForeign })
      // What a laboratory said may be found by now.
      else await answerCorrected(client, test, before, at)
      continue
    }
    if (before.length === 0) {
      if (test.isActive) await takeNew(client, hub, test, { ...at, isForeign })
      continue
    }
    // What had a case is no history that is brought in.
    for (const one of await ownFirst(client, await correctTest(client, test, before, at.nowMs)))
      await takeNew(client, hub, one.test, { ...at, from: undefined, isForeign: one.isForeign })
    await answerCorrected(client, test, before, at)
  }
}

/** Tests of this hub before those of others, which join the cases that these open. */
async function ownFirst(client: ClientBase, tests: readonly ToldTest[]) {
  const foreign = await readOwners(
    client,
    tests.map(({ recordId }) => recordId),
  )
  return tests
    .map((test) => ({ test, isForeign: foreign.has(test.recordId) }))
    .sort((a, b) => Number(a.isForeign) - Number(b.isForeign))
}

/** What a laboratory passed was perhaps not of each case because its goods were not known yet; where it said something else since, that counts. */
async function takePassedAgain(
  client: ClientBase,
  hub: string,
  test: LoggedTest,
  at: TakingOne,
): Promise<void> {
  if (!test.isActive || saysOf(test.body) !== 'lab_passed') return
  const { heads } = await readHeads(client, [test.recordId])
  if (heads.get(test.recordId)?.version === test.version) await takeNew(client, hub, test, at)
}

/** A failed test that tells of another item or time than before may be answered by what a laboratory said long ago. */
async function answerCorrected(
  client: ClientBase,
  test: ChangedTest,
  before: readonly CaseTest[],
  { nowMs, passes }: TakingPage,
): Promise<void> {
  const says = test.isActive ? saysOf(test.body) : null
  if (says === null || says === 'lab_passed') return
  for (const { caseId, version } of (await findCaseTests(client, [test.recordId])).get(test.recordId) ?? [])
    if (version === test.version && before.some((one) => one.caseId === caseId))
      await answerByEarlier(client, test, { goods: await testedGoods(client, test), caseId, nowMs, passes })
}

/** A test that is new to cases: of goods that have open cases it belongs to the oldest one that takes it, however old it is, and what a laboratory passed to each of them. */
async function takeNew(
  client: ClientBase,
  hub: string,
  test: ToldTest,
  { nowMs, from, passes, markets, isForeign }: TakingOne,
): Promise<void> {
  const says = saysOf(test.body)
  if (says === null || (isForeign && !OF_LABORATORIES.has(says))) return
  const goods = await testedGoods(client, test, markets)
  const { productName } = goodsOf(test.body)
  const cases = await findCasesOfGoods(client, { ...goods, productName })
  if (says === 'lab_passed') return await passIn(client, test, cases, nowMs)
  const id = await firstTaking(client, test, { cases, goods, says, from })
  if (id === undefined) {
    if (isForeign || !isOpening(test.body, from)) return
    if (await joinsReleased(client, test, { goods, says, nowMs, passes })) return
    const caseId = await openByTest(client, hub, test, goods, nowMs)
    return await answerByEarlier(client, test, { goods, caseId, nowMs, passes })
  }
  await putCaseTest(client, testOf({ ...test, isActive: true }, id))
  const told = { ...happening(says, test, nowMs), ...(await newsOf(client, test, id, { markets })) }
  await applyEvent(client, id, told, evidence(test))
  await answerByEarlier(client, test, { goods, caseId: id, nowMs, passes })
}

/** Lets a laboratory's passed test answer what it answers in each of the cases that do not know it yet. */
async function passIn(
  client: ClientBase,
  test: ToldTest,
  cases: readonly string[],
  nowMs: number,
): Promise<void> {
  const known = (await findCaseTests(client, [test.recordId])).get(test.recordId) ?? []
  for (const id of cases) {
    if (known.some(({ caseId }) => caseId === id) || (await isBefore(client, test, id))) continue
    await putCaseTest(client, testOf({ ...test, isActive: true }, id))
    await labPassed(client, test, id, nowMs)
  }
}

interface Failed {
  readonly goods: TestedGoods
  readonly says: RecordEvent
  readonly from: string | undefined
}

/** The oldest of the cases that takes a failed test. */
async function firstTaking(
  client: ClientBase,
  test: ToldTest,
  { cases, ...failed }: Failed & { readonly cases: readonly string[] },
): Promise<string | undefined> {
  for (const id of cases) if (!(await isApart(client, test, { id, ...failed }))) return id
  return undefined
}

/**
 * Whether a rapid test is of goods that the case has not, while those of the case are recalled: they would be recalled without a laboratory and without time for an
 * objection, so they have a case of their own.
 */
async function isApart(
  client: ClientBase,
  { body }: ToldTest,
  at: Failed & { readonly id: string },
): Promise<boolean> {
  if ((at.says !== 'failed' && at.says !== 'doubted') || !isOpening(body, at.from)) return false
  const found = await readCase(client, at.id)
  if (!found || orderOf(found.state, found.confirmedAt !== null) !== 'recall') return false
  const known = new Set((await readCaseLots(client, at.id)).map(({ code }) => code))
  return at.goods.codes.some((code) => !known.has(code))
}

/** What a laboratory found of a sample that is older than all that failed says nothing of why it failed. */
async function isBefore(client: ClientBase, { body }: ToldTest, caseId: string): Promise<boolean> {
  let isTested = false
  for await (const failed of failedBodies(client, caseId)) {
    if (failed.some((one) => !isOlder(body, one))) return false
    isTested ||= failed.length > 0
  }
  if (isTested) return true
  const since = (await readCase(client, caseId))?.occurredAt ?? null
  return (
    since !== null &&
    body.occurredAt !== undefined &&
    beijingDay(epochOf(body.occurredAt)) < beijingDay(Date.parse(since))
  )
}
