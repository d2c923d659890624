import { chinaDay } from '#core/dates/china-day.ts'
import { negateDecimal } from '#core/decimal.ts'
import { entryPapers, missingPapers } from '#core/documents/entry-papers.ts'
import { lotCode, recordCode } from '#core/lineage/codes.ts'
import { productKeys } from '#core/lineage/match-keys.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { FlowPart } from '#core/model/parts.ts'
import type { Quantity } from '#core/model/values.ts'
import { type GoodsSite, goodsSite, stallOf } from './goods-site.ts'
import type { LotFlow } from './lot-balance.ts'
import { traderOf } from './parties.ts'

/** What one record says of goods at a place; numbers are decimal text, a refund is below zero. */
export interface GoodsMove extends GoodsSite {
  readonly flow: Exclude<LotFlow, 'taken'>
  readonly stall: string | null
  /** Whose goods they are where no stall is told, as `traderOf` calls him; null where nobody is named. */
  readonly trader: readonly string[] | null
  readonly summary: Summary | null
  /** `YYYY-MM-DD` in China. */
  readonly day: string
  /** What the product is told apart by: for meat its class, because it is cut where it is sold, else its everyday name, else its code. */
  readonly goods: string
  readonly productClass: string | null
  /** Graph code of the lot, or of the record where it alone names the goods. */
  readonly code: string | null
  readonly kilograms: string | null
  readonly count: string | null
  readonly countUnit: string | null
  /** Papers that the rules of the day ask for are not named in it. */
  readonly isBare: boolean
  /** A mass, unit or price in it cannot be right. */
  readonly isSuspect: boolean
}

/** Of what a record tells the sum of a day: of one stall or trader, or of the place as a whole. */
export type Summary = 'part' | 'whole'

/** Times that name no day. */
const NO_DAY: ReadonlySet<string> = new Set(['month', 'year'])

/** What moved by a record: nothing where it names no place, product or day, or goods that were not let in. */
export function goodsMoves(kind: Kind, id: string, body: Body): GoodsMove[] {
  const site = goodsSite(body)
  const at = body.occurredAt
  const day = at === undefined || NO_DAY.has(at.precision) ? null : chinaDay(at.at)
  if (site === null || day === null) return []
  const lot = body.lots?.find(({ role }) => role === 'subject')
  const stall = stallOf(body)
  const trader = traderOf({ kind, body })
  const isWhole = stall === null && trader === null
  const shared = {
    ...site,
    stall,
    trader: stall === null ? trader : null,
    summary: body.saleKind === 'summary' ? (isWhole ? ('whole' as const) : ('part' as const)) : null,
    day,
    code: lot ? lotCode(lot.scheme, lot.value) : recordCode(kind, id, body),
    isBare: isBare(kind, body),
    isSuspect: body.flags.includes('W_UNIT_SUSPECT'),
  }
  return flowsOf(kind, body).flatMap(({ flow, part }) => {
    const product = part.product ?? body.product
    const goods = product && productKeys({ product }).at(-1)
    if (goods === undefined) return []
    const sign = body.refund === true
    return [{ ...shared, flow, goods, productClass: product?.class ?? null, ...measured(part, sign) }]
  })
}

interface FlowOf {
  readonly flow: GoodsMove['flow']
  readonly part: Pick<FlowPart, 'product' | 'quantity' | 'mass'>
}

function flowsOf(kind: Kind, body: Body): FlowOf[] {
  switch (kind) {
    case 'production':
      return body.productionKind === 'planting' ? [] : [{ flow: 'made', part: body }]
    case 'transformation':
      return [
        ...(body.input ? [{ flow: 'used' as const, part: body.input }] : []),
        ...(body.output ? [{ flow: 'made' as const, part: body.output }] : []),
      ]
    case 'dispatch':
      return [{ flow: 'sent', part: body }]
    case 'entry':
      return body.admission?.startsWith('refused') ? [] : [{ flow: 'entered', part: body }]
    case 'sale':
      return [{ flow: 'sold', part: body }]
    case 'disposal':
      return [{ flow: body.disposalKind === 'returned' ? 'returned' : 'lost', part: body }]
    default:
      return []
  }
}

/** Kilograms and count of a part of a record. */
export function measured(
  { quantity, mass }: { readonly quantity?: Quantity | undefined; readonly mass?: Quantity | undefined },
  isRefund = false,
): { kilograms: string | null; count: string | null; countUnit: string | null } {
  const signed = (value: string | null | undefined): string | null =>
    value === null || value === undefined
      ? null
      : isRefund && !value.startsWith('-')
        ? negateDecimal(value)
        : value
  const weighed = [quantity, mass].find((one) => one?.unit === 'KGM' && one.value !== null)
  const counted = [quantity, mass].find(
    (one) => one !== undefined && one.unit !== 'KGM' && one.value !== null,
  )
  return {
    kilograms: signed(weighed?.value),
    count: signed(counted?.value),
    countUnit: counted?.unit ?? null,
  }
}

/** Goods that came in, or were traded at a wholesale market, without the papers that the rules of the day ask for. */
function isBare(kind: Kind, body: Body): boolean {
  const isAsked =
    (kind === 'entry' && body.admission !== 'admitted_after_test' && body.admission !== 'pending') ||
    (kind === 'sale' && body.saleKind === 'wholesale' && body.refund !== true)
  if (!isAsked) return false
  const papers = entryPapers(body)
  return papers !== null && missingPapers(papers) !== null
}
