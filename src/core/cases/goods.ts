import { goodsDiffer } from '#core/documents/goods-match.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { cleanProductName, readProductName } from '#core/products/read-product-name.ts'

/** What the goods of a case are, as far as they are known. */
export interface CaseGoods {
  readonly productClass: string | null
  readonly productCode: string | null
  /** Everyday name; null where the tables do not know it. */
  readonly productName: string | null
}

/** Goods that are told apart by their names: carcasses and cuts are not. */
const BY_NAME: ReadonlySet<string> = new Set([
  ...['vegetable', 'mushroom', 'fruit', 'egg', 'soy'],
  ...['fish_farmed', 'fish_wild', 'shellfish_crustacean', 'poultry_meat', 'poultry_live'],
])
/** Names that stand for a whole class. */
const COLLECTIVE: ReadonlySet<string> = new Set(['蔬菜', '水果', '食用菌', '淡水鱼'])

/** The goods that a record tells of. */
export function goodsOf({ product }: Pick<Body, 'product'>): CaseGoods {
  const known = product?.name === undefined ? undefined : readProductName(cleanProductName(product.name))
  return {
    productClass: product?.class ?? known?.class ?? null,
    productCode: product?.code ?? null,
    productName: known?.standard ?? null,
  }
}

/**
 * Whether what a record tells of may be the goods of a case. A batch number, a voucher or a certificate may stand for several products, and a case is of
 * one of them. What went into another product by a transformation is followed whatever it is called.
 */
export function mayBe(goods: CaseGoods, kind: Kind, body: Pick<Body, 'product'>): boolean {
  if (kind === 'transformation') return true
  const told = goodsOf(body)
  if (goodsDiffer(goods, told) !== null) return false
  const { productName: a } = goods
  const { productName: b } = told
  if (a === null || b === null || a === b || COLLECTIVE.has(a) || COLLECTIVE.has(b)) return true
  return !BY_NAME.has(goods.productClass ?? '') || !BY_NAME.has(told.productClass ?? '')
}
