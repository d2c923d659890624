import { chinaDay } from '#core/dates/china-day.ts'
import { negateDecimal } from '#core/decimal.ts'
import { documentTypeOn } from '#core/documents/document-form.ts'
import type { DocumentType } from '#core/documents/document-type.ts'
import { lastValidDay } from '#core/documents/document-validity.ts'
import { entryPapers, missingPapers } from '#core/documents/entry-papers.ts'
import { requiredDocuments } from '#core/documents/required-documents.ts'
import { isPending } from '#core/findings/finding-kinds.ts'
import { massOf } from '#core/lineage/document-use.ts'
import type { Body } from '#core/model/body.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import type { When } from '#core/model/values.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import { mainProduct, standardName } from './main-products.ts'
import { holderOf, placeOf, type TradersTold } from './market.ts'
import { traderAlone } from './traders.ts'

/**
 * What is counted together. In `entry`, `wholesale`, `retail`, `trade` and `payment` two systems may tell of the same goods or money, so
 * one of them is chosen (`choose.ts`); what the others count is there once.
 */
export const FAMILIES = [
  'entry',
  'wholesale',
  'retail',
  'trade',
  'payment',
  'test',
  'main',
  'document',
  'paper_end',
  'hold',
  'disposal',
  'inspection',
  'finding',
] as const
export type Family = (typeof FAMILIES)[number]

/** Where a line belongs: what is decided about it is decided within one such group. */
export interface GrainKey {
  /** `YYYY-MM-DD` in China, of the event. */
  readonly day: string
  /** Of the market; as a record says it, or as it is known (`advance.ts`). Empty where there is none. */
  readonly place: string
  /** GB/T 2260 code of the leaf; empty where the record has none. */
  readonly region: string
  readonly family: Family
  /** Digest of the stall or trader as he is known, with the goods; or a main product. */
  readonly unit: string
  readonly class: string
}

/** What records of one system add to a grain. */
export interface Line extends GrainKey {
  /** The place as the records say it. */
  readonly said: string
  /** The stall or trader as the records say it (`holderOf`), in families of goods and money; empty where nobody is told. */
  readonly holder: string
  /** Which of those who stand together in the unit it is (`traders.ts`). */
  readonly who: string
  readonly system: string
  readonly detail: string
  readonly records: number
  /** Kilograms and yuan, decimal texts. */
  readonly mass: string
  readonly amount: string
}

/** Times that name no day. */
const NO_DAY: ReadonlySet<string> = new Set(['month', 'year'])
/** Meat is cut where it is sold, so two systems name it differently. */
const CUT: ReadonlySet<string> = new Set(['pork', 'beef', 'mutton'])
/** When results of the morning are published. */
const PUBLISHED_BY = '08:30:00'
const SHORT = 60

/**
 * How the last day of a paper is told: by the rule of its type with what it states, as the check tells it; `stated`: by what it states alone, as it was counted
 * formerly.
 */
export type LastDays = 'ruled' | 'stated'

/** By which rules a record is counted. */
export interface CountRules {
  readonly lastDays: LastDays
  readonly traders: TradersTold
}
const RULES: CountRules = { lastDays: 'ruled', traders: 'coded' }

/** What a record adds to the counters, as its newest version says it; nothing where it has no day. */
export function linesOf(record: CanonicalRecord, { lastDays, traders }: CountRules = RULES): Line[] {
  if (record.status === 'void' && record.kind !== 'document') return []
  const day = dayOf(record.occurredAt)
  if (day === null) return []
  const { said } = placeOf(record)
  const base = {
    day,
    said,
    place: said,
    region: record.region?.code ?? '',
    system: record.system,
    class: record.product?.class ?? '',
    records: 1,
    mass: massOf(record) ?? '0',
    amount: '0',
  }
  const line = (family: Family, detail: string, change: Partial<Line> = {}): Line => ({
    ...base,
    family,
    unit: '',
    holder: '',
    who: '',
    detail,
    ...change,
  })
  const of = (first: 'stall' | 'trader') => unitOf(record, first, traders)
  switch (record.kind) {
    case 'entry':
      return [
        line('entry', `${record.admission ?? 'untold'}|${papersOf(record)}`, {
          ...of('trader'),
        }),
        ...main(record, line, 'seen'),
      ]
    case 'sale':
      return [saleLine(record, line, of), ...main(record, line, 'seen')]
    case 'payment':
      return [
        line('payment', record.method ?? 'unknown', {
          ...of('stall'),
          class: '',
          mass: '0',
          amount: yuan(record),
        }),
      ]
    case 'test':
      return [testLine(record, line), ...main(record, line, isEarly(record.occurredAt) ? 'early' : 'late')]
    case 'document':
      return paperLines(record, line, lastDays)
    case 'hold':
      return [line('hold', record.holdKind ?? 'unknown')]
    case 'disposal':
      return [line('disposal', record.disposalKind ?? 'unknown')]
    case 'inspection':
      return [line('inspection', record.result ?? 'unknown', { class: '', mass: '0' })]
    case 'finding':
      return [
        line(
          'finding',
          `${record.severity ?? 'info'}|${isPending(record.state ?? '') ? 'pending' : 'done'}`,
          {
            class: '',
            mass: '0',
          },
        ),
      ]
    default:
      return []
  }
}

type MakeLine = (family: Family, detail: string, change?: Partial<Line>) => Line

/** The day in China; null where the time names none. */
export const dayOf = (when: When | undefined): string | null =>
  when === undefined || NO_DAY.has(when.precision) ? null : chinaDay(when.at)

/** Whether a test was done by half past eight; of a test that names only the day nobody knows, and it counts as done. */
const isEarly = ({ at, precision }: When = { at: '', precision: 'day' }): boolean =>
  precision === 'day' || at.slice(11, 19) <= PUBLISHED_BY

const yuan = ({ amount }: Body): string => amount?.value ?? '0'

/** Who had them and what they are: of tickets the class, of which a stall has few; of entries and trades each product. */
function unitOf(body: Body, first: 'stall' | 'trader', traders: TradersTold): Pick<Line, 'holder' | 'unit'> {
  const holder = holderOf(body, first, traders)
  const head = traderAlone(holder)
  const { product } = body
  if (first === 'stall' || product === undefined || CUT.has(product.class ?? ''))
    return { holder, unit: head }
  return { holder, unit: `${head} ${(standardName(product) ?? '').slice(0, SHORT)}` }
}

type HeldBy = (first: 'stall' | 'trader') => Pick<Line, 'holder' | 'unit'>

function saleLine(record: CanonicalRecord, line: MakeLine, of: HeldBy): Line {
  const { saleKind = 'untold', refund = false } = record
  const family = saleKind === 'wholesale' ? 'wholesale' : saleKind === 'untold' ? 'trade' : 'retail'
  const signed = (value: string): string => (refund && !value.startsWith('-') ? negateDecimal(value) : value)
  return line(family, refund ? `${saleKind}.refund` : saleKind, {
    ...of(family === 'retail' ? 'stall' : 'trader'),
    mass: signed(massOf(record) ?? '0'),
    amount: signed(yuan(record)),
  })
}

/** A market has a main product where anybody brought or sold it there, and its result where a test was early enough. */
function main(record: CanonicalRecord, line: MakeLine, detail: 'seen' | 'early' | 'late'): Line[] {
  const product = mainProduct(record.product)
  if (product === null || placeOf(record).said === '' || detail === 'late') return []
  return [line('main', detail, { unit: product, class: '', mass: '0' })]
}

function testLine(record: CanonicalRecord, line: MakeLine): Line {
  const { verdict = 'unknown', item = '' } = record.test ?? {}
  const when = isEarly(record.occurredAt) ? 'early' : 'late'
  return line('test', `${verdict}|${when}|${item.slice(0, SHORT)}`, {
    unit: mainProduct(record.product) ?? '',
    mass: '0',
  })
}

/** A paper counts on the day of its issue, where it was issued; and once more on the last day on which it is valid. */
function paperLines(record: CanonicalRecord, line: MakeLine, lastDays: LastDays): Line[] {
  const paper = record.documents?.find(({ role }) => role === 'self') ?? record.documents?.[0]
  const type = paper?.type ?? 'unknown'
  const nowhere = { place: '', said: '' }
  const isVoid = record.status === 'void'
  const issued = line('document', `${type}|${isVoid ? 'void' : 'active'}`, {
    ...nowhere,
    ...(isVoid ? { mass: '0' } : {}),
  })
  const stated = dayOf(paper?.validUntil)
  const until = lastDays === 'stated' ? stated : lastDayOf(paper, stated, record)
  if (until === null || isVoid) return [issued]
  return [issued, line('paper_end', type, { ...nowhere, day: until, mass: '0' })]
}

/** The last day on which a paper is valid, by the rules of its day of issue. */
function lastDayOf(
  paper: NonNullable<Body['documents']>[number] | undefined,
  stated: string | null,
  { occurredAt }: Body,
): string | null {
  const issuedOn = dayOf(paper?.issuedOn ?? occurredAt)
  if (issuedOn === null) return stated
  const type = documentTypeOn((paper?.type ?? 'unknown') as DocumentType, issuedOn)
  return lastValidDay({ type, issuedOn }, stated ?? undefined) ?? null
}

/** How the papers of an entry stand by the rules of its day. */
export type PaperState = 'complete' | 'none' | 'unknown' | 'incomplete' | 'not_required' | 'untold'

/** Of one entry alone: nothing is known here of papers of the lot that the goods were cut from. */
export function papersOf(body: Body): PaperState {
  const papers = entryPapers(body)
  if (papers === null || papers.productClass === null || !Object.hasOwn(PRODUCT_CLASSES, papers.productClass))
    return 'untold'
  const missing = missingPapers(papers)
  if (missing !== null) return missing.state
  return requiredDocuments(papers.productClass as ProductClass, papers.on).length === 0
    ? 'not_required'
    : 'complete'
}
