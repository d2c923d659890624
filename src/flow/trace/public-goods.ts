import { TESTED_WORDS } from '#core/cases/tested-for.ts'
import { codeName } from '#core/products/code-table.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { bareProductName, cleanProductName, readProductName } from '#core/products/read-product-name.ts'
import { PRODUCTION_KINDS, type ProductionKind } from './public-trace.ts'

/** What is read of a product. */
export interface Goods {
  readonly code?: string | undefined
  readonly name?: string | undefined
  readonly class?: string | undefined
}

/**
 * What the goods are, in words that the hub knows: an everyday name as it was written, else the name of the code, else the title of
 * the class. Anything else that a source wrote as a name may be a person's, and is not shown.
 */
export function publicGoods(goods: Goods | undefined): string | undefined {
  if (!goods) return undefined
  const name = bareProductName(cleanProductName(goods.name ?? ''))
  if (name !== '' && readProductName(name) !== undefined) return name
  return (goods.code ? codeName(goods.code) : undefined) ?? classTitle(goods.class)
}

const classTitle = (productClass: string | undefined): string | undefined =>
  productClass !== undefined && Object.hasOwn(PRODUCT_CLASSES, productClass) && productClass !== 'other'
    ? PRODUCT_CLASSES[productClass as ProductClass][1]
    : undefined

const BY_CLASS: Readonly<Partial<Record<ProductClass, ProductionKind>>> = {
  other_livestock: 'livestock_out',
  poultry_live: 'livestock_out',
  fish_wild: 'catch',
  vegetable: 'harvest',
  mushroom: 'harvest',
  fruit: 'harvest',
  tea_leaf: 'harvest',
  grain_oil: 'harvest',
}

/** How the goods of a production came to be: as its record says, else as goods of their class do; undefined where that differs. */
export const publicProduction = (
  told: string | undefined,
  goods: Goods | undefined,
): ProductionKind | undefined =>
  PRODUCTION_KINDS.find((kind) => kind === told) ??
  (goods?.class === undefined ? undefined : BY_CLASS[goods.class as ProductClass])

/** Words for a test that name no substance. */
const GENERAL = '检疫检验 市场检测 检疫 检验 检测 快检 抽检 快速检测 定性 定量 代谢物'.split(' ')
/** What food is tested for, as quick tests and laboratories write it. */
const TESTED = [...GENERAL, ...TESTED_WORDS].sort((a, b) => b.length - a.length)
const KNOWN = new RegExp(TESTED.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'giu')
const BETWEEN = /^[\s、，,;；/()（）+\-和及与类项目残留总量]*$/u

/** What was tested for, where all of it is known words. */
export function publicItem(text: string | undefined): string | undefined {
  const written = text?.trim() ?? ''
  return written !== '' && written.length <= 40 && BETWEEN.test(written.replace(KNOWN, ''))
    ? written
    : undefined
}
