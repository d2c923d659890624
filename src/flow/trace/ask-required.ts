import { documentForm } from '#core/documents/document-form.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { requiredDocuments } from '#core/documents/required-documents.ts'
import { HubError } from '#core/errors.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import type { ProductClass } from '#core/products/product-class.ts'
import { dayAsked } from './day-asked.ts'
import type { RequiredDocuments } from './schema.ts'

export interface RequiredRequest {
  /** Code of GB/T 7635.1 or a name. */
  readonly product?: string
  readonly class?: ProductClass
  /** `YYYY-MM-DD`; the day of `nowMs` in China where absent. */
  readonly on?: string
  /** Types of document at hand, joined by commas. */
  readonly present?: string
  readonly nowMs: number
}

/**
 * The documents that goods need at a market by the rules of a day, and which of them are missing.
 * HubError `invalid_request` where neither a product nor a class is named, and for an unknown type or day.
 */
export function askRequired(request: RequiredRequest): RequiredDocuments {
  const { product, nowMs } = request
  if (product === undefined && request.class === undefined)
    throw new HubError('invalid_request', { detail: 'name a product or a class' })
  const on = dayAsked(request.on, nowMs)
  const present = typesOf(request.present)
  const known = product === undefined ? undefined : lookupProduct(asInput(product))
  const productClass = request.class ?? known?.class ?? null
  const groups = (productClass === null ? [] : requiredDocuments(productClass, on)).map((types) => ({
    present: types.some((type) => present.has(type)),
    documents: types.map((type) => documentOn(type, on)),
  }))
  return {
    product: known?.name ?? product ?? null,
    productClass,
    on,
    groups,
    isComplete: groups.every((group) => group.present),
  }
}

const asInput = (product: string) => (/^\d{4,8}$/.test(product) ? { code: product } : { name: product })

function typesOf(written: string | undefined): ReadonlySet<string> {
  const types = (written ?? '').split(',').filter((type) => type !== '')
  const unknown = types.find((type) => !Object.hasOwn(DOCUMENT_TYPES, type))
  if (unknown === undefined) return new Set(types)
  throw new HubError('invalid_request', {
    detail: `"${unknown.slice(0, 60)}" is no type of document`,
    members: { known: Object.keys(DOCUMENT_TYPES) },
  })
}

function documentOn(
  type: DocumentType,
  on: string,
): RequiredDocuments['groups'][number]['documents'][number] {
  const [en, zh] = DOCUMENT_TYPES[type]
  const form = documentForm(type, on)?.form
  return { type, title: { en, zh }, ...(form === undefined ? {} : { form }) }
}
