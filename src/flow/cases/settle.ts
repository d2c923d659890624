import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { type CaseGoods, goodsOf, mayBe } from '#core/cases/goods.ts'
import { possible } from '#core/cases/machine.ts'
import { type CasePlace, placeOf } from '#core/cases/place.ts'
import type { Reached, Spread } from '#core/cases/spread.ts'
import { orderOf } from '#core/cases/states.ts'
import type { Body } from '#core/model/body.ts'
import { atMost } from '#flow/gates.ts'
import type { Intake } from '#flow/intake/intake.ts'
import {
  type CaseTest,
  putCaseHolds,
  readCaseHolds,
  readCaseTests,
  readMeetings,
  replaceCaseLots,
} from '#store/case-lots.ts'
import { isOurs } from '#store/case-turns.ts'
import { type CaseRow, findUnsettled, lockCase, noteSettled, readCase } from '#store/cases.ts'
import { inTransaction } from '#store/database.ts'
import { readKnownCodes, readTracedVersions } from '#store/lots.ts'
import { unanswered } from './answered.ts'
import {
  type DescribedLot,
  describeLots,
  foundAt,
  holdsLot,
  onlyWhereTested,
  type SpreadLimits,
  spreadOver,
} from './case-lots.ts'
import { holdsOf } from './holds.ts'
import { heldMass, rowOf } from './lot-rows.ts'
import { causeOf, type TestedGoods, testedGoodsOf } from './open-case.ts'
import { STANDS } from './told-test.ts'
import { confirmedBy } from './whose-word.ts'

export interface SettleParts {
  readonly pool: Pool
  readonly intake: Pick<Intake, 'writeOwn'>
}

const AT_ONCE = 50
/** The goods of a case are looked for no longer than this: what was found till then is held, and the case says that there is more. */
const READING_MS = 60_000
/** Settling holds a connection while the hold records are written over another: so many at once in a process cannot use them up. */
const SLOTS = 3
const ofWorkers = atMost(SLOTS)
/** Those who wait for an answer do not wait for cases that take minutes. */
const ofPersons = atMost(SLOTS)
/** How long they wait for another worker who is at the same case. */
const PATIENCE_MS = 5000
/** Whoever follows the log waits so long for them. */
const SOON_MS = 10_000
const LOOK_MS = 50
/** Cases that this process makes anew by itself. */
const inHand = new Set<string>()

/** Makes every case anew that is to be and that this process has not in hand; gives how many. One that takes long holds up no other. */
export async function settleAll(parts: SettleParts): Promise<number> {
  let count = 0
  for (;;) {
    const ids = (await findUnsettled(parts.pool, AT_ONCE + inHand.size)).filter((id) => !inHand.has(id))
    for (const id of ids) inHand.add(id)
    await Promise.all(
      ids.map((id) =>
        ofWorkers(() => settleToTheEnd(parts, id, 0)).finally(() => {
          inHand.delete(id)
        }),
      ),
    )
    count += ids.length
    if (ids.length < AT_ONCE) return count
  }
}

/** Makes cases anew. One that takes long goes on by itself, so that others are opened meanwhile. */
export async function settleSoon(parts: SettleParts): Promise<void> {
  const all = settleAll(parts)
  const patience = new AbortController()
  await Promise.race([all, pause(SOON_MS, undefined, { signal: patience.signal }).catch(() => {})])
  patience.abort()
  // What fails later is not settled: the schedule finds it, and tells.
  all.catch(() => {})
}

/** Makes a case anew for who has moved it; what another worker keeps for too long is left to that one. */
export const settleCase = (parts: SettleParts, id: string): Promise<void> =>
  ofPersons(() => settleToTheEnd(parts, id, PATIENCE_MS))

/** A case that moves while it is made anew is made anew once more; where that takes long, by the schedule. */
async function settleToTheEnd(parts: SettleParts, id: string, patienceMs: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (let end = 'moved'; end === 'moved' && performance.now() < until; )
    end = await inTransaction(parts.pool, (client) => settle(parts, client, { id, patienceMs }))
}

async function isOurTurn(client: PoolClient, id: string, patienceMs: number): Promise<boolean> {
  for (const until = performance.now() + patienceMs; ; await pause(LOOK_MS)) {
    if (await isOurs(client, id)) return true
    if (performance.now() >= until) return false
  }
}

/**
 * Makes the lots of a case anew from the graph, and its hold records from them. What is read of the graph may take long, so the row of the case is locked
 * behind it: meanwhile the case may move, and changes touch it without waiting. Hold records are committed before the case says so: where the process ends
 * between the two, the next one finds them unchanged.
 */
async function settle(
  { pool, intake }: SettleParts,
  client: PoolClient,
  { id, patienceMs }: { readonly id: string; readonly patienceMs: number },
): Promise<'settled' | 'moved' | 'elsewhere'> {
  const known = await readCase(client, id)
  if (!known || known.wanted === known.settled) return 'settled'
  if (known.growing && !(await isOurTurn(client, id, patienceMs))) return 'elsewhere'
  // Another may have made it anew while we waited.
  const seen = await readCase(client, id)
  if (!seen || seen.wanted === seen.settled) return 'settled'
  const read = seen.growing ? await factsOf(client, seen, () => pool.ending) : null
  const found = await lockCase(client, id)
  if (!found || BigInt(found.settled) >= BigInt(seen.wanted)) return 'settled'
  if (!seen.growing && found.growing) return 'moved'
  const order = orderOf(found.state, found.confirmedAt !== null)
  const before = await readCaseHolds(client, id)
  const facts = found.growing ? read : null
  const holds = await holdsOf(client, found, {
    order,
    before,
    lots: facts?.lots ?? null,
    fallback: facts?.fallback ?? {},
    causes: facts?.causes ?? [],
  })
  const told = await intake.writeOwn({ record: 'hold', records: holds.map(({ record }) => record) })
  await putCaseHolds(
    client,
    id,
    holds.map(({ place, kind, since }, i) => ({
      ...{ place, holdKind: kind, since },
      recordId: told[i]?.id as string,
      version: told[i]?.version as number,
    })),
  )
  if (facts) {
    const recordOf = new Map(holds.map(({ place }, i) => [place, told[i]?.id ?? null]))
    await replaceCaseLots(
      client,
      id,
      facts.lots.map((lot) => rowOf(lot, holdsLot(lot) ? (recordOf.get(lot.place.key) ?? null) : null)),
    )
  }
  const meetings = facts ? await meetingsOf(client, facts) : { whos: [], whats: [] }
  await noteSettled(client, id, {
    wanted: seen.wanted,
    heldMass: facts ? heldMass(facts.lots) : found.heldMass,
    truncated: facts?.truncated ?? found.truncated,
    ...meetings,
  })
  return found.wanted === seen.wanted ? 'settled' : 'moved'
}

interface LotFacts {
  readonly lots: readonly DescribedLot[]
  readonly truncated: boolean
  /** What the tests tell of place and goods, where no lot is known. */
  readonly fallback: Body
  /** Why each of its tests failed. */
  readonly causes: readonly string[]
  readonly whos: readonly string[]
  readonly whats: readonly string[]
}

/** The lots that the case concerns now. Null where no test stands any more: where goods were disposed of, the recall stays as it is until an official ends it. */
async function factsOf(
  client: PoolClient,
  found: CaseRow,
  isEnding: () => boolean,
): Promise<LotFacts | null> {
  const standing = await standingTests(client, found)
  return standing.length === 0 && found.code === null ? null : await lotsOf(client, found, standing, isEnding)
}

const standingTests = async (client: PoolClient, { id }: CaseRow): Promise<CaseTest[]> =>
  (await readCaseTests(client, id)).filter(({ verdict }) => STANDS.has(verdict))

async function lotsOf(
  client: PoolClient,
  found: CaseRow,
  tests: readonly CaseTest[],
  isEnding: () => boolean,
): Promise<LotFacts> {
  const limits = { untilMs: performance.now() + READING_MS, isEnding }
  const records = await readTracedVersions(client, tests)
  const { productName, productCode, productClass } = found
  const goods: CaseGoods = { productName, productCode, productClass }
  const own = new Set<string>(found.code === null ? [] : await readKnownCodes(client, [found.code], null))
  const others = new Map<string, OtherGoods>()
  const whos = new Set<string>()
  const whats = new Set<string>()
  const answered = new Set<string>()
  const left = await leftUnanswered(client, found)
  const testedAt = new Map<string, CasePlace[]>()
  let fallback: Body = { flags: [] }
  const told = [...records.values()].map(({ id, body }) => ({ recordId: id, body }))
  const goodsOfTests = await testedGoodsOf(client, told)
  for (const [i, { recordId: id, body }] of told.entries()) {
    const tested = goodsOfTests[i] as TestedGoods
    const roots = !left(id) ? answered : mayBe(goods, 'test', body) ? own : otherOf(others, goodsOf(body))
    for (const code of tested.codes) {
      roots.add(code)
      testedAt.set(code, [...(testedAt.get(code) ?? []), placeOf(body)])
    }
    for (const who of tested.whos) whos.add(who)
    for (const what of tested.whats) whats.add(what)
    if (id === found.testId || fallback.sites === undefined) fallback = body
  }
  const lots = new Map<string, DescribedLot>()
  let truncated = false
  for (const { goods: each, codes } of [{ goods, codes: own }, ...others.values()]) {
    const spread = await reachedOf(client, [...codes].sort(), each, found.narrow ? null : limits)
    truncated ||= spread.truncated
    for (const lot of await describeLots(client, spread.reached, each)) {
      if (lots.has(lot.code)) continue
      const at = found.narrow ? onlyWhereTested : foundAt
      lots.set(lot.code, lot.role === 'tested' ? at(lot, testedAt.get(lot.code) ?? []) : lot)
      truncated ||= lot.isCut
    }
  }
  for (const lot of await describeLots(client, untraced(answered), goods))
    if (!lots.has(lot.code)) lots.set(lot.code, { ...lot, answered: true })
  const causes = [...records.values()].map(({ body }) => causeOf(body))
  return { lots: [...lots.values()], truncated, fallback, causes, whos: [...whos], whats: [...whats] }
}

/** Goods of a test of the case that go by another name than those of the case: their own paths are followed. */
interface OtherGoods {
  readonly goods: CaseGoods
  readonly codes: Set<string>
}

function otherOf(others: Map<string, OtherGoods>, goods: CaseGoods): Set<string> {
  const key = JSON.stringify(goods)
  const found = others.get(key) ?? { goods, codes: new Set<string>() }
  others.set(key, found)
  return found.codes
}

const untraced = (codes: Iterable<string>): Reached[] =>
  [...codes].map((code) => ({ code, role: 'tested', depth: 0, via: null }))

/**
 * Tells of each failed test whether its goods are held: as long as no official has confirmed the case, those of a test that laboratories answered are not, though the
 * case goes on about other goods. Where no test is left, it is an official who holds them all.
 */
async function leftUnanswered(
  client: PoolClient,
  { id, state }: CaseRow,
): Promise<(test: string) => boolean> {
  if (!possible(state).includes('clear') && (await confirmedBy(client, id)) !== 'records') return () => true
  const left = new Set((await unanswered(client, id)).map(({ recordId }) => recordId))
  return (test) => left.size === 0 || left.has(test)
}

/** Nothing spreads from a suspect: its lot alone is not sold, at its stall alone. */
const reachedOf = async (
  client: PoolClient,
  codes: readonly string[],
  goods: CaseGoods,
  limits: SpreadLimits | null,
): Promise<Spread> =>
  limits === null
    ? { reached: untraced(codes), truncated: false }
    : await spreadOver(client, codes, goods, limits)

async function meetingsOf(client: PoolClient, { lots, whos, whats }: LotFacts) {
  const met = await readMeetings(
    client,
    lots.filter(({ role }) => role !== 'sold' && role !== 'origin').map(({ code }) => code),
  )
  return { whos: [...new Set([...whos, ...met.whos])], whats: [...new Set([...whats, ...met.whats])] }
}
