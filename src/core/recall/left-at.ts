import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { type Account, enteredAt, outOf, totalOf } from './settled.ts'
import type { Spot, SpotReader } from './spots.ts'
import { sumIn, toldMost } from './told-most.ts'

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
  readonly atSites: string
  readonly home: string | null
  readonly spotsOf: SpotReader
  /** Records by which its goods are somewhere, each once, and the places that they tell of. */
  readonly came: readonly { readonly fact: GoodsFact; readonly spots: readonly Spot[] }[]
}

/**
 * What should still be at the places of one lot, in one unit: what came there less what left there, as the records of the place tell. Where these do not add up for each stall, they may for
 * each market; together they are never more than is left of the lot.
 */
export function leftOf(of: Omit<Goods, 'came' | 'atSites'>): LeftAt[] {
  const { account, holding, home, spotsOf } = of
  const { atSites } = account.found
  if (atSites === undefined && !account.isUntold) return []
  const [side, told] = arrivalsOf(holding, home)
  const most = told.some((fact) => fact.measures.some(({ unit }) => unit === account.unit))
    ? toldMost(told, account.unit)
    : told
  const came = most.map((fact) => ({ fact, spots: spotsOf(fact, side) }))
  if (atSites === undefined) return placesOf(came).map(({ key }) => ({ key, value: null }))
  const goods = { ...of, atSites, came }
  const nearest = splitBy(goods, NEAREST)
  const widest = nearest === null ? splitBy(goods, WIDEST) : null
  return placesOf(goods.came).map((place) => ({
    key: place.key,
    value: valueAt(place, goods, { nearest, widest }),
  }))
}

/** Records that say where the goods of a lot are: where they came to, else where they were made; none that were refused or left the region. */
function arrivalsOf({ came }: Holding, home: string | null): ['taken' | 'given', GoodsFact[]] {
  const entered = came.filter(({ tells }) => tells === 'entered')
  if (entered.length > 0) {
    const here = entered.filter((fact) => enteredAt(fact, home) === 'atSites')
    return ['taken', here]
  }
  return ['given', came.filter(({ tells }) => tells === 'made' || tells === 'transformed')]
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
  const { came, account, atSites } = goods
  const keys = came.map(({ spots }) => level(spots))
  const [only, ...others] = new Set(keys)
  if (others.length === 0 && only !== undefined) return new Map([[only, atSites]])
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
    compareDecimal(values.reduce(addDecimal, '0'), atSites) <= 0
  return isTold ? left : null
}

/** What left from each of the places; null where something left of which nobody tells from which of them. */
function goneFrom(goods: Goods, level: Level, keys: ReadonlySet<string>): [string, string][] | null {
  const { holding, account, spotsOf, home } = goods
  const { unit } = account
  const here = holding.left.filter(
    (fact) => enteredAt(fact, home) === 'atSites' && fact.measures.some((one) => one.unit === unit),
  )
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
    if (key === null || !keys.has(key)) return null
    gone.push([key, value])
  }
  return gone
}

/** From which of the places goods went on into another lot: where they were sold, else where he has his who gave them. */
function givenFrom({ holdings, came, spotsOf }: Goods, level: Level, to: number): string | null {
  const told = holdings[to]?.came ?? []
  const sold = told.filter(({ tells }) => tells === 'sold')
  const givers = new Set(told.flatMap(({ giver }) => giver ?? []))
  const places =
    sold.length > 0
      ? sold.map((fact) => level(spotsOf(fact, 'given')))
      : came.flatMap(({ spots }) => (givers.has(spots[0]?.keeper ?? '') ? [level(spots)] : []))
  const [only, ...others] = new Set(places)
  return others.length === 0 ? (only ?? null) : null
}
