import { compareDecimal } from '#core/decimal.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { sumIn, toldMost } from './told-most.ts'

/**
 * How much of the goods of a holding was turned into others, in one unit. `all`: all that is left of them, for nobody says how much of them it was. `unknown`: that is told in another
 * unit of theirs alone, of which some is left.
 */
export type Turned = { readonly value: string } | 'all' | 'unknown' | null

/**
 * What was turned of each holding. A transformation that says how much went into it took so much; of one that took goods of several holdings nobody knows how much was of which.
 * @param cameIn what came to a holding in a unit; null where that is not told
 */
export function turnedOf(
  holdings: readonly Holding[],
  unit: string,
  cameIn: (unit: string, index: number) => string | null,
): Turned[] {
  const uses = holdings.map((): Map<string, GoodsFact> => new Map())
  const turned = new Set<number>()
  for (const { came, madeFrom } of holdings)
    for (const index of madeFrom) {
      turned.add(index)
      for (const fact of came) if (fact.tells === 'transformed') uses[index]?.set(fact.id, fact)
    }
  return holdings.map(({ index, codes }) => {
    if (!turned.has(index)) return null
    const own = new Set(codes)
    const told = [...(uses[index] as Map<string, GoodsFact>).values()]
    const isWhole = told.length > 0 && told.every(({ from }) => from.every((code) => own.has(code)))
    if (!isWhole) return 'all'
    const inUnit = (of: string): string | null =>
      told.every(({ used = [] }) => used.some((one: Measure) => one.unit === of))
        ? sumIn(
            toldMost(
              told.map((fact) => ({ ...fact, measures: fact.used ?? [] })),
              of,
            ),
            of,
          )
        : null
    const value = inUnit(unit)
    if (value !== null) return { value }
    const others = new Set(told.flatMap(({ used = [] }) => used.map((one) => one.unit)))
    const isPart = [...others].some((other) => {
      const [used, came] = [inUnit(other), cameIn(other, index)]
      return used !== null && came !== null && compareDecimal(used, came) < 0
    })
    return isPart ? 'unknown' : 'all'
  })
}
