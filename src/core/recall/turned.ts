import { addDecimal, compareDecimal, minDecimal } from '#core/decimal.ts'
import { joiner } from '#core/joiner.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { rest } from './settled.ts'
import { sumIn, toldMost } from './told-most.ts'

/** What one transformation took, in one unit, of the goods of some holdings together. */
export interface Use {
  readonly of: readonly number[]
  readonly value: string
}

/**
 * How much of the goods of a holding was turned into others, in one unit. `all`: all that is left of them, for nobody says how much of them it was. `unknown`: that is told in another
 * unit of theirs alone, of which some is left.
 */
export type Turned = readonly Use[] | 'all' | 'unknown' | null

/** A transformation as a record tells it, and the holdings of which it took. */
interface Told {
  readonly fact: GoodsFact
  readonly of: readonly number[]
}

/**
 * What was turned of each holding. A transformation that says how much went into it took so much, of several holdings together where it took goods of several.
 * @param cameIn what came to a holding in a unit; null where that is not told
 */
export function turnedOf(
  holdings: readonly Holding[],
  unit: string,
  cameIn: (unit: string, index: number) => string | null,
): Turned[] {
  const told = transformations(holdings)
  const turned = new Set(holdings.flatMap(({ madeFrom }) => madeFrom))
  const byHolding = holdings.map((): Told[] => [])
  for (const one of told) for (const index of one.of) byHolding[index]?.push(one)
  const uses = usesIn(told, unit)
  return holdings.map(({ index }) => {
    if (!turned.has(index)) return null
    const own = byHolding[index] as Told[]
    if (own.length > 0 && own.every(({ fact }) => tellsIn(fact, unit)))
      return uses.filter(({ of }) => of.includes(index)).sort((a, b) => a.of.length - b.of.length)
    const others = new Set(own.flatMap(({ fact: { used = [] } }) => used.map((one) => one.unit)))
    const isPart = [...others].some((other) => {
      const came = cameIn(other, index)
      const isTold = own.every(({ fact, of }) => tellsIn(fact, other) && of.length === 1)
      if (!isTold || came === null) return false
      const used = usesIn(own, other).reduce((sum, { value }) => addDecimal(sum, value), '0')
      return compareDecimal(used, came) < 0
    })
    return isPart ? 'unknown' : 'all'
  })
}

const tellsIn = ({ used = [] }: GoodsFact, unit: string): boolean => used.some((one) => one.unit === unit)

/** Each transformation with what it took goods of: what it names, or what came under the paper that it names. */
function transformations(holdings: readonly Holding[]): Told[] {
  const places = new Map<GraphCode, number>()
  for (const { index, codes } of holdings) for (const code of codes) places.set(code, index)
  const above: Set<number>[] = []
  for (const { index, parents } of holdings)
    above[index] = new Set([index, ...parents.flatMap((parent) => [...(above[parent] ?? [])])])
  const isUnder = (index: number, code: GraphCode): boolean => {
    const place = places.get(code)
    if (place !== undefined) return above[index]?.has(place) === true
    return holdings[index]?.came.some(({ from }) => from.includes(code)) === true
  }
  const told = new Map<string, { readonly fact: GoodsFact; readonly of: Set<number> }>()
  for (const { came, madeFrom } of holdings)
    for (const fact of came) {
      if (fact.tells !== 'transformed') continue
      const of = madeFrom.filter((index) => fact.from.some((code) => isUnder(index, code)))
      const one = told.get(fact.id) ?? { fact, of: new Set() }
      for (const index of of) one.of.add(index)
      told.set(fact.id, one)
    }
  return [...told.values()].map(({ fact, of }) => ({ fact, of: [...of].sort((a, b) => a - b) }))
}

/** What they took in a unit; what two systems tell of the same holdings is the same. */
function usesIn(told: readonly Told[], unit: string): Use[] {
  const joined = joiner([])
  for (const { of } of told)
    for (const index of of) {
      joined.add(`${index}`)
      joined.join(`${of[0]}`, `${index}`)
    }
  const inUnit = told.filter(({ fact, of }) => of.length > 0 && tellsIn(fact, unit))
  return [...Map.groupBy(inUnit, ({ of }) => joined.find(`${of[0]}`)).values()].flatMap((some) => {
    const holdings = new Map(some.map(({ fact, of }) => [fact.id, of]))
    const facts = some.map(({ fact }) => ({ ...fact, measures: fact.used ?? [] }))
    return toldMost(facts, unit).map((fact) => ({
      of: holdings.get(fact.id) ?? [],
      value: sumIn([fact], unit),
    }))
  })
}

/** What was taken of the goods of one holding alone. */
export const turnedAlone = (turned: Turned): string =>
  turned === null || turned === 'all' || turned === 'unknown'
    ? '0'
    : turned.reduce((sum, { of, value }) => (of.length === 1 ? addDecimal(sum, value) : sum), '0')

/** What is turned of holdings where so much is left of each; of what was taken of several together each gives what it has, one after the other. */
export function takeTurned(): (uses: readonly Use[], index: number, left: string) => string {
  const taken = new Map<Use, Map<number, string>>()
  return (uses, index, left) => {
    let turned = '0'
    for (const use of uses) {
      const parts = taken.get(use) ?? new Map<number, string>()
      const others = [...parts].flatMap(([of, value]) => (of === index ? [] : value)).reduce(addDecimal, '0')
      const part = minDecimal(rest(use.value, others), rest(left, turned))
      taken.set(use, parts.set(index, part))
      turned = addDecimal(turned, part)
    }
    return turned
  }
}
