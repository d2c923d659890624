import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { orderOf } from '#core/cases/states.ts'
import { atMost } from '#flow/gates.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { putCaseHolds, readCaseHolds, replaceCaseLots } from '#store/case-lots.ts'
import { isOurs } from '#store/case-turns.ts'
import { findUnsettled, lockCase, noteSettled, readCase } from '#store/cases.ts'
import { inTransaction } from '#store/database.ts'
import { renewTestPoints } from '#store/match-points.ts'
import { holdsLot } from './case-lots.ts'
import { type FoundLots, findLots, meetingsOf } from './found-lots.ts'
import { heldMass } from './held-mass.ts'
import { holdKeys, holdsOf } from './holds.ts'
import { rowOf } from './lot-rows.ts'

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
  const read = seen.growing ? await findLots(client, seen, limitsOf(pool)) : null
  const found = await lockCase(client, id)
  if (!found || BigInt(found.settled) >= BigInt(seen.wanted)) return 'settled'
  if (!seen.growing && found.growing) return 'moved'
  const order = orderOf(found.state, found.confirmedAt !== null)
  const before = await readCaseHolds(client, id)
  const facts: FoundLots | null = found.growing ? read : null
  const holds = await holdsOf(client, found, {
    order,
    before,
    lots: facts?.lots ?? null,
    flows: facts?.flows ?? new Map(),
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
    const keyOf = holdKeys(facts.lots)
    await replaceCaseLots(
      client,
      id,
      facts.lots.map((lot) =>
        rowOf(lot, holdsLot(lot) ? (recordOf.get(keyOf(lot, lot.place)) ?? null) : null),
      ),
    )
    // So that traces find the tests from these lots.
    await renewTestPoints(
      client,
      facts.tested.map(({ recordId, version, goods }) => ({ recordId, version, points: goods.points })),
    )
  }
  const held = facts
    ? heldMass(facts.lots, facts.flows, facts.made)
    : order === 'release'
      ? { mass: '0', weighed: false }
      : { mass: found.heldMass, weighed: found.weighed }
  const meetings = facts ? await meetingsOf(client, facts) : { whos: [], whats: [] }
  await noteSettled(client, id, {
    wanted: seen.wanted,
    heldMass: held.mass,
    weighed: held.weighed,
    truncated: facts?.truncated ?? found.truncated,
    ...meetings,
  })
  return found.wanted === seen.wanted ? 'settled' : 'moved'
}

const limitsOf = (pool: Pool) => ({
  untilMs: performance.now() + READING_MS,
  isEnding: () => pool.ending,
})
