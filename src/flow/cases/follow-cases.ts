import { setTimeout as pause } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import { goodsOf } from '#core/cases/goods.ts'
import { isOpening, saysOf } from '#core/cases/open.ts'
import { isOlder } from '#core/cases/sample-time.ts'
import { epochOf } from '#core/dates/when.ts'
import { codesOf, recordCode } from '#core/lineage/codes.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import { UNMOVING } from '#core/lineage/untraced.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { type Follower, stepUnderLock } from '#flow/follow/follower.ts'
import { readSuccessions } from '#flow/follow/successions.ts'
import { findCaseOfGoods, findCaseTests, putCaseTest } from '#store/case-lots.ts'
import { hasOpenCases, readCase, touchCases } from '#store/cases.ts'
import { readChanges } from '#store/changes.ts'
import { moveFollower, readFollowerPlace } from '#store/followers.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readOwners } from '#store/peer-versions.ts'
import { failedOf } from './answered.ts'
import { applyEvent } from './apply.ts'
import { correctTest, labPassed } from './correct-test.ts'
import { openByTest, type ToldTest, testedGoods } from './open-case.ts'
import { answerByEarlier, joinsReleased } from './passed-before.ts'
import { type SettleParts, settleAll } from './settle.ts'
import { type ChangedTest, evidence, happening, testOf } from './told-test.ts'

export const CASES_FOLLOWER = 'cases'
/** By which the goods of a test are found that names no lot. */
const MATCHING = 'matching'
const CHANGES_AT_ONCE = 250
const PATIENCE_MS = 10_000
const GRAPH_CODE = /^(lot|doc|rec|local\.[^:]+):/

export interface CasesFollowerParts extends SettleParts {
  /** Failed tests of an earlier day open no case: `YYYY-MM-DD`, in China. */
  readonly from?: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Opens cases for tests that fail, moves them on as tests are corrected and laboratories answer, and lets those be made anew whose goods a change
 * touches: in one transaction with its position, so a change counts once. Then makes anew what is to be: lots, and hold records. It reads no further than
 * what it rests on, the ways in which records meet.
 */
export const casesFollower = (parts: CasesFollowerParts): Follower => ({
  name: CASES_FOLLOWER,
  rows: [CASES_FOLLOWER],
  everyMs: null,
  behind: MATCHING,
  async step(pool) {
    const end = await stepUnderLock(pool, CASES_FOLLOWER, async (client, { position }) => {
      const bound = (await readFollowerPlace(client, MATCHING))?.position ?? 0n
      if (bound <= position) return 'done'
      const read = await readChanges(client, { after: position, limit: CHANGES_AT_ONCE, upTo: bound })
      if (read.next === position) return 'done'
      const page = pageOf()
      for (const succession of await readSuccessions(client, read.rows)) page.note(succession)
      await page.write(client, { nowMs: (parts.now ?? Date.now)(), from: parts.from })
      await moveFollower(client, CASES_FOLLOWER, { position: read.next })
      return read.atHead || read.next >= bound ? 'done' : 'more'
    })
    if (end !== 'busy') await settleSoon(parts)
    return end
  },
})

/** Makes cases anew. One that takes long goes on by itself, so that others are opened meanwhile. */
async function settleSoon(parts: CasesFollowerParts): Promise<void> {
  const all = settleAll(parts)
  const patience = new AbortController()
  await Promise.race([all, pause(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
  patience.abort()
  // What fails later is not settled: the schedule finds it, and tells.
  all.catch(() => {})
}

/** When tests are taken, and from which day on they open cases. */
interface Taking {
  readonly nowMs: number
  readonly from: string | undefined
}

interface Noted {
  readonly change: { readonly recordId: string; readonly version: number; readonly system: string }
  readonly now: CanonicalRecord | null
  readonly before: CanonicalRecord | null
  readonly receivedAt: string
  readonly said: CanonicalRecord
}

function pageOf() {
  const tests: ChangedTest[] = []
  const codes = new Set<string>()
  const whos = new Set<string>()
  const whats = new Set<string>()
  const traders = new Set<string>()
  const touch = (kind: Kind, id: string, body: Body): void => {
    const own = recordCode(kind, id, body)
    for (const code of own === null ? codesOf(body) : [...codesOf(body), own])
      if (GRAPH_CODE.test(code)) codes.add(code)
    const facts = matchFacts(kind, id, body)
    for (const { who, what } of facts.points) {
      whos.add(who)
      whats.add(what)
    }
    for (const { stall, trader } of facts.traders) traders.add(stall).add(trader)
  }
  return {
    note({ change, now, before, receivedAt, said }: Noted): void {
      const { recordId, version, system } = change
      const { kind } = said
      if (UNMOVING.has(kind) || system === OWN_SYSTEM) return
      if (now) touch(kind, recordId, now)
      if (before) touch(kind, recordId, before)
      if (kind === 'test') tests.push({ recordId, version, receivedAt, body: said, isActive: now !== null })
    },
    async write(client: ClientBase, at: Taking): Promise<void> {
      await takeTests(client, tests, at)
      if (codes.size + whos.size + traders.size === 0 || !(await hasOpenCases(client))) return
      await touchCases(client, {
        codes: [...codes],
        whos: [...whos],
        whats: [...whats],
        traders: [...traders],
      })
    },
  }
}

/** Tests that say something to a case, in their order. A test of another hub is that hub's to act on: its holds come by the link. */
async function takeTests(client: ClientBase, tests: readonly ChangedTest[], at: Taking): Promise<void> {
  const known = await findCaseTests(
    client,
    tests.map(({ recordId }) => recordId),
  )
  const telling = tests.filter(
    (test) => known.has(test.recordId) || (test.isActive && saysOf(test.body) !== null),
  )
  if (telling.length === 0) return
  const hub = await readHubId(client)
  const foreign = await readOwners(
    client,
    telling.map(({ recordId }) => recordId),
  )
  for (const test of telling) {
    if (foreign.has(test.recordId)) continue
    const before = (await findCaseTests(client, [test.recordId])).get(test.recordId)
    if (before === undefined) {
      if (test.isActive) await takeNew(client, hub, test, at)
      continue
    }
    // What had a case is no history that is brought in.
    for (const one of await correctTest(client, test, before, at.nowMs))
      await takeNew(client, hub, one, { nowMs: at.nowMs, from: undefined })
    await answerCorrected(client, test, before.caseId, at.nowMs)
  }
}

/** A failed test that tells of another item or time than before may be answered by what a laboratory said long ago. */
async function answerCorrected(
  client: ClientBase,
  test: ChangedTest,
  caseId: string,
  nowMs: number,
): Promise<void> {
  const says = test.isActive ? saysOf(test.body) : null
  if (says === null || says === 'lab_passed') return
  const isStillOfIt = (await findCaseTests(client, [test.recordId])).get(test.recordId)?.caseId === caseId
  if (isStillOfIt)
    await answerByEarlier(client, test, { goods: await testedGoods(client, test), caseId, nowMs })
}

/** A test that is new to cases: of goods that have an open case it belongs to that one, however old it is. */
async function takeNew(
  client: ClientBase,
  hub: string,
  test: ToldTest,
  { nowMs, from }: Taking,
): Promise<void> {
  const says = saysOf(test.body)
  if (says === null) return
  const goods = await testedGoods(client, test)
  const { productName } = goodsOf(test.body)
  const id = await findCaseOfGoods(client, { ...goods, productName })
  if (id === null) {
    if (says === 'lab_passed' || !isOpening(test.body, from)) return
    if (await joinsReleased(client, test, { goods, says, nowMs })) return
    const caseId = await openByTest(client, hub, test, goods, nowMs)
    return await answerByEarlier(client, test, { goods, caseId, nowMs })
  }
  if (says === 'lab_passed' && (await isBefore(client, test, id))) return
  await putCaseTest(client, testOf({ ...test, isActive: true }, id))
  if (says === 'lab_passed') return await labPassed(client, test, id, nowMs)
  await applyEvent(client, id, happening(says, test, nowMs), evidence(test))
  await answerByEarlier(client, test, { goods, caseId: id, nowMs })
}

/** What a laboratory found of a sample that is older than all that failed says nothing of why it failed. */
async function isBefore(client: ClientBase, { body }: ToldTest, caseId: string): Promise<boolean> {
  const failed = await failedOf(client, caseId)
  if (failed.length > 0) return failed.every((one) => isOlder(body, one))
  const since = (await readCase(client, caseId))?.occurredAt ?? null
  return (
    since !== null &&
    body.occurredAt !== undefined &&
    beijingDay(epochOf(body.occurredAt)) < beijingDay(Date.parse(since))
  )
}
