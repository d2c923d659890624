import fc from 'fast-check'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import { kg, lot, MARKETS, paper, party } from './ledger.ts'
import { AWAY, FARM, type Parcel, PRODUCTS, type Scene, scene, systemOf, TRADERS } from './scene.ts'

const names = fc.constantFrom('both', 'both', 'taker', 'giver', 'nobody', null)
/** Who tells of what goes from one to another, whom the arrivals name, and what they name as where the goods came from. */
const pair = fc.record({
  isSaleTold: fc.boolean(),
  market: names,
  county: names,
  isVoucherNamed: fc.record({ market: fc.boolean(), county: fc.boolean() }),
  less: fc.constantFrom(0, 0, 0.4),
})
type Pair = typeof pair extends fc.Arbitrary<infer T> ? T : never

const event = fc.record({
  does: fc.constantFrom(
    'sell',
    'sell',
    'sell',
    'sell',
    'retail',
    'destroy',
    'destroy',
    'pack',
    'mix',
    'mix',
    'refuse',
  ),
  of: fc.nat(20),
  to: fc.constantFrom(0, 0, 0, 1, 2, 3),
  part: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(100)),
  isOfBoth: fc.boolean(),
  isOfSeveral: fc.boolean(),
})

export const happening = fc.record({
  pairs: fc.array(pair, { minLength: 1, maxLength: 25 }),
  events: fc.array(event, { maxLength: 12 }),
  /** Goods that a farm sent off under one paper; else they begin at the first market. */
  farm: fc.option(fc.record({ isPaperTold: fc.boolean(), isCountyTelling: fc.boolean(), lost: fc.nat(50) })),
  /** Whether what leaves a hand or is made there is told by two systems. */
  isTwice: fc.boolean(),
})
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const lotsOf = (all: readonly Parcel[], n: number, role: 'subject' | 'source' | 'input' = 'subject') =>
  all.map(({ lots }) => lot(lots[n % lots.length] as string, role))

function beginAtFarm({ put, told, name, nextDay, seen }: Scene, of: NonNullable<Happening['farm']>): void {
  const [number, less] = [name('P'), of.lost]
  const all = [0, 1].map((product) => {
    const lots = product === 0 ? [name('F'), name('F')] : [name('F')]
    const sent = put({
      who: FARM,
      product,
      stage: 0,
      parents: [],
      lots,
      paper: number,
      came: 500 * lots.length,
    })
    for (const one of lots)
      told('dispatch', sent, 500, {
        lots: [lot(one)],
        documents: [paper('upstream', number, 'promise_cert')],
      })
    return sent
  })
  seen.add('farm')
  if (of.isPaperTold)
    told('document', { who: FARM, product: 0 }, null, {
      product: undefined,
      lots: all.flatMap(({ lots }) => lots.map((one) => lot(one))),
      documents: [paper('self', number, 'promise_cert')],
    })
  nextDay()
  for (const sent of all) {
    sent.has = less
    const lots = of.isCountyTelling ? [name('M'), name('C')] : [name('M')]
    const got = put({ ...sent, who: 0, parents: [sent], lots, paper: null, came: sent.came - less })
    for (const [n, one] of lots.entries())
      told(
        'entry',
        got,
        got.came,
        {
          lots: [lot(one)],
          documents: [paper('upstream', number, 'promise_cert')],
          parties: [party('owner', 0)],
        },
        n === 0 ? systemOf(0) : 'county',
      )
  }
}

function beginAtMarket({ put, told, name }: Scene, who: number, product: number, came: number): void {
  const one = put({ who, product, stage: 0, parents: [], lots: [name('S')], paper: null, came })
  told('entry', one, came, { lots: lotsOf([one], 0), parties: [party('owner', who)] })
}

interface Sale {
  /** Goods of one kind in one hand, and how much is sold of each. */
  readonly of: readonly Parcel[]
  readonly parts: readonly number[]
  readonly to: number
  readonly voucher: string
  readonly isRefused: boolean
}

function sell(
  { put, told, name, seen }: Scene,
  pairOfThem: Pair,
  { of, parts, to, voucher, isRefused }: Sale,
): void {
  const [{ who, product, stage }] = of as [Parcel]
  const tellers = (['market', 'county'] as const).filter((one) => pairOfThem[one] !== null)
  const isSaleTold = pairOfThem.isSaleTold || tellers.length === 0
  const mass = take(of, parts)
  const lots = tellers.map((one) => name(one === 'market' ? 'M' : 'C'))
  const got = put({
    who: to,
    product,
    stage,
    parents: of,
    lots,
    paper: isSaleTold ? voucher : null,
    came: mass,
  })
  if (isRefused && lots.length > 0) [got.has, got.refused] = [0, mass]
  if (isSaleTold)
    told('sale', { who, product }, mass, {
      ...{ saleKind: 'wholesale', lots: lotsOf(of, 0), documents: [paper('voucher', voucher)] },
      parties: [party('seller', who), party('buyer', to)],
      destination: { code: MARKETS[TRADERS[to]?.market as number]?.slice(0, 6) },
    })
  for (const [n, teller] of tellers.entries()) {
    const named = pairOfThem[teller]
    const isVoucher = isSaleTold && pairOfThem.isVoucherNamed[teller]
    const isRounded = teller === 'county' && (isSaleTold || tellers.length > 1) && mass > 10
    seen.add(
      `${teller} names ${named} and ${isVoucher ? 'the voucher' : 'the lot'}${isSaleTold ? '' : ' alone'}`,
    )
    told(
      'entry',
      got,
      isRounded ? mass - pairOfThem.less : mass,
      {
        lots: [lot(lots[n] as string), ...(isVoucher ? [] : lotsOf(of, n, 'source'))],
        ...(isVoucher ? { documents: [paper('upstream', voucher)] } : {}),
        parties: [
          ...(named === 'both' || named === 'taker' ? [party('owner', to)] : []),
          ...(named === 'both' || named === 'giver' ? [party('supplier', who)] : []),
        ],
        ...(isRefused ? { admission: 'refused_no_docs' } : {}),
      },
      teller === 'county' ? 'county' : systemOf(to),
    )
  }
}

function take(of: readonly Parcel[], parts: readonly number[]): number {
  for (const [n, one] of of.entries()) one.has -= parts[n] as number
  return parts.reduce((sum, part) => sum + part, 0)
}

/** What leaves a hand, or is made there: who tells of some of its goods tells of all of them. */
function happen(
  on: Scene,
  does: 'retail' | 'destroy' | 'make',
  of: readonly Parcel[],
  parts: readonly number[],
  isTwice: boolean,
): void {
  const { told, put, name, seen } = on
  const [{ who, product, stage }] = of as [Parcel]
  const mass = take(of, parts)
  const tell = (kind: Kind, kilograms: number | null, body: (n: number) => object): void => {
    told(kind, { who, product }, kilograms, body(0))
    if (isTwice) told(kind, { who, product }, kilograms, body(1), 'state')
  }
  seen.add(`${does}${of.length > 1 ? ' of several' : ''}${isTwice ? ', told by two' : ''}`)
  for (const [n, one] of of.entries()) {
    const part = parts[n] as number
    if (does === 'retail') one.retail += part
    else if (does === 'destroy') one.destroyed += part
    else one.used += part
  }
  if (does === 'retail') tell('sale', mass, (n) => ({ saleKind: 'retail', lots: lotsOf(of, n) }))
  else if (does === 'destroy')
    tell('disposal', mass, (n) => ({ disposalKind: 'destroyed', lots: lotsOf(of, n) }))
  else {
    const came = Math.max(1, Math.floor(mass * 0.9))
    const lots = isTwice ? [name('T'), name('X')] : [name('T')]
    put({ who, product, stage: stage + 1, parents: of, lots, paper: null, came })
    tell('transformation', null, (n) => ({
      ...{ product: undefined, process: 'packing' },
      input: { product: PRODUCTS[product], mass: kg(mass), lots: lotsOf(of, n, 'input') },
      output: {
        ...{ product: PRODUCTS[product], lots: [lot(lots[n] as string, 'output')] },
        mass: kg(n > 0 && came > 10 ? came - 0.4 : came),
      },
    }))
  }
}

/** What happens one after the other, and what systems tell of it. */
export function worldOf({ pairs, events, farm, isTwice }: Happening, its = { prefix: '', day: 0 }) {
  const on = scene(its)
  const together: (readonly Parcel[])[] = []
  if (farm) beginAtFarm(on, farm)
  else for (const [product, came] of [1000, 800].entries()) beginAtMarket(on, 0, product, came)
  beginAtMarket(on, 1, 0, 600)
  for (const { does, of: wish, to: far, part, isOfBoth, isOfSeveral } of events) {
    on.nextDay()
    const isSale = does === 'sell' || does === 'refuse'
    const able = on.parcels.filter(
      ({ who, has, lots }) => who !== FARM && has > 0 && lots.length > 0 && (!isSale || who < AWAY),
    )
    // How much of each of several lots went by each of several records of them nobody tells.
    const isFree = (parcel: Parcel): boolean =>
      !together.some((all) => all.length > 1 && all.includes(parcel))
    const besideOf = ({ who, product, stage }: Parcel, other: Parcel): boolean =>
      other.who === who && other.product === product && other.stage === stage
    const pairsOf = able.flatMap((first, n) =>
      able
        .slice(n + 1)
        .flatMap((second) =>
          besideOf(first, second) && isFree(first) && isFree(second) ? [[first, second]] : [],
        ),
    )
    const isOfTwo = (does === 'mix' || isOfSeveral) && does !== 'pack' && pairsOf.length > 0
    const of = isOfTwo
      ? pairsOf[wish % pairsOf.length]
      : able.slice(wish % Math.max(1, able.length)).slice(0, 1)
    const [one] = of ?? []
    if (!of || !one) continue
    together.push(of)
    const partsOf = (all: readonly Parcel[]) =>
      all.map(({ has }) => Math.max(1, Math.floor((has * part) / 100)))
    if (!isSale) {
      happen(on, does === 'retail' || does === 'destroy' ? does : 'make', of, partsOf(of), isTwice)
      continue
    }
    const to = one.who + 1 + (far % (AWAY - one.who))
    const voucher = on.name('V')
    const told = pairs[(one.who * TRADERS.length + to) % pairs.length] as Pair
    const sold = { to, voucher, isRefused: does === 'refuse' }
    sell(on, told, { of, parts: partsOf(of), ...sold })
    const other = able.find((parcel) => parcel.who === one.who && parcel.product !== one.product)
    if (!isOfBoth || !other) continue
    sell(on, told, { of: [other], parts: partsOf([other]), ...sold })
    on.seen.add('a voucher of two products')
  }
  return {
    parcels: on.parcels as readonly Parcel[],
    records: on.records as readonly TracedRecord[],
    /** Goods of which records tell together. */
    together,
    seen: on.seen,
  }
}

/** The parcels that a recall from some of them reaches: what they came from, and all that came of any of these. */
export function reachedOf(parcels: readonly Parcel[], roots: readonly Parcel[]): Parcel[] {
  const reached = new Set(roots)
  for (const one of reached) for (const parent of one.parents) reached.add(parent)
  // Parents stand before what came of them.
  for (const one of parcels) if (one.parents.some((parent) => reached.has(parent))) reached.add(one)
  return parcels.filter((one) => reached.has(one))
}
