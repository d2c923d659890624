import { type CaseGoods, goodsOf, mayBe } from '#core/cases/goods.ts'
import type { TracedRecord } from './traced-record.ts'

/** As much of the record of a link as says what goods went over it. */
export type LinkTeller = Pick<TracedRecord, 'kind' | 'body'>

/** Goods of which nothing is told: those of the code that is asked for, which may stand for several. */
export const ANY_GOODS: CaseGoods = { productClass: null, productCode: null, productName: null }

/**
 * What the goods of a path are called behind a link; null where it is of other goods. A voucher, a batch number or a paper may stand for several products: what came to it as one of them leaves it as
 * that, by the rule by which cases and rehearsals tell them apart (`mayBe`). A transformation makes other goods, of which nothing is known but what it says itself.
 * @param goods what those before the link are called
 */
export function goodsBehind(
  goods: CaseGoods,
  { kind, body }: LinkTeller,
  way: 'back' | 'forward',
): CaseGoods | null {
  if (kind === 'transformation') {
    const product = way === 'back' ? body.input?.product : (body.output?.product ?? body.product)
    return product ? goodsOf({ product }) : ANY_GOODS
  }
  if (!mayBe(goods, kind, body)) return null
  const told = goodsOf(body)
  return {
    productClass: goods.productClass ?? told.productClass,
    productCode: goods.productCode ?? told.productCode,
    productName: goods.productName ?? told.productName,
  }
}

/** Whether goods that are called the one are among those that are called the other, which tells no more of them. */
export const isAmong = (one: CaseGoods, other: CaseGoods): boolean =>
  (['productClass', 'productCode', 'productName'] as const).every(
    (member) => other[member] === null || one[member] === other[member],
  )
