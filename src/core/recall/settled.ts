import { addDecimal, compareDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { apart, byTeller, mostIn, sumIn, toldMost } from './told-most.ts'
import { byTrader, isOfTrader } from './traders.ts'
import type { Turned, Use } from './turned.ts'

/** Where goods are, or what became of them. */
export const FINDS = [
  'soldWholesale',
  'atSites',
  'soldRetail',
  'disposed',
  'leftRegion',
  'returned',
  'processed',
] as const
export type Find = (typeof FINDS)[number]
/** What became in another province of goods that left that of the source. */
export const FINDS_AWAY = ['soldWholesale', 'atSites', 'soldRetail', 'disposed', 'returned'] as const
export type FindAway = (typeof FINDS_AWAY)[number]

/** What became of the goods of one holding, in one unit. */
export interface Account {
  readonly unit: string
  /** What came, by the record that tells of most; null where none tells. */
  readonly came: string | null
  /** What went on into other holdings, and into which of them. */
  readonly wentOn: string
  readonly gave: readonly Gift[]
  readonly found: Readonly<Partial<Record<Find, string>>>
  /** Of what left the province what became of it there: together as much as `found.leftRegion`. */
  readonly away: Readonly<Partial<Record<FindAway, string>>>
  /** What left the one before and of which nobody tells where it came to, and what may have left and is not told in this unit. */
  readonly lost: string
  /** Some left that is told in another unit of the lot alone: nobody knows how much is left in this one. */
  readonly isUntold: boolean
}

/** What went on into one other holding. */
export interface Gift {
  readonly to: number
  readonly value: string
}

/** What is left of a behind b, and nothing where that is more. */
export const rest = (a: string, b: string): string => maxDecimal('0', subtractDecimal(a, b))

const isTold = ({ measures }: GoodsFact, units: readonly string[]): boolean =>
  measures.some((one) => units.includes(one.unit))

/** Whether some of what was taken back of a lot is told in another of its units alone. */
export const backUntold = (back: readonly GoodsFact[], unit: string, others: readonly string[]): boolean =>
  back.length > 0 &&
  byTeller(back).every((told) => told.some((fact) => !isTold(fact, [unit]) && isTold(fact, others)))

/** What left into nobody's hand that is reached, from one place. */
export interface Out {
  readonly find: 'soldRetail' | 'disposed' | 'returned'
  readonly value: string
  readonly region: string | null
}

/** How goods left as a record tells it: what is summed up of a place as a whole is none of the traders' alone. */
export type Leaving = GoodsFact['tells'] | 'summary of the place'
export const leavingOf = (fact: GoodsFact): Leaving =>
  fact.tells === 'summary' && !isOfTrader(fact) ? 'summary of the place' : fact.tells
/** Ways in which sales to consumers are told, each of them all of these. */
export const SALES: readonly Leaving[] = ['ticket', 'summary', 'summary of the place']
/** Whether two ways tell of the same sales. */
export const areSameSales = (a: Leaving, b: Leaving): boolean =>
  a !== b && SALES.includes(a) && SALES.includes(b)

/**
 * A day's summary and its tickets, and what several systems tell, are of the same goods where they may be of one trader; what is told of traders apart is together no other goods than what is told of
 * their place as a whole. What customers gave back is there again.
 */
export const outOf = (left: readonly GoodsFact[], unit: string): Out[] =>
  apart(left).flatMap((here): Out[] => {
    const traders = byTrader(here)
    const most = (ways: readonly Leaving[], refund: boolean): string => {
      const ofOne = (told: readonly GoodsFact[]): string =>
        ways
          .map((one) =>
            mostIn(
              told.filter((fact) => leavingOf(fact) === one && fact.refund === refund),
              unit,
            ),
          )
          .reduce(maxDecimal)
      return maxDecimal(ofOne(here), traders.map(ofOne).reduce(addDecimal, '0'))
    }
    const sold = most(SALES, false)
    const back = minDecimal(most(SALES, true), sold)
    const region = here.find((fact) => fact.region !== null)?.region ?? null
    return [
      { find: 'soldRetail', value: subtractDecimal(sold, back), region },
      { find: 'disposed', value: most(['disposed'], false), region },
      { find: 'returned', value: most(['returned'], false), region },
    ]
  })

/**
 * Whether some of a lot left that is told in another of its units alone. Of tickets and summaries of one place, which tell of the same sales, those
 * who tell all of theirs are believed.
 */
export const leftUntold = (left: readonly GoodsFact[], unit: string, others: readonly string[]): boolean => {
  const isUntold = (fact: GoodsFact): boolean => !isTold(fact, [unit]) && isTold(fact, others)
  return (
    others.length > 0 &&
    apart(left).some((here) => {
      const of = (tells: string): GoodsFact[] => here.filter((fact) => fact.tells === tells && !fact.refund)
      const sales = [of('ticket'), of('summary')].filter((told) => told.length > 0)
      const isSoldUntold = sales.length > 0 && sales.every((told) => told.some(isUntold))
      return isSoldUntold || [...of('disposed'), ...of('returned')].some(isUntold)
    })
  )
}

/** Without so much of what was sent back: it is known where that is. */
export function lessReturned(out: readonly Out[], value: string): Out[] {
  let known = value
  return out.map((one) => {
    const part = one.find === 'returned' ? minDecimal(known, one.value) : '0'
    known = subtractDecimal(known, part)
    return { ...one, value: subtractDecimal(one.value, part) }
  })
}

export const totalOf = (out: readonly Out[]): string =>
  out.reduce((sum, { value }) => addDecimal(sum, value), '0')

/** What was sold to consumers. */
export const soldOf = (left: readonly GoodsFact[], unit: string): string =>
  totalOf(outOf(left, unit).filter(({ find }) => find === 'soldRetail'))

/** What became of the goods of one holding. */
export function settled(
  holding: Holding,
  of: {
    readonly unit: string
    readonly came: string | null
    readonly gave: readonly Gift[]
    /** What went on from other provinces. */
    readonly gaveAway: string
    readonly out: readonly Out[]
    /** What of the goods that are told to be refused is where they came from. */
    readonly refusedBack: string
    readonly home: string | null
    /** What of the goods was turned into others. */
    readonly turned: Turned
    /** What of so much was turned by these. */
    readonly take: (uses: readonly Use[], left: string) => string
    readonly isUntold: boolean
  },
): Account {
  const { unit, came, gave, gaveAway, out, refusedBack, home, turned, take, isUntold } = of
  const wentOn = gave.reduce((sum, { value }) => addDecimal(sum, value), '0')
  const unsold = came === null ? '0' : rest(came, addDecimal(wentOn, totalOf(out)))
  const processed =
    turned === 'all' ? unsold : turned === null || turned === 'unknown' ? '0' : take(turned, unsold)
  const left = subtractDecimal(unsold, processed)
  const found: Partial<Record<Find, string>> = {}
  const away: Partial<Record<FindAway, string>> = {}
  const add = (find: Find, value: string): void => {
    if (compareDecimal(value, '0') > 0) found[find] = addDecimal(found[find] ?? '0', value)
  }
  const addAway = (find: FindAway, value: string): void => {
    add('leftRegion', value)
    if (compareDecimal(value, '0') > 0) away[find] = addDecimal(away[find] ?? '0', value)
  }
  const where = turned === 'all' ? 'processed' : lastlyAt(holding, home)
  const isAway = ({ region }: Out): boolean =>
    where === 'leftRegion' || (where === 'several' && isOutside(region, home))
  for (const one of out) (isAway(one) ? addAway : add)(one.find, one.value)
  const account = { unit, came, wentOn, gave, found, away, isUntold }
  if (isUntold && turned === 'all') return { ...account, lost: unsold }
  add('processed', processed)
  if (isUntold) return { ...account, lost: left }
  if (where === 'several') {
    const gone = addDecimal(totalOf(out.filter(isAway)), gaveAway)
    const parts = partsOf(holding, { unit, left, home, gone, refusedBack })
    add('returned', parts.returned)
    addAway('atSites', parts.away)
    add('atSites', parts.atSites)
  } else if (where === 'leftRegion') addAway(thereBy(holding).length > 0 ? 'atSites' : 'soldWholesale', left)
  else if (where !== null) add(where, left)
  return { ...account, lost: where === null ? left : '0' }
}

/** Records by which goods are somewhere: where they came to, else where they were made of others or harvested and nobody tells that they left. */
export function thereBy({ came }: Pick<Holding, 'came'>): GoodsFact[] {
  const entered = came.filter(({ tells }) => tells === 'entered')
  if (entered.length > 0) return entered
  const isGone = came.some(({ tells }) => tells === 'sold' || tells === 'dispatched')
  return isGone ? [] : came.filter(({ tells }) => tells === 'made' || tells === 'transformed')
}

/** Whether goods of a lot went on into another from another province: where they were sold, else where he has them from who gave them. */
export function isGivenAway({ came }: Holding, to: Holding, home: string | null): boolean {
  const sold = to.came.filter(({ tells }) => tells === 'sold')
  const givers = new Set(to.came.flatMap(({ giver }) => giver ?? []))
  const told =
    sold.length > 0
      ? sold
      : came.filter(({ tells, taker }) => tells === 'entered' && taker !== null && givers.has(taker))
  return told.length > 0 && told.every(({ region }) => isOutside(region, home))
}

/** Of goods of one lot some of which were refused or came to another province what is left of each. */
function partsOf(
  holding: Holding,
  of: {
    readonly unit: string
    readonly left: string
    readonly home: string | null
    readonly gone: string
    readonly refusedBack: string
  },
): Readonly<Record<'returned' | 'away' | 'atSites', string>> {
  const { unit, left, home, gone, refusedBack } = of
  const entered = toldMost(thereBy(holding), unit)
  const told = (find: Find): string =>
    sumIn(
      entered.filter((fact) => enteredAt(fact, home) === find),
      unit,
    )
  const returned = minDecimal(left, rest(told('returned'), refusedBack))
  const away = minDecimal(subtractDecimal(left, returned), rest(told('leftRegion'), gone))
  return { returned, away, atSites: subtractDecimal(subtractDecimal(left, returned), away) }
}

const isOutside = (region: string | null, home: string | null): boolean =>
  home !== null && region !== null && !region.startsWith(home)

/** Where goods are that came somewhere, or what became of them at the gate. */
export const enteredAt = ({ region, refused }: GoodsFact, home: string | null): Find =>
  refused ? 'returned' : isOutside(region, home) ? 'leftRegion' : 'atSites'

/** Where goods are that went nowhere else, as far as records tell; null where they were sent off and nobody tells of their arrival. */
export function lastlyAt(holding: Holding, home: string | null): Find | 'several' | null {
  const there = new Set(thereBy(holding).map((fact) => enteredAt(fact, home)))
  const [only] = there
  if (only !== undefined) return there.size === 1 ? only : 'several'
  const sold = holding.came.filter(({ tells }) => tells === 'sold')
  if (sold.length === 0) return null
  return sold.some(({ destination }) => isOutside(destination, home)) ? 'leftRegion' : 'soldWholesale'
}
