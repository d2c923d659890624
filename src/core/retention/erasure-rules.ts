import type { Issue } from '#core/issue.ts'
import { KINDS, type Kind } from '#core/model/kinds.ts'
import type { ProductClass } from '#core/products/product-class.ts'

/**
 * What a rule erases. `records`: what is of persons in records, in what was made of them, and the bytes of the messages that brought them; `messages`:
 * the bytes of every message and the values that receipts quote, so also of what was sent once more and changed nothing; `rejections`: what was refused or
 * waits for another part, with its source, and values that no mapping knows.
 */
export const ERASED_CLASSES = ['records', 'messages', 'rejections'] as const
export type ErasedClass = (typeof ERASED_CLASSES)[number]

/** Kinds that go by age. Holds, inspections and findings are proceedings of an authority, which keeps them by rules of its own: they are erased on request. */
const PROCEEDINGS: readonly Kind[] = ['hold', 'inspection', 'finding']
export const RULED_KINDS = KINDS.filter((kind) => !PROCEEDINGS.includes(kind))

/** What a rule is about; a list that is absent means all. */
export interface ErasureScope {
  readonly classes: readonly ErasedClass[]
  readonly systems?: readonly string[]
  readonly kinds?: readonly Kind[]
  readonly productClasses?: readonly ProductClass[]
  /** Days after the newest version of a record was stored, or a message came, or a rejection was last seen. */
  readonly afterDays: number
}

/** Never fewer than the days of six months, or of two years. */
const SIX_MONTHS = 184
const TWO_YEARS = 731
export const LONGEST_DAYS = 36_500

/** Goods as they are grown, bred or caught: for them art. 65 of the Food Safety Law holds, for other food art. 50. */
const FARM_PRODUCTS: readonly ProductClass[] = [
  'pork',
  'beef',
  'mutton',
  'other_livestock',
  'poultry_live',
  'poultry_meat',
  'egg',
  'fish_farmed',
  'fish_wild',
  'shellfish_crustacean',
  'vegetable',
  'mushroom',
  'fruit',
  'tea_leaf',
]
/** Kinds of which a trader must keep what it says. */
const OF_TRADERS: readonly Kind[] = ['document', 'dispatch', 'entry', 'test', 'sale', 'payment']

/** For how long the law wants something kept, and which. */
export interface LegalLeast {
  readonly days: number
  readonly law: string
}

const MESSAGES: LegalLeast = { days: SIX_MONTHS, law: '网络安全法 art. 23(3): six months' }
const PRODUCTION: LegalLeast = { days: TWO_YEARS, law: '农产品质量安全法 art. 27: two years' }
const REGISTERED: LegalLeast = {
  days: SIX_MONTHS,
  law: '食用农产品市场销售质量安全监督管理办法: six months after a seller stops selling',
}
const FARM: LegalLeast = { days: SIX_MONTHS, law: '食品安全法 art. 65: six months' }
/** No source tells of a shelf life, so that the span of goods without one holds. */
const FOOD: LegalLeast = {
  days: TWO_YEARS,
  law: '食品安全法 art. 50, 51 and 53: two years where no shelf life is stated',
}

function leastOfKind(kind: Kind, productClasses: ErasureScope['productClasses']): LegalLeast {
  if (kind === 'production') return PRODUCTION
  if (kind === 'party' || kind === 'site') return REGISTERED
  const isFarm = productClasses?.every((one) => FARM_PRODUCTS.includes(one)) ?? false
  return isFarm && OF_TRADERS.includes(kind) ? FARM : FOOD
}

/** The longest of what the law wants kept of what a rule is about; null where it wants nothing: what became no record is no voucher. */
export function leastOf({ classes, kinds = RULED_KINDS, productClasses }: ErasureScope): LegalLeast | null {
  const all = [
    ...(classes.includes('messages') ? [MESSAGES] : []),
    ...(classes.includes('records') ? kinds.map((kind) => leastOfKind(kind, productClasses)) : []),
  ]
  return all.reduce<LegalLeast | null>((most, one) => (most && most.days >= one.days ? most : one), null)
}

/** What is wrong with a rule; nothing where it may be set. */
export function ruleIssues(scope: ErasureScope): Issue[] {
  const issues: Issue[] = []
  const othersToo = scope.classes.some((one) => one !== 'records')
  for (const name of ['kinds', 'productClasses'] as const)
    if (scope[name] && othersToo)
      issues.push({
        path: `/${name}`,
        code: 'E_SCHEMA',
        reason: 'only records have it: messages and rejections are of a system alone',
        fix: 'Name the class "records" alone here, and make another rule for the others.',
      })
  const least = leastOf(scope)
  if (least && scope.afterDays < least.days)
    issues.push({
      path: '/afterDays',
      code: 'E_SCHEMA',
      value: String(scope.afterDays),
      reason: `the law wants this kept for longer: ${least.law}`,
      fix: `At least ${least.days} days.`,
    })
  return issues
}
