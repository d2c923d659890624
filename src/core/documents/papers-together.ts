import {
  addDecimal,
  compareDecimal,
  divideDecimal,
  maxDecimal,
  minDecimal,
  multiplyDecimal,
  subtractDecimal,
} from '#core/decimal.ts'
import type { NamedGoods } from './goods-match.ts'
import { inUnit, type Measure, sumOf } from './measures.ts'
import { differsFromAll, goodsMeant, type PaperGoods, statedBy } from './paper-goods.ts'

/** How goods that came under several papers of one type are told of one of them. */
export interface Part {
  readonly of: (measures: readonly Measure[]) => Measure[]
  /** What of such a part may have come under the other papers. */
  readonly shared: (measures: readonly Measure[]) => Measure[]
}

/** A part of a gram of what has no end in decimals is nobody's. */
const DIGITS = 3
const LEAST = '0.001'

/**
 * The part of a paper in goods that came under it and others of its type: of all that these state together what it states itself, so that the parts of all are the whole load.
 * Whether a paper was used beyond what it states is known by that where it was never used but with the same others (`isAlways`): then all of them together were. Else only what the others cannot have covered is surely its own.
 * Where one of them states nothing that is known, nobody knows the parts: the whole load may be of this one, and nothing surely is.
 * @param others goods of each other paper; null where no record of it is known
 * @returns null where the goods are another paper's: this one is for other goods
 */
export function partOf(
  named: NamedGoods,
  own: readonly PaperGoods[],
  others: readonly (readonly PaperGoods[] | null)[],
  isAlways: boolean,
): Part | null {
  const fitting = others.filter((goods) => goods === null || differsFromAll(goods, named) === null)
  if (differsFromAll(own, named) !== null && fitting.some((goods) => goods !== null)) return null
  if (fitting.length === 0) return { of: (measures) => [...measures], shared: () => [] }
  const mine = statedOf(own, named)
  const theirs = fitting.map((goods) => (goods === null ? [] : statedOf(goods, named)))
  const beside = (unit: string): string | null => {
    const stated = theirs.map((measures) => inUnit(measures, unit))
    return stated.includes(undefined) ? null : (inUnit(sumOf(theirs.flat()), unit) ?? '0')
  }
  /** In kilograms where all state them, else in the unit of the load. */
  const ratioIn = (unit: string): { readonly own: string; readonly rest: string } | null => {
    for (const one of new Set(['KGM', unit])) {
      const [stated, rest] = [inUnit(mine, one), beside(one)]
      if (stated !== undefined && rest !== null && compareDecimal(stated, '0') > 0)
        return { own: stated, rest }
    }
    return null
  }
  const of = ({ unit, value }: Measure): Measure => {
    const ratio = ratioIn(unit)
    return {
      unit,
      value:
        ratio === null ? value : partIn(value, { part: ratio.own, all: addDecimal(ratio.own, ratio.rest) }),
    }
  }
  const shared = (one: Measure): Measure => {
    const { unit, value } = of(one)
    if (isAlways && ratioIn(unit) !== null) return { unit, value: '0' }
    const rest = beside(unit)
    const surely = rest === null ? '0' : minDecimal(value, maxDecimal('0', subtractDecimal(one.value, rest)))
    return { unit, value: subtractDecimal(value, surely) }
  }
  return {
    of: (measures) => measures.map(of),
    shared: (measures) => measures.map(shared).filter(({ value }) => compareDecimal(value, '0') !== 0),
  }
}

function statedOf(goods: readonly PaperGoods[], named: NamedGoods): readonly Measure[] {
  const meant = goodsMeant(goods, named)
  return meant === null ? statedBy(goods) : (goods[meant]?.stated ?? [])
}

/** As much of a value as one is part of another. Rounded down: the parts are never more than the whole. */
export function partIn(
  value: string,
  { part, all }: { readonly part: string; readonly all: string },
): string {
  const product = multiplyDecimal(value, part)
  const near = divideDecimal(product, all, DIGITS)
  return compareDecimal(multiplyDecimal(near, all), product) > 0 ? subtractDecimal(near, LEAST) : near
}
