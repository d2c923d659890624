import fc from 'fast-check'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import { beginAtFarm, beginAtMarket, farm } from './begin.ts'
import { kg, lot, MARKETS, paper, party } from './ledger.ts'
import { lotsOf, type Named, underFirst } from './named.ts'
import { AWAY, FARM, type Parcel, PRODUCTS, type Scene, scene, systemOf, TRADERS } from './scene.ts'

const names = fc.constantFrom('both', 'both', 'taker', 'giver', 'nobody', null)
/** Who tells of what goes from one to another, whom the arrivals name, and what they name as where the goods came from. */
const pair = fc.record({
  isSaleTold: fc.boolean(),
  market: names,
  county: names,
  isVoucherNamed: fc.record({ market: fc.boolean(), county: fc.boolean() }),
  less: fc.constantFrom(0, 0, 0.4),
  /** Whether a market tells of what comes as a ledger does, which has no number of it. */
  isLedger: fc.boolean(),
  /** Whether arrivals that name the giver name what the goods first came under, and not his lot. */
  isFirstNamed: fc.boolean(),
  /** How much of a hundred of what comes is sold on its day by a ticket that names no lot. */
  unnamed: fc.constantFrom(0, 0, 30, 100),
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
  /** Whether who tells of it names no lot of his, but what the goods came under, and whether he says whose they are. */
  isUnder: fc.boolean(),
  isOwnerNamed: fc.boolean(),
})

export const happening = fc.record({
  pairs: fc.array(pair, { minLength: 1, maxLength: 25 }),
  events: fc.array(event, { maxLength: 12 }),
  /** Goods that a farm sent off under one paper; else they begin at the first market. */
  farm: fc.option(farm),
  /** Whether what leaves a hand or is made there is told by two systems. */
  isTwice: fc.boolean(),
})
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** A ledger says whose it is; and of goods that have no number somebody has to say whose they were. */
function namedBy(
  named: Pair['market'],
  { isLedger, isOfLedger }: { readonly isLedger: boolean; readonly isOfLedger: boolean },
): Pair['market'] {
  if (isOfLedger) return 'both'
  return isLedger ? (named === 'giver' || named === 'both' ? 'both' : 'taker') : named
}
const TAKERS: ReadonlySet<string> = new Set(['both', 'taker'])

interface Sale {
  /** Goods of one kind in one hand, and how much is sold of each. */
  readonly of: readonly Parcel[]
  readonly parts: readonly number[]
  readonly to: number
  readonly voucher: string
  readonly isRefused: boolean
  readonly named: Named
}

function sell(
  { put, told, name, seen, parcels }: Scene,
  pairOfThem: Pair,
  { of, parts, to, voucher, isRefused, named: its }: Sale,
): void {
  const [{ who, product, stage }] = of as [Parcel]
  const tellers = (['market', 'county'] as const).filter((one) => pairOfThem[one] !== null)
  const isSaleTold = pairOfThem.isSaleTold || tellers.length === 0
  const mass = take(of, parts)
  const lots = tellers.map((one) => (one === 'county' ? name('C') : pairOfThem.isLedger ? null : name('M')))
  const isOwnerTold =
    isSaleTold || lots.includes(null) || tellers.some((one) => TAKERS.has(pairOfThem[one] ?? ''))
  // Nobody can say whose goods came whom no record names at the place where they were.
  const first = pairOfThem.isFirstNamed && of[0]?.isOwnerTold ? underFirst(parcels, of, false) : null
  const got = put({
    who: to,
    product,
    stage,
    parents: of,
    isTold: lots.length > 0,
    isOwnerTold,
    lots: lots.filter((one) => one !== null),
    paper: isSaleTold ? voucher : null,
    came: mass,
  })
  if (isRefused && got.isTold) [got.has, got.refused] = [0, mass]
  const { lots: sold = [], documents = [] } = its(0)
  if (isSaleTold)
    told('sale', { who, product }, mass, {
      ...{ saleKind: 'wholesale', lots: sold, documents: [paper('voucher', voucher), ...documents] },
      parties: [party('seller', who), party('buyer', to)],
      destination: { code: MARKETS[TRADERS[to]?.market as number]?.slice(0, 6) },
    })
  for (const [n, teller] of tellers.entries()) {
    const own = lots[n] ?? null
    const isVoucher = isSaleTold && pairOfThem.isVoucherNamed[teller]
    const isOfLedger = of.some((one) => one.lots.length === 0)
    const named = namedBy(pairOfThem[teller], {
      isLedger: own === null,
      isOfLedger: isOfLedger && !isVoucher,
    })
    const isFirst = first !== null && (named === 'both' || named === 'giver')
    const under = isVoucher
      ? { documents: [paper('upstream', voucher)] }
      : isFirst || isOfLedger
        ? (first ?? its)(n, 'source')
        : { lots: lotsOf(of, n, 'source') }
    const isRounded = teller === 'county' && (isSaleTold || tellers.length > 1) && mass > 10
    if (own === null) seen.add('a ledger')
    if (isFirst && !isVoucher) seen.add('an arrival under what the goods first came under')
    seen.add(
      `${teller} names ${named} and ${isVoucher ? 'the voucher' : 'the lot'}${isSaleTold ? '' : ' alone'}`,
    )
    told(
      'entry',
      got,
      isRounded ? mass - pairOfThem.less : mass,
      {
        ...under,
        lots: [...(own === null ? [] : [lot(own)]), ...(under.lots ?? [])],
        parties: [
          ...(TAKERS.has(named ?? '') ? [party('owner', to)] : []),
          ...(named === 'both' || named === 'giver' ? [party('supplier', who)] : []),
        ],
        ...(isRefused ? { admission: 'refused_no_docs' } : {}),
      },
      teller === 'county' ? 'county' : systemOf(to),
    )
  }
  const unnamed = Math.floor((got.has * pairOfThem.unnamed) / 100)
  if (!got.isTold || unnamed === 0) return
  got.has -= unnamed
  got.retail += unnamed
  seen.add('a ticket without a lot')
  told('sale', { who: to, product }, unnamed, { saleKind: 'retail' })
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
  by: { readonly isTwice: boolean; readonly named: Named; readonly parties: object },
): void {
  const { isTwice, named, parties } = by
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
  if (does === 'retail') tell('sale', mass, (n) => ({ saleKind: 'retail', ...named(n), ...parties }))
  else if (does === 'destroy')
    tell('disposal', mass, (n) => ({ disposalKind: 'destroyed', ...named(n), ...parties }))
  else {
    const came = Math.max(1, Math.floor(mass * 0.9))
    const lots = isTwice ? [name('T'), name('X')] : [name('T')]
    put({
      who,
      product,
      stage: stage + 1,
      parents: of,
      isTold: true,
      isOwnerTold: false,
      lots,
      paper: null,
      came,
    })
    tell('transformation', null, (n) => ({
      ...{ product: undefined, process: 'packing' },
      input: { product: PRODUCTS[product], mass: kg(mass), ...named(n, 'input') },
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
  for (const { does, of: wish, to: far, part, isOfBoth, isOfSeveral, isUnder, isOwnerNamed } of events) {
    on.nextDay()
    const isSale = does === 'sell' || does === 'refuse'
    const able = on.parcels.filter(
      ({ who, has, isTold }) => who !== FARM && has > 0 && isTold && (!isSale || who < AWAY),
    )
    // How much of each of several lots went by each of several records of them nobody tells.
    const isFree = (parcel: Parcel): boolean =>
      parcel.lots.length > 0 && !together.some((all) => all.length > 1 && all.includes(parcel))
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
    const isMade = does === 'pack' || does === 'mix'
    const under = isUnder || one.lots.length === 0 ? underFirst(on.parcels, of, isMade) : null
    // Who has no number of goods tells of them by what they came under, or not at all.
    if (under === null && one.lots.length === 0) continue
    together.push(of)
    const partsOf = (all: readonly Parcel[]) =>
      all.map(({ has }) => Math.max(1, Math.floor((has * part) / 100)))
    const named: Named = under ?? ((n, role) => ({ lots: lotsOf(of, n, role) }))
    if (!isSale) {
      const event = isMade ? 'make' : does
      const role = does === 'retail' ? 'seller' : does === 'destroy' ? 'owner' : 'operator'
      const parties = isOwnerNamed ? { parties: [party(role, one.who)] } : {}
      happen(on, event, of, partsOf(of), { isTwice, named, parties })
      if (under !== null)
        on.seen.add(`${event} under what it came under${isOwnerNamed ? ', told whose' : ''}`)
      continue
    }
    if (under !== null) on.seen.add('sell under what it came under')
    const to = one.who + 1 + (far % (AWAY - one.who))
    const voucher = on.name('V')
    const told = pairs[(one.who * TRADERS.length + to) % pairs.length] as Pair
    const sold = { to, voucher, isRefused: does === 'refuse' }
    sell(on, told, { of, parts: partsOf(of), ...sold, named })
    const other = able.find(
      (parcel) => parcel.who === one.who && parcel.product !== one.product && parcel.lots.length > 0,
    )
    if (!isOfBoth || !other) continue
    sell(on, told, {
      of: [other],
      parts: partsOf([other]),
      ...sold,
      named: () => ({ lots: lotsOf([other], 0) }),
    })
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
