import { goodsDiffer } from '#core/documents/goods-match.ts'
import { memo } from '#core/mapping/run/memo.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { namesOf } from '#core/products/names.ts'
import { bareProductName, cleanProductName, readProductName } from '#core/products/read-product-name.ts'

/** What the goods of a case are, as far as they are known. */
export interface CaseGoods {
  readonly productClass: string | null
  readonly productCode: string | null
  /** One of the names that mean the same; null where nothing tells. */
  readonly productName: string | null
}

/** Goods that are told apart by their names: carcasses and cuts are not. */
const BY_NAME: ReadonlySet<string> = new Set([
  ...['vegetable', 'mushroom', 'fruit', 'egg', 'soy'],
  ...['fish_farmed', 'fish_wild', 'shellfish_crustacean', 'poultry_meat', 'poultry_live'],
])
/** Names that stand for a whole class. */
const COLLECTIVE: ReadonlySet<string> = new Set(['蔬菜', '水果', '食用菌', '淡水鱼'])

/** A trace asks of each record and link: the names of a day come again and again. */
const knownAs = memo((name) => readProductName(cleanProductName(name)) ?? undefined)
const standardOf = memo((name) => readProductName(name)?.standard ?? name)

/** The goods that a record tells of, by the name that all names of one product have; null where the tables do not know it. */
export function goodsOf({ product }: Pick<Body, 'product'>): CaseGoods {
  const known = product?.name === undefined ? undefined : knownAs(product.name)
  return {
    productClass: product?.class ?? known?.class ?? null,
    productCode: product?.code ?? null,
    productName: known?.standard ?? null,
  }
}

/** What the goods of a record are called in a case: as it is written there, without a remark in brackets where the tables know the name. */
export function writtenName({ product }: Pick<Body, 'product'>): string | null {
  if (product?.name === undefined) return null
  const clean = cleanProductName(product.name)
  return readProductName(clean) === undefined ? product.name : bareProductName(clean)
}

/** The name that all names of one product have; one that the tables do not know stays. */
const sameName = (name: string | null): string | null => (name === null ? null : standardOf(name))

/** Every name under which a case of these goods may stand. */
export function namesAlike(name: string): string[] {
  const standard = readProductName(cleanProductName(name))?.standard
  return standard === undefined ? [name] : [...new Set([name, standard, ...namesOf(standard)])]
}

/** Whether a case of these goods may be that of a name that `goodsOf` gives: plants of two names are two goods. */
export const mayBeNamed = (
  goods: Pick<CaseGoods, 'productName' | 'productClass'>,
  name: string | null,
): boolean =>
  goods.productName === null ||
  name === null ||
  sameName(goods.productName) === name ||
  (goods.productClass !== null && !PLANTS.has(goods.productClass))

const PLANTS: ReadonlySet<string> = new Set(['vegetable', 'mushroom', 'fruit'])

/**
 * Whether what a record tells of may be the goods of a case. A batch number, a voucher or a certificate may stand for several products, and a case is of
 * one of them. What went into another product by a transformation is followed whatever it is called.
 */
export const mayBe = (goods: CaseGoods, kind: Kind, body: Pick<Body, 'product'>): boolean =>
  kind === 'transformation' || mayBeSame(goods, goodsOf(body))

/** Whether goods that are called so, as `goodsOf` says it, may be those. */
export function mayBeSame(goods: CaseGoods, told: CaseGoods): boolean {
  if (goodsDiffer(goods, told) !== null) return false
  const [a, b] = [sameName(goods.productName), sameName(told.productName)]
  if (a === null || b === null || a === b || COLLECTIVE.has(a) || COLLECTIVE.has(b)) return true
  return !BY_NAME.has(goods.productClass ?? '') || !BY_NAME.has(told.productClass ?? '')
}
