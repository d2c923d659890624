import { memo } from '#core/mapping/run/memo.ts'
import { codeClass, codeOfName } from './code-table.ts'
import { type NamedProduct, namedProduct } from './names.ts'
import type { ProductClass } from './product-class.ts'

/** Words before a name that leave the product what it is. */
const QUALITIES =
  /^(?:本地|国产|有机|绿色|无公害|精品|精选|特级|一级|二级|优质|普通|新鲜|鲜活|散装|农家|大棚|露地|净菜|净|大|小|鲜)/
/** Misreadings that scanned and typed lists carry: 耗牛 for 牦牛, 鸡棕 for 鸡枞. */
const MISREADINGS: readonly (readonly [RegExp, string])[] = [
  [/耗牛/g, '牦牛'],
  [/鸡棕/g, '鸡枞'],
  [/油荬菜/g, '油麦菜'],
  [/西兰化/g, '西兰花'],
  [/蕃茄/g, '番茄'],
  // 莱 and 菜, 士 and 土, 孑 and 子 look alike to a scanner; 莱芜, 蓬莱 and 莱阳 are places.
  [/(?<!蓬)莱(?![芜阳州西])/g, '菜'],
  [/士豆/g, '土豆'],
  [/茄孑/g, '茄子'],
  // Slips of the pen of market lists.
  [/[罗箩]卜/g, '萝卜'],
  [/葫萝卜/g, '胡萝卜'],
  [/碗豆/g, '豌豆'],
  [/([茼蓬])篙/g, '$1蒿'],
  [/磨菇/g, '蘑菇'],
  [/弥猴桃/g, '猕猴桃'],
  [/菠罗(?!蜜)/g, '菠萝'],
  [/哈蜜瓜/g, '哈密瓜'],
  [/马玲薯/g, '马铃薯'],
]
const IMPORTED = /^(?:进口冷冻|进口冻|进口|冷冻|速冻|冻)/
/** Classes that come frozen mostly from abroad; frozen pork and poultry are mostly Chinese. */
const FROZEN_FROM_ABROAD: ReadonlySet<ProductClass> = new Set<ProductClass>([
  'beef',
  'mutton',
  'fish_farmed',
  'fish_wild',
  'shellfish_crustacean',
])
const BRACKETED = /[(（[【].*?[)）\]】]/gu

/** Name in one width, without blanks, with the misreadings of scanned lists mended. */
export const cleanProductName = memo((written) => {
  let name = written.slice(0, 60).normalize('NFKC').replace(/\s+/gu, '')
  for (const [wrong, right] of MISREADINGS) name = name.replace(wrong, right)
  return name
})

/** The name without a remark in brackets. */
export const bareProductName = (name: string): string => name.replace(BRACKETED, '')

function known(name: string): NamedProduct | undefined {
  const named = namedProduct(name)
  if (named !== undefined) return named
  const code = codeOfName(name)
  const codedClass = code === undefined ? undefined : codeClass(code)
  return codedClass === undefined ? undefined : { standard: name, class: codedClass }
}

function imported(product: NamedProduct | undefined, prefix: string): NamedProduct | undefined {
  if (product === undefined) return undefined
  const isAbroad = FROZEN_FROM_ABROAD.has(product.class) || prefix.startsWith('进口')
  return isAbroad ? { ...product, class: 'cold_chain_import' } : product
}

/**
 * What a product name means: by the table of everyday names, by the standard, then without a remark in brackets and without
 * words of quality in front. 冷冻 and 冻 before beef, mutton and seafood, and 进口, make it cold-chain import.
 */
export function readProductName(name: string): NamedProduct | undefined {
  const bare = bareProductName(name)
  const direct = known(name) ?? known(bare)
  if (direct !== undefined) return direct
  const [prefix] = IMPORTED.exec(bare) ?? []
  if (prefix !== undefined) return imported(readProductName(bare.slice(prefix.length)), prefix)
  const plain = bare.replace(QUALITIES, '')
  return plain === bare || plain === '' ? undefined : readProductName(plain)
}
