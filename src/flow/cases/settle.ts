import type { Pool, PoolClient } from 'pg'
import { type CaseGoods, goodsOf, mayBe } from '#core/cases/goods.ts'
import { placeOf } from '#core/cases/place.ts'
import type { Reached, Spread } from '#core/cases/spread.ts'
import { orderOf } from '#core/cases/states.ts'
import { addDecimal } from '#core/decimal.ts'
import type { Body } from '#core/model/body.ts'
import type { Intake } from '#flow/intake/intake.ts'
import {
  type CaseLotRow,
  type CaseTest,
  putCaseHolds,
  readCaseHolds,
  readCaseTests,
  readMeetings,
  replaceCaseLots,
} from '#store/case-lots.ts'
import { type CaseRow, findUnsettled, lockCase, noteSettled } from '#store/cases.ts'
import { inTransaction } from '#store/database.ts'
import { readKnownCodes, readTracedVersions } from '#store/lots.ts'
import { type DescribedLot, describeLots, holdsLot, spreadOver } from './case-lots.ts'
import { holdsOf } from './holds.ts'
import { testedGoods } from './open-case.ts'
import { STANDS } from './told-test.ts'

export interface SettleParts {
  readonly pool: Pool
  readonly intake: Pick<Intake, 'writeOwn'>
}

const AT_ONCE = 50

/**
 * Settling holds a connection while the hold records are written over another: one case at a time in a process, so that settling cannot use up the
 * connections that it waits for.
 */
let last: Promise<unknown> = Promise.resolve()
const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const turn = last.then(work, work)
  last = turn.catch(() => {})
  return turn
}

/** Makes every case anew that is to be; gives how many. */
export async function settleAll(parts: SettleParts): Promise<number> {
  let count = 0
  for (;;) {
    const ids = await findUnsettled(parts.pool, AT_ONCE)
    for (const id of ids) await settleCase(parts, id)
    count += ids.length
    if (ids.length < AT_ONCE) return count
  }
}

/**
 * Makes the lots of a case anew from the graph, and its hold records from them. The row of the case is locked meanwhile, so of two workers one waits and
 * finds nothing left to do. Hold records are committed before the case says so: where the process ends between the two, the next one finds them unchanged.
 */
export const settleCase = (parts: SettleParts, id: string): Promise<void> =>
  inTurn(() => inTransaction(parts.pool, (client) => settle(parts, client, id)))

async function settle({ intake }: SettleParts, client: PoolClient, id: string): Promise<void> {
  const found = await lockCase(client, id)
  if (!found || found.wanted === found.settled) return
  const order = orderOf(found.state, found.confirmedAt !== null)
  const before = await readCaseHolds(client, id)
  const isOver = order === 'release' || found.state === 'closed'
  const standing = isOver ? [] : await standingTests(client, found)
  // Where no test stands any more, and goods were disposed of, the recall stays as it is until an official ends it.
  const facts =
    isOver || (standing.length === 0 && found.code === null) ? null : await lotsOf(client, found, standing)
  const holds = await holdsOf(client, found, {
    order,
    before,
    lots: facts?.lots ?? null,
    fallback: facts?.fallback ?? {},
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
    wanted: found.wanted,
    heldMass: facts ? heldMass(facts.lots) : found.heldMass,
    truncated: facts?.truncated ?? found.truncated,
    ...meetings,
  })
}

interface LotFacts {
  readonly lots: readonly DescribedLot[]
  readonly truncated: boolean
  /** What the tests tell of place and goods, where no lot is known. */
  readonly fallback: Body
  readonly whos: readonly string[]
  readonly whats: readonly string[]
}

const standingTests = async (client: PoolClient, { id }: CaseRow): Promise<CaseTest[]> =>
  (await readCaseTests(client, id)).filter(({ verdict }) => STANDS.has(verdict))

/** The lots that the case concerns now. */
async function lotsOf(client: PoolClient, found: CaseRow, tests: readonly CaseTest[]): Promise<LotFacts> {
  const records = await readTracedVersions(client, tests)
  const { productName, productCode, productClass } = found
  const goods: CaseGoods = { productName, productCode, productClass }
  const own = new Set<string>(found.code === null ? [] : await readKnownCodes(client, [found.code], null))
  const others = new Map<string, OtherGoods>()
  const whos = new Set<string>()
  const whats = new Set<string>()
  let fallback: Body = { flags: [] }
  for (const { id, version, receivedAt, body } of records.values()) {
    const tested = await testedGoods(client, { recordId: id, version, receivedAt, body })
    const roots = mayBe(goods, 'test', body) ? own : otherOf(others, goodsOf(body))
    for (const code of tested.codes) roots.add(code)
    for (const who of tested.whos) whos.add(who)
    for (const what of tested.whats) whats.add(what)
    if (id === found.testId || fallback.sites === undefined) fallback = body
  }
  const stall = placeOf(fallback).stall ?? null
  const lots = new Map<string, DescribedLot>()
  let truncated = false
  for (const { goods: each, codes } of [{ goods, codes: own }, ...others.values()]) {
    const spread = await reachedOf(client, [...codes].sort(), each, found.narrow)
    truncated ||= spread.truncated
    for (const lot of await describeLots(client, spread.reached, each))
      if (!lots.has(lot.code))
        lots.set(lot.code, lot.role === 'tested' && stall ? { ...lot, stall: lot.stall ?? stall } : lot)
  }
  return { lots: [...lots.values()], truncated, fallback, whos: [...whos], whats: [...whats] }
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

/** Nothing spreads from a suspect: its lot alone is not sold, at its stall alone. */
const reachedOf = async (
  client: PoolClient,
  codes: readonly string[],
  goods: CaseGoods,
  narrow: boolean,
): Promise<Spread> =>
  narrow
    ? {
        reached: codes.map((code): Reached => ({ code, role: 'tested', depth: 0, via: null })),
        truncated: false,
      }
    : await spreadOver(client, codes, goods)

async function meetingsOf(client: PoolClient, { lots, whos, whats }: LotFacts) {
  const met = await readMeetings(
    client,
    lots.filter(({ role }) => role !== 'sold' && role !== 'origin').map(({ code }) => code),
  )
  return { whos: [...new Set([...whos, ...met.whos])], whats: [...new Set([...whats, ...met.whats])] }
}

/** Kilograms that are held: of the lots from which all others came, because theirs are part of them. */
function heldMass(lots: readonly DescribedLot[]): string {
  const held = lots.filter(holdsLot)
  const tops = held.filter(({ role }) => role === 'upstream')
  const of = tops.length > 0 ? tops : held.filter(({ role }) => role === 'tested')
  return of.reduce((sum, { mass }) => (mass === null ? sum : addDecimal(sum, mass)), '0')
}

const rowOf = (lot: DescribedLot, holdRecord: string | null): CaseLotRow => {
  const { code, kind, role, depth, via, scheme, place, stall, productName, productClass, mass, occurredAt } =
    lot
  const text = (
    part: { readonly name?: string; readonly ids: readonly { readonly value: string }[] } | null | undefined,
  ) => part?.name ?? part?.ids[0]?.value ?? null
  return {
    ...{ code, kind, role, depth, scheme, productName, productClass, mass, occurredAt, holdRecord },
    viaCode: via ? (via.to === code ? via.from : via.to) : null,
    viaRecord: via?.recordId ?? null,
    rule: via?.rule ?? null,
    confidence: via?.confidence ?? null,
    place: place.key,
    site: text(place.site),
    market: place.site?.role === 'market' ? text(place.site) : null,
    stall: text(stall),
    region: place.region?.code ?? null,
  }
}
