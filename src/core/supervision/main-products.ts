import type { ProductPart } from '#core/model/parts.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import type { ProductClass } from '#core/products/product-class.ts'

/** One of the products whose test results a market publishes each morning. */
export interface MainProduct {
  readonly code: string
  readonly title: readonly [en: string, zh: string]
  /** Standard names of the goods, or the class that all goods of it belong to. */
  readonly is: readonly string[] | ProductClass
}

/**
 * The twenty. The provincial report names their number and not the products, so this list is the hub's own: what is sold at each market
 * every day and tested most. Meat counts by its class, because it is cut where it is sold.
 */
export const MAIN_PRODUCTS: readonly MainProduct[] = [
  { code: 'pork', title: ['Pork', '猪肉'], is: 'pork' },
  { code: 'beef', title: ['Beef', '牛肉'], is: 'beef' },
  { code: 'mutton', title: ['Mutton', '羊肉'], is: 'mutton' },
  { code: 'poultry', title: ['Poultry meat', '禽肉'], is: 'poultry_meat' },
  { code: 'egg', title: ['Hen eggs', '鸡蛋'], is: ['鸡蛋'] },
  { code: 'grass_carp', title: ['Grass carp', '草鱼'], is: ['草鱼'] },
  { code: 'crucian_carp', title: ['Crucian carp', '鲫鱼'], is: ['鲫鱼'] },
  { code: 'silver_carp', title: ['Silver and bighead carp', '鲢鳙'], is: ['鲢鱼', '鳙鱼'] },
  { code: 'hairtail', title: ['Hairtail', '带鱼'], is: ['带鱼', '带鱼段'] },
  { code: 'shrimp', title: ['Shrimp', '虾'], is: ['南美白对虾', '对虾', '罗氏沼虾', '河虾'] },
  { code: 'pakchoi', title: ['Pak choi', '小白菜'], is: ['小白菜'] },
  { code: 'cabbage', title: ['Chinese cabbage', '大白菜'], is: ['大白菜'] },
  { code: 'tomato', title: ['Tomato', '番茄'], is: ['番茄'] },
  { code: 'cucumber', title: ['Cucumber', '黄瓜'], is: ['黄瓜'] },
  { code: 'aubergine', title: ['Aubergine', '茄子'], is: ['茄子'] },
  { code: 'chilli', title: ['Chilli', '辣椒'], is: ['辣椒'] },
  { code: 'potato', title: ['Potato', '马铃薯'], is: ['马铃薯'] },
  { code: 'radish', title: ['Radish', '萝卜'], is: ['萝卜'] },
  { code: 'celery', title: ['Celery', '芹菜'], is: ['芹菜'] },
  { code: 'chinese_chives', title: ['Chinese chives', '韭菜'], is: ['韭菜'] },
]

const BY_CLASS = new Map(
  MAIN_PRODUCTS.flatMap(({ code, is }) => (typeof is === 'string' ? [[is as string, code] as const] : [])),
)
const BY_NAME = new Map(
  MAIN_PRODUCTS.flatMap(({ code, is }) =>
    typeof is === 'string' ? [] : is.map((name) => [name, code] as const),
  ),
)

/** Code of the main product that goods are; null where they are none of the twenty. */
export function mainProduct(product: ProductPart | undefined): string | null {
  if (product === undefined) return null
  const byClass = BY_CLASS.get(product.class ?? '')
  if (byClass !== undefined) return byClass
  return BY_NAME.get(standardName(product) ?? '') ?? null
}

/** The name that all names of one product share, else the name as written. */
export function standardName({ code, name }: ProductPart): string | undefined {
  if (name === undefined && code === undefined) return undefined
  const known = lookupProduct({
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
  })
  return known.standardName ?? known.name
}
