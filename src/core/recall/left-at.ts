import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { type Account, enteredAt, outOf, thereBy, totalOf } from './settled.ts'
import type { Spot, SpotReader } from './spots.ts'
import { mostOf, sumIn, toldMost } from './told-most.ts'

/** What of one lot should still be at a place; null where records do not tell how much of it is at this one. */
export interface LeftAt {
  readonly key: string
  readonly value: string | null
}

/** Whether stalls are told apart, or markets as a whole. */
type Level = (spots: readonly Spot[]) => string | undefined
const NEAREST: Level = (spots) => spots[0]?.key
const WIDEST: Level = (spots) => spots.at(-1)?.key

/** As much as is needed to tell what of a lot is where. */
interface Goods {
  readonly holding: Holding
  readonly holdings: readonly Holding[]
  readonly account: Account
  /** Whether of those in the province of the source, or in others. */
  readonly side: Province
  /** What of it is left there, at all places together. */
  readonly there: string
  readonly home: string | null
  readonly spotsOf: SpotReader
  /** Records by which its goods are somewhere, each once, and the places that they tell of. */
  readonly came: readonly Arrival[]
  /** The same of its goods on the other side. */
  readonly beyond: readonly Arrival[]
}

interface Arrival {
  readonly fact: GoodsFact
  readonly spots: readonly Spot[]
}

const PROVINCES = ['atSites', 'leftRegion'] as const
type Province = (typeof PROVINCES)[number]
type Lot = Pick<Goods, 'holding' | 'holdings' | 'account' | 'home' | 'spotsOf'>

/**
 * What should still be at the places of one lot, in one unit: what came there less what left there, as the records of the place tell. Where these do not add up for each stall, they may for
 * each market; together they are never more than is left of the lot, in the province of the source and in others.
 */
export const leftOf = (of: Lot): LeftAt[] => PROVINCES.flatMap((side) => leftIn(of, side))

function leftIn(of: Lot, side: Province): LeftAt[] {
  const { account } = of
  const there = side === 'atSites' ? account.found.atSites : account.away.atSites
  if (there === undefined && !account.isUntold) return []
  const came = arrivalsIn(of, side)
  if (there === undefined) return placesOf(came).map(({ key }) => ({ key, value: null }))
  const beyond = PROVINCES.flatMap((one) => (one === side ? [] : arrivalsIn(of, one)))
  const goods = { ...of, side, there, came, beyond }
  const nearest = splitBy(goods, NEAREST)
  const widest = nearest === null ? splitBy(goods, WIDEST) : null
  return placesOf(came).map((place) => ({
    key: place.key,
    value: valueAt(place, goods, { nearest, widest }),
  }))
}

/** Records that say where the goods of a lot are; none that were refused. */
function arrivalsIn({ holding, home, account: { unit }, spotsOf }: Lot, side: Province): Arrival[] {
  const told = thereBy(holding).filter((fact) => enteredAt(fact, home) === side)
  const most = told.some((fact) => fact.measures.some((one) => one.unit === unit))
    ? toldMost(told, unit)
    : told
  return most.map((fact) => ({ fact, spots: spotsOf(fact, fact.tells === 'entered' ? 'taken' : 'given') }))
}

/** A place of the goods with the stalls in it, where it is a market. */
interface PlaceIn {
  readonly key: string
  readonly stalls: readonly string[]
  /** Of a stall: its market. */
  readonly inside: string | null
}

function placesOf(came: Goods['came']): PlaceIn[] {
  const places = new Map<string, PlaceIn & { readonly stalls: string[] }>()
  for (const { spots } of came) {
    const [nearest, widest] = [NEAREST(spots), WIDEST(spots)]
    if (nearest === undefined || widest === undefined) continue
    const outer = places.get(widest) ?? { key: widest, stalls: [], inside: null }
    places.set(widest, outer)
    if (!outer.stalls.includes(nearest)) outer.stalls.push(nearest)
    if (nearest !== widest) places.set(nearest, { key: nearest, stalls: [], inside: widest })
  }
  return [...places.values()]
}

function valueAt(
  { key, stalls, inside }: PlaceIn,
  { came }: Goods,
  told: {
    readonly nearest: ReadonlyMap<string, string> | null
    readonly widest: ReadonlyMap<string, string> | null
  },
): string | null {
  const { nearest, widest } = told
  if (nearest !== null)
    return inside === null
      ? stalls.reduce((sum, stall) => addDecimal(sum, nearest.get(stall) ?? '0'), '0')
      : (nearest.get(key) ?? '0')
  if (widest === null) return null
  if (inside === null) return widest.get(key) ?? '0'
  const beside = came.filter(({ spots }) => WIDEST(spots) === inside)
  return beside.every(({ spots }) => NEAREST(spots) === key) ? (widest.get(inside) ?? '0') : null
}

/** What is left at each place; null where records do not tell it of all of them. */
function splitBy(goods: Goods, level: Level): Map<string, string> | null {
  const { came, account, there } = goods
  const keys = came.map(({ spots }) => level(spots))
  const [only, ...others] = new Set(keys)
  if (others.length === 0 && only !== undefined) return new Map([[only, there]])
  const { unit } = account
  if (came.some(({ fact }) => fact.measures.every((one) => one.unit !== unit))) return null
  const left = new Map<string, string>()
  const add = (key: string, value: string): void => {
    left.set(key, addDecimal(left.get(key) ?? '0', value))
  }
  for (const [i, { fact }] of came.entries()) {
    const key = keys[i]
    if (key !== undefined) add(key, sumIn([fact], unit))
  }
  const gone = goneFrom(goods, level, new Set(left.keys()))
  if (gone === null) return null
  for (const [key, value] of gone) add(key, subtractDecimal('0', value))
  const values = [...left.values()]
  const isTold =
    values.every((value) => compareDecimal(value, '0') >= 0) &&
    compareDecimal(values.reduce(addDecimal, '0'), there) <= 0
  return isTold ? left : null
}

/** What left from each of the places; null where something left of which nobody tells from which of them. */
function goneFrom(goods: Goods, level: Level, keys: ReadonlySet<string>): [string, string][] | null {
  const { holding, account, spotsOf, home, side, beyond } = goods
  const { unit } = account
  const isHere = (fact: GoodsFact): boolean => beyond.length === 0 || enteredAt(fact, home) === side
  const here = holding.left.filter((fact) => isHere(fact) && fact.measures.some((one) => one.unit === unit))
  const from = Map.groupBy(here, (fact) => level(spotsOf(fact, 'given')) ?? '')
  const gone: [string, string][] = []
  for (const [key, facts] of from) {
    if (!keys.has(key)) return null
    gone.push([key, totalOf(outOf(facts, unit))])
  }
  // A summary of the whole market and tickets of a stall tell of the same sales.
  const all = totalOf(outOf(here, unit))
  if (
    compareDecimal(
      gone.reduce((sum, [, value]) => addDecimal(sum, value), '0'),
      all,
    ) !== 0
  )
    return null
  for (const { to, value } of account.gave) {
    if (compareDecimal(value, '0') === 0) continue
    const key = givenFrom(goods, level, to)
    if (key !== null && beyond.some(({ spots }) => level(spots) === key)) continue
    if (key === null || !keys.has(key)) return null
    gone.push([key, value], ...backAt(goods, level, { to, key, keys }))
  }
  return gone
}

/** What came back at other places than those from which it went on, as it stands less at the one and more at the other. */
function backAt(
  { holdings, account: { unit }, spotsOf }: Goods,
  level: Level,
  of: { readonly to: number; readonly key: string; readonly keys: ReadonlySet<string> },
): [string, string][] {
  const { back, parents } = holdings[of.to] as Holding
  if (parents.length !== 1) return []
  return mostOf(back, unit).flatMap((fact): [string, string][] => {
    const key = level(spotsOf(fact, fact.tells === 'entered' ? 'taken' : 'given'))
    if (key === undefined || key === of.key || !of.keys.has(key)) return []
    const value = sumIn([fact], unit)
    return [
      [of.key, value],
      [key, subtractDecimal('0', value)],
    ]
  })
}

/** From which of the places goods went on into another lot: where they were sold, else where he has his who gave them. */
function givenFrom({ holdings, came, beyond, spotsOf }: Goods, level: Level, to: number): string | null {
  const told = holdings[to]?.came ?? []
  const sold = told.filter(({ tells }) => tells === 'sold')
  const givers = new Set(told.flatMap(({ giver }) => giver ?? []))
  const places =
    sold.length > 0
      ? sold.map((fact) => level(spotsOf(fact, 'given')))
      : [...came, ...beyond].flatMap(({ spots }) =>
          givers.has(spots[0]?.keeper ?? '') ? [level(spots)] : [],
        )
  const [only, ...others] = new Set(places)
  return others.length === 0 ? (only ?? null) : null
}
