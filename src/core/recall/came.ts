import { addDecimal, maxDecimal, minDecimal, subtractDecimal } from '#core/decimal.ts'
import { TELLINGS } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { isBroughtBack } from './returns.ts'
import { rest } from './settled.ts'
import { mostIn, papersTell, sumIn, toldMost } from './told-most.ts'

/** What came to each holding in one unit, by its index. */
export interface Came {
  /** What came and did not go back; null where nobody tells. */
  readonly kept: (string | null)[]
  /** What whoever gave it took back, or has again as what went on from him says: it lies there as if it had never gone. */
  readonly back: string[]
  /** What is told to have come back to who gave it as another lot: it went on into that. */
  readonly broughtBack: readonly string[]
}

/** What came to each, and what of it went back as far as the records of who has it again tell: these tell of the same goods, whichever way they do. */
export function cameIn(unit: string, holdings: readonly Holding[], sources: ReadonlySet<number>): Came {
  const gross = holdings.map((one) => cameOf(one, unit, sources.has(one.index)))
  const broughtBack = holdings.map(() => '0')
  for (const one of holdings)
    for (const parent of one.parents)
      if (isBroughtBack(holdings[parent] as Holding, one))
        broughtBack[parent] = addDecimal(broughtBack[parent] as string, gross[one.index] ?? '0')
  const back = holdings.map(({ index, back: told }) =>
    minDecimal(gross[index] ?? '0', rest(mostIn(told, unit), broughtBack[index] as string)),
  )
  const kept = gross.map((value, index) =>
    value === null ? null : subtractDecimal(value, back[index] as string),
  )
  return { kept, back, broughtBack }
}

/** Of what each system tells of it, the greatest; a paper is believed only where nothing else tells, at the source what stands nearest to it. */
export function cameOf({ came }: Pick<Holding, 'came'>, unit: string, isSource: boolean): string | null {
  const told = came.filter(({ measures }) => measures.some((one) => one.unit === unit))
  const kinds = TELLINGS.filter((tells) => told.some((fact) => fact.tells === tells))
  const [first] = kinds
  const believed =
    isSource && first ? [first] : kinds.length > 1 ? kinds.filter((one) => one !== 'papered') : kinds
  const sums = believed.map((tells) => {
    const facts = told.filter((fact) => fact.tells === tells)
    if (tells === 'papered') return papersTell(facts, unit)
    return tells === 'entered' ? sumIn(toldMost(facts, unit), unit) : mostIn(facts, unit)
  })
  return sums.length === 0 ? null : sums.reduce(maxDecimal)
}
