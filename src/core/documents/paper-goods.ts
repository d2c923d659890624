import { speciesIn } from '#core/products/animals.ts'
import { goodsDiffer, kindOf, type NamedGoods } from './goods-match.ts'
import { type Measure, sumOf } from './measures.ts'

/** Goods of one kind that a paper is for, with what it states of them. */
export interface PaperGoods extends NamedGoods {
  readonly name: string | null
  /** Code of GB/T 7635.1, where the source or the name tells it. */
  readonly code: string | null
  readonly stated: readonly Measure[]
  /** What of that went back to who sold it (a refund under the same voucher). */
  readonly back: readonly Measure[]
}

/**
 * The lines of a paper by what tells goods apart: carcasses and cuts of pork are one, tomatoes and aubergines are two. Each bears the name of
 * its first line.
 */
export function goodsOfLines(lines: readonly PaperGoods[]): PaperGoods[] {
  const groups = Map.groupBy(lines, (line) => JSON.stringify([line.productClass, kindOf(line)]))
  return [...groups.values()].map((group) => ({
    ...(group[0] as PaperGoods),
    stated: sumOf(group.flatMap(({ stated }) => stated)),
    back: sumOf(group.flatMap(({ back }) => back)),
  }))
}

/**
 * The goods of a voucher with what of them went back. A refund that does not tell of which goods it is may be of any of those that it fits: nothing more comes in of these than
 * would without them. Of a voucher of which only refunds are known nothing is stated.
 */
export function withRefunds(sold: readonly PaperGoods[], refunds: readonly PaperGoods[]): PaperGoods[] {
  const none = goodsOfLines(
    refunds.map((one) => ({ ...one, stated: one.back.map(({ unit }) => ({ unit, value: '0' })) })),
  )
  if (sold.length === 0) return none
  return sold.map((goods, n) => {
    const of = refunds.filter((one) => {
      const meant = goodsMeant(sold, one)
      return meant === null ? goodsDiffer(goods, one) === null : meant === n
    })
    return { ...goods, back: sumOf([...goods.back, ...of.flatMap(({ back }) => back)]) }
  })
}

/** All that a paper states, whatever the goods. */
export const statedBy = (goods: readonly PaperGoods[]): Measure[] =>
  sumOf(goods.flatMap(({ stated }) => stated))

/** The names of the goods of a paper; null where it names none. */
export function namesOf(goods: readonly PaperGoods[], between: string): string | null {
  const names = goods.flatMap(({ name, code, productClass }) => name ?? code ?? productClass ?? [])
  return names.length > 0 ? names.join(between) : null
}

/** How goods differ from all that a paper is for: in their class, or from one of them in the kind alone; null: they are, or may be, of the paper. */
export function differsFromAll(goods: readonly NamedGoods[], named: NamedGoods): 'class' | 'kind' | null {
  const differ = goods.map((one) => goodsDiffer(one, named))
  if (differ.length === 0 || differ.includes(null)) return null
  return differ.includes('kind') ? 'kind' : 'class'
}

/**
 * Which of the goods of a paper are meant, by their place in its list. What comes under a paper for one kind of goods is taken from them,
 * whatever it is. Null: nobody can tell, because nothing is known of them, several fit, or none.
 */
export function goodsMeant(goods: readonly NamedGoods[], named: NamedGoods): number | null {
  if (goods.length <= 1) return goods.length === 0 ? null : 0
  const near = goods.map((one) => (goodsDiffer(one, named) === null ? nearness(one, named) : -1))
  const most = Math.max(...near)
  return most > 0 && near.indexOf(most) === near.lastIndexOf(most) ? near.indexOf(most) : null
}

/** Of goods that do not differ: the same plant or fish before the same species of the same class, before others of the class, before kindred ones. */
function nearness(one: NamedGoods, named: NamedGoods): number {
  const kind = kindOf(one)
  const isSameKind = kind !== null && kind === kindOf(named)
  const isSameClass = one.productClass !== null && one.productClass === named.productClass
  if (isSameKind && (isSameClass || speciesIn(kind) === undefined)) return 3
  if (isSameClass) return 2
  return one.productClass === null || named.productClass === null ? 0 : 1
}
