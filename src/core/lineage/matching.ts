import { hash } from 'node:crypto'
import { chinaDay } from '#core/dates/china-day.ts'
import { memo } from '#core/mapping/run/memo.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { LotPart } from '#core/model/parts.ts'
import { documentCode, type GraphCode, isCode, lotCode, recordCode } from './codes.ts'
import { few, marketKeys, partyKeys, productKeys, stallKeys, stallNames, supplierKeys } from './match-keys.ts'
import { nightsAfter, nightsBefore, shifted } from './nights.ts'
import { paperKeys } from './paper-keys.ts'

/**
 * Rules by which goods of two records are likely the same although no code says so (linking rules 4 and 5). `stall`: the same stall or trader, the
 * same product, the same day. `supplier`: supplier, product, day and mass within 2 %. `same`: one lot that a stall wrote down in two systems.
 */
export type MatchRule = 'stall' | 'supplier' | 'same'

/** In the order of the numbers under which they are stored. */
export const MATCH_SIDES = [
  'here',
  'taken',
  'tested',
  'sold',
  'received',
  'lot',
  'twin',
  'stock',
  'overnight',
] as const

/**
 * Which end of a match a record is. Goods go from `here` (what came to a stall) to `taken` (what was sold there without naming a lot); a test without a
 * lot is `tested` of what is here; from `sold` to `received`; a line without a code of its own is `twin` of a coded lot, `lot`. `stock` is what a stall sold of, as its sales
 * say: where nobody tells what came there, a test is of that, and of what a wholesaler `sold`. It makes no edge. A test is also `overnight`, of what is
 * `here` on one of the days before it: where nothing else tells of its goods they may have stayed since.
 */
export type MatchSide = (typeof MATCH_SIDES)[number]

/** One way in which a record may meet another: both are of the same who and what, on sides that belong together. */
export interface MatchPoint {
  readonly side: MatchSide
  /** Digest of a stall, a trader or a supplier: a UUID. */
  readonly who: string
  /** Digest of rule, product and day: a UUID. */
  readonly what: string
  /** The day in China, `2024-04-15`; of what came before a test, the day on which it came. */
  readonly day: string
  /** What goes over the edge: a lot, a voucher, or the record itself; null for a test, which is no goods. */
  readonly code: GraphCode | null
  /** Kilograms; null where the record does not tell them. */
  readonly kilograms: string | null
  /** Of one lot that may be written down twice: the papers that it came under (`paperKeys`); null where no paper of a known type is named, and on other sides. */
  readonly papers: readonly string[] | null
}

/** A record that names a stall and its trader: who names one of them from then on means the other too. */
export interface StallTrader {
  readonly stall: string
  readonly trader: string
  readonly day: string
}

/** The trader of a stall, as a record tells it, counts for so many days before and after. */
export const TRADER_DAYS = 60

/** Sides that meet, with the rule and how sure it is; `mass`: only where the masses are within 2 %. */
export const MEETINGS = [
  { from: 'here', to: 'taken', rule: 'stall', confidence: 0.8, mass: false },
  { from: 'sold', to: 'received', rule: 'supplier', confidence: 0.6, mass: true },
  { from: 'lot', to: 'twin', rule: 'same', confidence: 0.8, mass: true },
] as const satisfies readonly {
  readonly from: MatchSide
  readonly to: MatchSide
  readonly rule: MatchRule
  readonly confidence: number
  readonly mass: boolean
}[]

/** A test of what is at a stall concerns the lots that are there (rule 4). */
export const TEST_CONFIDENCE = 0.8

/** Sides that a test without a lot may meet: what came to its stall, else what was sold there. What a ticket alone names, though it is asked for among `stock`, is one of the `tickets`: it is sold. */
export const TESTED_GOODS = {
  here: ['here'],
  sales: ['stock', 'sold'],
  tickets: ['taken'],
} as const satisfies Readonly<Record<string, readonly MatchSide[]>>

/** What a record tells for matching. */
export interface MatchFacts {
  readonly points: readonly MatchPoint[]
  readonly traders: readonly StallTrader[]
}

const NOTHING: MatchFacts = { points: [], traders: [] }
/** Times that name no day. */
const NO_DAY: ReadonlySet<string> = new Set(['month', 'year'])

/**
 * The ways in which a record may meet others; none where it names its goods exactly, or tells too little.
 * @param meant what else its market is called, as `marketKey` gives it: records name one market by its code, by a name of its stalls' sign or of its operator
 */
export function matchFacts(kind: Kind, id: string, body: Body, meant: readonly string[] = []): MatchFacts {
  const at = body.occurredAt
  if (
    !at ||
    NO_DAY.has(at.precision) ||
    (kind !== 'entry' && kind !== 'sale' && kind !== 'dispatch' && kind !== 'test')
  )
    return NOTHING
  const day = chinaDay(at.at)
  if (day === null) return NOTHING
  const ways = [marketKeys(body), meant]
  const stalls = [...new Set(ways.flatMap((markets) => stallKeys(body, markets)))]
  const traders = partyKeys(body, ['owner', 'seller'])
  const names = new Set(ways.flatMap((markets) => stallNames(body, markets)))
  const here = [...stalls, ...traders, ...names]
  return {
    points: pointsOf(kind, id, body, { day, here, stalls, traders }),
    traders: tradersOf(stalls, traders, day),
  }
}

/** `what` of the tests on later days that may be of goods which are `here` by this record. */
export function whatsAfter({ occurredAt: at, product }: Body): string[] {
  const day = at && !NO_DAY.has(at.precision) ? chinaDay(at.at) : null
  const keys = day === null || !product ? [] : productKeys({ product })
  return keys.flatMap((key) => nightsAfter(day as string).map((date) => whatOf('stall', key, date)))
}

const whatOf = (rule: MatchRule, product: string, day: string): string =>
  digest(JSON.stringify([rule, product, day]))

const tradersOf = (stalls: readonly string[], traders: readonly string[], day: string): StallTrader[] =>
  stalls.flatMap((stall) => traders.map((trader) => ({ stall: digest(stall), trader: digest(trader), day })))

function pointsOf(
  kind: Kind,
  id: string,
  body: Body,
  {
    day,
    here,
    stalls,
    traders,
  }: { readonly day: string } & Readonly<Record<'here' | 'stalls' | 'traders', readonly string[]>>,
): MatchPoint[] {
  const products = productKeys(body)
  const points: MatchPoint[] = []
  const kilograms = kilogramsOf(body)
  const papers = paperKeys(body)
  const add = (
    side: MatchSide,
    rule: MatchRule,
    who: readonly string[],
    days: readonly string[],
    code: GraphCode | null,
  ): void => {
    for (const one of who)
      for (const product of products)
        for (const date of days)
          points.push({
            side,
            who: digest(one),
            what: whatOf(rule, product, date),
            day: side === 'overnight' ? date : day,
            code,
            kilograms,
            papers: rule === 'same' ? papers : null,
          })
  }
  const { goods, own, subject, hasOrigin } = goodsOf(kind, id, body)
  if (kind === 'test') {
    if (subject !== null || hasOrigin) return points
    add('tested', 'stall', here, [day], null)
    add('overnight', 'stall', here, nightsBefore(day), null)
    // What a wholesaler sold is found by him, and not by a name that others have elsewhere.
    add('tested', 'supplier', [...stalls, ...traders], [day], null)
    return points
  }
  if (goods === null) return points
  if (kind === 'entry') {
    add('here', 'stall', here, [day], goods)
    add(own === null ? 'lot' : 'twin', 'same', here, [day], goods)
    // Goods that were sold in the evening are written down on the next day.
    if (!hasOrigin)
      add('received', 'supplier', supplierKeys(body, ['supplier']), [day, shifted(day, -1)], goods)
  } else if (kind === 'dispatch')
    add('sold', 'supplier', supplierKeys(body, ['seller', 'shipper', 'owner', 'producer']), [day], goods)
  else if (body.refund !== true) {
    // A summary names the lots that a stall sold of; a ticket names none.
    if (body.saleKind === 'summary' && subject !== null) add('here', 'stall', here, [day], goods)
    if (body.saleKind === 'retail' && !hasOrigin) add('taken', 'stall', here, [day], goods)
    if (body.saleKind === 'wholesale') add('sold', 'supplier', supplierKeys(body, ['seller']), [day], goods)
    for (const code of stockOf(body, goods, subject !== null)) add('stock', 'stall', here, [day], code)
  }
  return points
}

/**
 * Of which goods a stall had, as a sale says. A wholesaler's with a code of his own are found by what he sold; who buys at a counter takes his goods away, and what is left there is of
 * the lots, else of the papers, that the sale names. The lot that a scale prints on its ticket is the stall's, unless the ticket says of which other one it was sold.
 */
function stockOf(body: Body, goods: GraphCode, isOfLot: boolean): GraphCode[] {
  const { saleKind, lots = [], documents = [] } = body
  if (saleKind === 'wholesale') return partyKeys(body, ['seller']).length > 0 ? [] : [goods]
  if (saleKind === 'summary' && isOfLot) return []
  const of = (role: LotPart['role']): readonly LotPart[] => lots.filter((lot) => lot.role === role)
  const named = of('source').length > 0 ? of('source') : of('subject')
  const codes =
    named.length > 0
      ? named.map(({ scheme, value }) => lotCode(scheme, value))
      : documents.filter(({ role }) => role === 'upstream').map(({ number }) => documentCode(number))
  return few(codes.filter(isCode))
}

/** What a record calls its goods, and whether it says itself where they came from. */
function goodsOf(kind: Kind, id: string, body: Body) {
  const { lots = [], documents = [] } = body
  const own = recordCode(kind, id, body)
  const subject = lots.find(({ role }) => role === 'subject')
  const voucher = documents.find(({ role }) => role === 'voucher')
  const code = subject
    ? lotCode(subject.scheme, subject.value)
    : (own ?? (voucher ? documentCode(voucher.number) : null))
  const hasOrigin = [...documents, ...lots].some(({ role }) => role === 'upstream' || role === 'source')
  return { own, subject: subject ?? null, goods: code !== null && isCode(code) ? code : null, hasOrigin }
}

function kilogramsOf({ quantity, mass }: Body): string | null {
  const told = [quantity, mass].find(
    (one) => one?.unit === 'KGM' && one.value !== null && one.value !== undefined,
  )
  return told?.value ?? null
}

/** Stalls, traders and products of a day come again and again. */
const digest = memo((text) => {
  const made = hash('sha256', text, 'hex')
  return `${made.slice(0, 8)}-${made.slice(8, 12)}-${made.slice(12, 16)}-${made.slice(16, 20)}-${made.slice(20, 32)}`
})
