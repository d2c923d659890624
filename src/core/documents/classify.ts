import type { Flag } from '#core/flags.ts'
import type { ProductClass } from '#core/products/product-class.ts'
import { documentTypeOn, QUARANTINE_2026 } from './document-form.ts'
import type { DocumentType } from './document-type.ts'

/** What the sender or the goods tell about a document besides its number. */
export interface DocumentHint {
  readonly productClass?: ProductClass
  /** Types that the field of the source may hold. */
  readonly types?: readonly DocumentType[]
  /** Whether the goods come from another province; tells A from B. */
  readonly crossesProvince?: boolean
  /** Date of issue or else of use, `YYYY-MM-DD`. */
  readonly date?: string
}

export interface ClassifiedDocument {
  readonly type: DocumentType
  /** Whether the type was told from the shape of the number alone. */
  readonly guessed: boolean
  readonly flags: readonly Flag[]
}

/** Numbers whose beginning is that of one kind of paper, wherever they stand. */
const CERTAIN: readonly (readonly [RegExp, DocumentType])[] = [
  [/^HGZ\d{8}/, 'promise_cert'],
  [/^CDZM\d{8}/, 'origin_cert'],
  [/^[A-Z]{2}-RP-\d+/, 'meat_quality'],
]
/** Beginnings that single systems use: good where the field may hold the type, or may hold anything. */
const LOCAL: readonly (readonly [RegExp, DocumentType])[] = [
  [/^JC-\d{4}-\d+$/, 'veg_test_cert'],
  [/^JXSG\d{10,}$/, 'sales_voucher'],
  [/^XS\d{11}$/, 'disinfection'],
  [/^HS\d{13}$/, 'lab_report'],
]
/** Lot code of the import cold chain, typed into the field of a certificate. */
const COLD_CHAIN_CODE = /^\d{6}-IMP-\d{8}-/
const QUARANTINE: readonly DocumentType[] = [
  'animal_A',
  'animal_B',
  'product_A',
  'product_B',
  'animal_2026',
  'product_2026',
]
/** Shape that numbers of a type must have, where it is known. */
const SHAPES: Readonly<Partial<Record<DocumentType, RegExp>>> = {
  ...Object.fromEntries(QUARANTINE.map((type) => [type, /^\d{6,20}$/])),
  customs_decl: /^\d{18}$/,
}
const LIVE_CLASSES: readonly ProductClass[] = ['other_livestock', 'poultry_live']
const MEAT_CLASSES: readonly ProductClass[] = ['pork', 'beef', 'mutton', 'poultry_meat']

const certain = (type: DocumentType): ClassifiedDocument => ({ type, guessed: false, flags: [] })
const guess = (type: DocumentType): ClassifiedDocument => ({
  type,
  guessed: true,
  flags: ['W_DOC_TYPE_GUESSED'],
})

function byPrefix(number: string, types: readonly DocumentType[] | undefined): DocumentType | undefined {
  const match = CERTAIN.find(([pattern]) => pattern.test(number))
  if (match !== undefined) return match[1]
  const local = LOCAL.find(([pattern, type]) => pattern.test(number) && (types?.includes(type) ?? true))
  return local?.[1]
}

function fits(number: string, type: DocumentType): boolean {
  return !COLD_CHAIN_CODE.test(number) && (SHAPES[type]?.test(number) ?? true)
}

/** A or B by the border between provinces; without knowing it, neither. */
function quarantineType(kind: 'animal' | 'product', hint: DocumentHint): DocumentType {
  if (hint.date !== undefined && hint.date >= QUARANTINE_2026) return `${kind}_2026`
  if (hint.crossesProvince === undefined) return 'unknown'
  return hint.crossesProvince ? `${kind}_A` : `${kind}_B`
}

function byDigits(number: string, hint: DocumentHint): DocumentType {
  const { productClass } = hint
  if (number.length === 20) return 'sales_voucher'
  if (number.length === 18) return 'customs_decl'
  if (productClass === 'cold_chain_import') return number.length === 15 ? 'import_quarantine' : 'unknown'
  if (number.length < 8 || productClass === undefined) return 'unknown'
  if (LIVE_CLASSES.includes(productClass)) return quarantineType('animal', hint)
  return MEAT_CLASSES.includes(productClass) ? quarantineType('product', hint) : 'unknown'
}

/**
 * Type of a document from its number. A known prefix is certain; a field that holds one type only decides for every number of
 * its shape; digits alone are guessed from their count, the goods, the border and the date, among the types that the field
 * may hold, or that took their place by that date. `unknown` where nothing decides.
 */
export function classifyDocument(written: string, hint: DocumentHint = {}): ClassifiedDocument {
  const number = written.normalize('NFKC').replace(/\s+/gu, '').toUpperCase()
  const prefixed = byPrefix(number, hint.types)
  if (prefixed !== undefined) return certain(prefixed)
  const possible = hint.types?.filter((type) => fits(number, type))
  const [only] = possible ?? []
  if (only !== undefined && hint.types?.length === 1) return certain(only)
  if (!/^\d+$/.test(number)) return guess('unknown')
  const type = byDigits(number, hint)
  const { date = '' } = hint
  const isPossible = possible?.some((one) => documentTypeOn(one, date) === type) ?? true
  return guess(isPossible ? type : 'unknown')
}
