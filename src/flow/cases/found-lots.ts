import type { PoolClient } from 'pg'
import { type CaseGoods, goodsOf, mayBe } from '#core/cases/goods.ts'
import { possible } from '#core/cases/machine.ts'
import { saysOf } from '#core/cases/open.ts'
import { type CasePlace, placeOf } from '#core/cases/place.ts'
import { type Reached, SPREAD_BOUNDS } from '#core/cases/spread.ts'
import { type Order, orderOf } from '#core/cases/states.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import { readCaseTests, readMeetings } from '#store/case-lots.ts'
import type { CaseRow } from '#store/cases.ts'
import { readKnownCodes, readTracedVersions } from '#store/lots.ts'
import { readVoidLinks } from '#store/void-links.ts'
import { unanswered } from './answered.ts'
import {
  type DescribedLot,
  describeLots,
  foundAt,
  holdsLot,
  type LinkedSpread,
  onlyWhereTested,
  type SpreadLimits,
  type SpreadWays,
  spreadOver,
  withPapersAlone,
} from './case-lots.ts'
import { confirmedOf } from './confirmed-tests.ts'
import { flowsOf, type GoodsFlows, type MadeOf, madeOf } from './goods-flows.ts'
import { causeOf, type TestedGoods, testedGoodsOf } from './open-case.ts'
import { withRegions } from './place-regions.ts'
import { STANDS } from './told-test.ts'
import { confirmedBy } from './whose-word.ts'

/** A lot of a case with what is ordered for it. */
export interface OrderedLot extends DescribedLot {
  readonly order: Order
  /** A suspect: it is stopped where it was tested alone, and nothing spreads from it. */
  readonly narrow: boolean
}

export interface FoundLots {
  readonly lots: readonly OrderedLot[]
  readonly truncated: boolean
  /** How its goods came of each other. */
  readonly flows: GoodsFlows
  /** Which of these ways made one into the other. */
  readonly made: MadeOf
  /** What the tests tell of place and goods, where no lot is known. */
  readonly fallback: Body
  /** Why each of its tests failed. */
  readonly causes: readonly string[]
  readonly whos: readonly string[]
  readonly whats: readonly string[]
  /** By which its tests meet their goods now. */
  readonly tested: readonly Pick<StandingTest, 'recordId' | 'version' | 'goods'>[]
}

/** A failed test that stands. */
export interface StandingTest {
  readonly recordId: string
  readonly version: number
  readonly body: Body
  readonly goods: TestedGoods
}

/** Goods of a case that go by one name: their own paths are followed. */
interface NamedGoods {
  readonly goods: CaseGoods
  /** Of the codes of goods that are recalled. */
  readonly recalled: Set<string>
  /** Of those that a test failed, or an official stopped. */
  readonly stopped: Set<string>
  /** Of those of which a test is in doubt. */
  readonly doubted: Set<string>
}

/**
 * The lots that the case concerns now. Null where no test stands any more: where goods were disposed of, the recall stays as it is until an official ends it.
 *
 * In a case that is confirmed, recalled are the goods that were confirmed and what the links lead to from them; what else its tests failed is stopped, as it is where such a test comes when the
 * others are recalled already, and has a case of its own. Nothing spreads from goods of which tests are in doubt alone, whichever of the tests of the case came first.
 */
export async function findLots(
  client: PoolClient,
  found: CaseRow,
  limits: SpreadLimits,
): Promise<FoundLots | null> {
  const standing = (await readCaseTests(client, found.id)).filter(({ verdict }) => STANDS.has(verdict))
  if (standing.length === 0 && found.code === null) return null
  const records = await readTracedVersions(client, standing)
  const told = [...records.values()].map(({ id, version, body }) => ({ recordId: id, version, body }))
  const goodsOfTests = await testedGoodsOf(client, told)
  const tests = told.map((one, i) => ({ ...one, goods: goodsOfTests[i] as TestedGoods }))
  const lots = await lotsOf(client, found, tests, limits)
  const tellers = [...tests].sort((a, b) => Number(isOpener(b, found)) - Number(isOpener(a, found)))
  const teller = tellers.find(({ body }) => body.sites !== undefined) ?? tellers[0]
  return {
    ...lots,
    fallback: teller?.body ?? { flags: [] },
    causes: tests.map(({ body }) => causeOf(body)),
    whos: [...new Set(tests.flatMap(({ goods }) => goods.whos))],
    whats: [...new Set(tests.flatMap(({ goods }) => goods.whats))],
    tested: tests,
  }
}

const isOpener = ({ recordId }: StandingTest, { testId }: CaseRow): boolean => recordId === testId

async function lotsOf(
  client: PoolClient,
  found: CaseRow,
  tests: readonly StandingTest[],
  limits: SpreadLimits,
): Promise<Pick<FoundLots, 'lots' | 'truncated' | 'flows' | 'made'>> {
  const order = orderOf(found.state, found.confirmedAt !== null)
  const { named, answered, testedAt } = await sorted(client, found, tests, order)
  const ways: SpreadWays = { ...limits, kept: await readVoidLinks(client, found.id) }
  const voids = new Set(ways.kept.map(({ recordId }) => recordId))
  const isGone = ({ via, isTold }: DescribedLot): boolean => !isTold && voids.has(via?.recordId ?? '')
  const lots = new Map<string, OrderedLot>()
  const links: Link[] = []
  let truncated = false
  const put = async (
    { goods, codes }: { readonly goods: CaseGoods; readonly codes: readonly string[] },
    { order, narrow }: Pick<OrderedLot, 'order' | 'narrow'>,
  ): Promise<void> => {
    if (codes.length === 0) return
    const spread = await reachedOf(client, [...codes].sort(), goods, narrow ? null : ways)
    truncated ||= spread.truncated
    for (const link of spread.links) links.push(link)
    for (const lot of await describeLots(client, spread.reached, goods)) {
      truncated ||= lot.isCut
      const known = lots.get(lot.code)
      const at = narrow && known === undefined ? onlyWhereTested : foundAt
      const placed =
        lot.role === 'tested'
          ? at(lot, testedAt.get(lot.code) ?? [])
          : isGone(lot)
            ? { ...lot, gone: true as const }
            : lot
      if (known === undefined || (!holdsLot(known) && holdsLot(placed)))
        lots.set(lot.code, { ...placed, order, narrow })
      // What is held with others may have been tested itself.
      else if (lot.role === 'tested')
        lots.set(lot.code, { ...placed, order: known.order, narrow: known.narrow })
    }
  }
  for (const { goods, recalled } of named)
    await put({ goods, codes: [...recalled] }, { order, narrow: false })
  for (const { goods, recalled, stopped } of named)
    await put({ goods, codes: [...stopped.difference(recalled)] }, { order: 'stop_sale', narrow: false })
  for (const { goods, recalled, stopped, doubted } of named)
    await put(
      { goods, codes: [...doubted.difference(recalled).difference(stopped)] },
      { order: 'stop_sale', narrow: true },
    )
  const { productName, productCode, productClass } = found
  const own = { productName, productCode, productClass }
  for (const lot of await describeLots(client, untraced(answered), own))
    if (!lots.has(lot.code)) lots.set(lot.code, { ...lot, order, narrow: false, answered: true })
  const tickets = [...new Set(tests.flatMap(({ goods }) => goods.tickets))].filter((code) => !lots.has(code))
  truncated ||= tickets.length > SPREAD_BOUNDS.sold
  for (const lot of await describeLots(client, untraced(tickets.slice(0, SPREAD_BOUNDS.sold), 'sold'), own))
    lots.set(lot.code, { ...lot, order, narrow: false })
  return {
    lots: withRegions(withPapersAlone([...lots.values()]), found.openedAt),
    truncated,
    flows: flowsOf(links),
    made: madeOf(links),
  }
}

/** The goods of the tests by their names and by what is ordered for them, those that are answered, and where each was tested. */
async function sorted(client: PoolClient, found: CaseRow, tests: readonly StandingTest[], order: Order) {
  const { productName, productCode, productClass } = found
  const own: NamedGoods = namedBy({ productName, productCode, productClass })
  const others = new Map<string, NamedGoods>()
  const left = await leftUnanswered(client, found)
  const standing = tests.filter(({ recordId }) => left(recordId))
  const confirmed = order === 'recall' ? await confirmedOf(client, found.id, standing) : null
  const codes = found.code === null ? [] : await readKnownCodes(client, [found.code], null)
  if (confirmed?.hasOrder) for (const code of codes) own.recalled.add(code)
  else for (const code of codes) own.stopped.add(code)
  const answered = new Set<string>()
  const testedAt = new Map<string, CasePlace[]>()
  for (const { recordId, body, goods } of tests) {
    for (const code of goods.codes) testedAt.set(code, [...(testedAt.get(code) ?? []), placeOf(body)])
    if (!left(recordId)) {
      for (const code of goods.codes) answered.add(code)
      continue
    }
    const named = mayBe(own.goods, 'test', body) ? own : otherOf(others, goodsOf(body))
    const isDoubt = saysOf(body) === 'doubted'
    const among = confirmed?.tests.has(recordId) ? named.recalled : isDoubt ? named.doubted : named.stopped
    for (const code of goods.codes) among.add(code)
  }
  return { named: [own, ...others.values()], answered, testedAt }
}

const namedBy = (goods: CaseGoods): NamedGoods => ({
  goods,
  recalled: new Set(),
  stopped: new Set(),
  doubted: new Set(),
})

function otherOf(others: Map<string, NamedGoods>, goods: CaseGoods): NamedGoods {
  const key = JSON.stringify(goods)
  const found = others.get(key) ?? namedBy(goods)
  others.set(key, found)
  return found
}

const untraced = (codes: Iterable<string>, role: Reached['role'] = 'tested'): Reached[] =>
  [...codes].map((code) => ({ code, role, depth: 0, via: null }))

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
  ways: SpreadWays | null,
): Promise<LinkedSpread> =>
  ways === null
    ? { reached: untraced(codes), truncated: false, links: [] }
    : await spreadOver(client, codes, goods, ways)

/** Who and what of the ways in which the goods may meet others. */
export async function meetingsOf(client: PoolClient, { lots, whos, whats }: FoundLots) {
  const met = await readMeetings(
    client,
    lots.filter(({ role }) => role !== 'sold' && role !== 'origin').map(({ code }) => code),
  )
  return { whos: [...new Set([...whos, ...met.whos])], whats: [...new Set([...whats, ...met.whats])] }
}
