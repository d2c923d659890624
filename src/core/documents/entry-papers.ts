import type { Body } from '#core/model/body.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { type Alternatives, requiredDocuments } from './required-documents.ts'

/** Goods as they came in, with the types of the papers that their record names. */
export interface EntryPapers {
  readonly productClass: string | null
  /** `YYYY-MM-DD`. */
  readonly on: string
  readonly types: readonly string[]
}

export interface MissingPapers {
  /** `none`: no paper at all; `unknown`: only papers whose type nobody knows; `incomplete`: some groups are answered. */
  readonly state: 'none' | 'unknown' | 'incomplete'
  /** Groups of which no paper is there; one of each is needed. */
  readonly missing: readonly Alternatives[]
}

const isUntold = (type: string): boolean => type === 'unknown' || type === 'other'

/**
 * What papers are missing by the rules of the day; null where nothing is. Of one entry alone: papers of the lot that the goods were cut
 * from count as well, so whoever knows the lot adds their types.
 */
export function missingPapers({ productClass, on, types }: EntryPapers): MissingPapers | null {
  if (productClass === null || !Object.hasOwn(PRODUCT_CLASSES, productClass)) return null
  const groups = requiredDocuments(productClass as ProductClass, on)
  const missing = groups.filter((group) => !group.some((type) => types.includes(type)))
  if (missing.length === 0) return null
  if (types.length === 0) return { state: 'none', missing }
  return { state: types.every(isUntold) ? 'unknown' : 'incomplete', missing }
}

/** The goods and papers of the record of an entry; null where it has no day. */
export function entryPapers(body: Body): EntryPapers | null {
  if (body.occurredAt === undefined) return null
  return {
    productClass: body.product?.class ?? null,
    on: body.occurredAt.at.slice(0, 10),
    types: [
      ...new Set((body.documents ?? []).filter(({ role }) => role === 'upstream').map(({ type }) => type)),
    ],
  }
}
