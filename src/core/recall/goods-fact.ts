import { type CaseGoods, goodsOf } from '#core/cases/goods.ts'
import { documentCode, type GraphCode, isCode, lotCode, recordCode } from '#core/lineage/codes.ts'
import { boothKey } from '#core/lineage/match-keys.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { DocumentPart, LotPart } from '#core/model/parts.ts'
import { normaliseCode } from '#core/text.ts'
import { type Keeper, keeperOf, type Place, placesOf } from './place.ts'

/** A value in one unit: KGM, HEA, H87 or PKG. Units are never added to each other. */
export interface Measure {
  readonly value: string
  readonly unit: string
}

/** What a record tells of goods, in the order in which it is believed of goods at their source. */
export const TELLINGS = ['dispatched', 'made', 'transformed', 'entered', 'papered', 'sold'] as const
/** How goods are told to leave a holding without going into another. */
export const LEAVINGS = ['ticket', 'summary', 'disposed', 'returned'] as const
export type Telling = (typeof TELLINGS)[number] | (typeof LEAVINGS)[number]

/** What one record tells of the path of goods; names of persons are only in keys, which are compared and never shown. */
export interface GoodsFact {
  readonly id: string
  readonly version: number
  readonly kind: Kind
  readonly system: string
  readonly tells: Telling
  /** What the goods are called after it. */
  readonly goods: readonly GraphCode[]
  /** Papers that they leave under: other names of the same goods, where those are reached. Of goods sold to consumers what names them when they are gone. */
  readonly papers: readonly GraphCode[]
  /** What they were called before. */
  readonly from: readonly GraphCode[]
  /** Types of the papers that the record names, by their codes. */
  readonly types: Readonly<Record<GraphCode, string>>
  readonly measures: readonly Measure[]
  /** Of a transformation how much went into it. */
  readonly used?: readonly Measure[]
  /** Who gave and who took them, as compared. */
  readonly giver: string | null
  readonly taker: string | null
  readonly refused: boolean
  readonly refund: boolean
  /** What the goods are by its words, and what they were before. */
  readonly called?: { readonly goods: CaseGoods; readonly from: CaseGoods }
  readonly product: string | null
  readonly productClass: string | null
  /** Where the goods are from, where it happened, and where they go; GB/T 2260. */
  readonly origin: string | null
  readonly region: string | null
  readonly destination: string | null
  readonly places: readonly Place[]
  /** Those who had or got the goods. */
  readonly keepers: readonly Keeper[]
  /** ISO text, or null. */
  readonly at: string | null
}

const lots = (body: Body, role: LotPart['role']): GraphCode[] =>
  (body.lots ?? []).filter((lot) => lot.role === role).map((lot) => lotCode(lot.scheme, lot.value))
const typesOf = ({ documents = [] }: Body): Record<GraphCode, string> =>
  Object.fromEntries(documents.map(({ number, type }) => [documentCode(number), type]))
const papers = (body: Body, role: DocumentPart['role']): GraphCode[] =>
  (body.documents ?? []).filter((one) => one.role === role).map((one) => documentCode(one.number))

interface Names {
  readonly tells: Telling
  readonly goods: readonly GraphCode[]
  readonly papers?: readonly GraphCode[]
  readonly from: readonly GraphCode[]
}

/** What the record tells of goods; null for records that move none: payments, tests, holds, visits, master data, and what is void. */
export function goodsFact({ id, version, kind, system, status, body }: TracedRecord): GoodsFact | null {
  if (status !== 'active') return null
  const names = namesOf(kind, id, body)
  if (names === null) return null
  const product = body.output?.product ?? body.product
  return {
    id,
    version,
    kind,
    system,
    tells: names.tells,
    goods: names.goods.filter(isCode),
    papers: (names.papers ?? []).filter(isCode),
    from: names.from.filter(isCode),
    types: typesOf(body),
    measures: measuresOf(kind === 'transformation' ? (body.output ?? {}) : body),
    ...(kind === 'transformation' ? { used: measuresOf(body.input ?? {}) } : {}),
    ...tradersOf(kind, body),
    refused: body.admission?.startsWith('refused') === true,
    refund: body.refund === true,
    called: calledBy(kind, body),
    product: product?.name ?? null,
    productClass: product?.class ?? null,
    origin: body.origin?.code ?? null,
    region: body.region?.code ?? null,
    destination: body.destination?.code ?? null,
    places: placesOf(body),
    keepers: (body.parties ?? []).flatMap(keeperOf),
    at: body.occurredAt?.at ?? null,
  }
}

function calledBy(kind: Kind, body: Body): NonNullable<GoodsFact['called']> {
  const of = (product: Body['product']): CaseGoods => goodsOf(product ? { product } : {})
  if (kind === 'transformation')
    return { goods: of(body.output?.product ?? body.product), from: of(body.input?.product) }
  const goods = of(body.product)
  return { goods, from: goods }
}

function namesOf(kind: Kind, id: string, body: Body): Names | null {
  const subject = lots(body, 'subject')
  const own = recordCode(kind, id, body)
  const vouchers = papers(body, 'voucher')
  const under = [...papers(body, 'upstream'), ...lots(body, 'source')]
  const named = subject.length > 0 ? subject : own === null ? vouchers : [own]
  if (kind === 'production') return { tells: 'made', goods: named, from: under }
  if (kind === 'entry') return { tells: 'entered', goods: named, from: under }
  if (kind === 'dispatch') {
    const leaves = body.sites?.some(({ role }) => role === 'farm') === true
    const upstream = papers(body, 'upstream')
    if (!leaves) return { tells: 'dispatched', goods: named, from: under }
    return {
      tells: 'dispatched',
      goods: named,
      papers: [...upstream, ...vouchers],
      from: lots(body, 'source'),
    }
  }
  if (kind === 'sale') return soldNames(body, { id, own, subject, vouchers, under })
  if (kind === 'disposal') {
    const tells = body.disposalKind === 'returned' ? 'returned' : 'disposed'
    return { tells, goods: subject, from: subject.length > 0 ? [] : under }
  }
  if (kind === 'transformation')
    return {
      tells: 'transformed',
      goods: [...flow(body.output, body, 'output')],
      from: [...flow(body.input, body, 'input')],
    }
  if (kind === 'document') return paperNames(body, subject)
  return null
}

function soldNames(
  body: Body,
  of: {
    readonly id: string
    readonly own: GraphCode | null
    readonly subject: readonly GraphCode[]
    readonly vouchers: readonly GraphCode[]
    readonly under: readonly GraphCode[]
  },
): Names {
  const { id, own, subject, vouchers, under } = of
  if (body.saleKind === 'retail' || body.saleKind === 'summary')
    return {
      tells: body.saleKind === 'retail' ? 'ticket' : 'summary',
      goods: subject,
      papers: own === null ? vouchers : [own],
      from: under,
    }
  if (vouchers.length > 0) return { tells: 'sold', goods: vouchers, from: [...subject, ...under] }
  // Sold without a voucher: nothing but the record names what the buyer got.
  return { tells: 'sold', goods: [`rec:${id}`], from: [...subject, ...under] }
}

function paperNames(body: Body, subject: readonly GraphCode[]): Names | null {
  const self = papers(body, 'self')
  if (self.length === 0) return null
  const listed = (body.documents ?? []).flatMap((one) => (one.role === 'self' ? (one.sources ?? []) : []))
  const mixed = [...papers(body, 'source'), ...listed.map(documentCode), ...lots(body, 'source')]
  // What was mixed is a lot of its own, and the new paper another name of it; else the paper covers a lot that was there before.
  if (mixed.length > 0) return { tells: 'papered', goods: [...subject, ...self], from: mixed }
  return { tells: 'papered', goods: self, from: subject }
}

const flow = (part: Body['input'], body: Body, role: 'input' | 'output'): GraphCode[] => [
  ...(part?.lots ?? []).filter((lot) => lot.role === role).map((lot) => lotCode(lot.scheme, lot.value)),
  ...(part?.documents ?? []).filter((one) => one.role === role).map((one) => documentCode(one.number)),
  ...lots(body, role),
]

/** Quantity and the mass beside it; what is below zero is a refund and told by the flag. */
function measuresOf({ quantity, mass }: Pick<Body, 'quantity' | 'mass'>): Measure[] {
  const measures: Measure[] = []
  for (const one of [quantity, mass]) {
    if (!one?.value || measures.some(({ unit }) => unit === one.unit)) continue
    measures.push({ value: one.value.replace(/^-/, ''), unit: one.unit })
  }
  return measures
}

/** Of a disposal who had the goods gave them: whom it names beside him got them back. */
const tradersOf = (kind: Kind, body: Body): Pick<GoodsFact, 'giver' | 'taker'> =>
  kind === 'disposal'
    ? {
        giver: partyKey(body, ['seller', 'shipper', 'owner', 'producer', 'operator']),
        taker: partyKey(body, ['buyer', 'consignee', 'supplier']),
      }
    : {
        giver: partyKey(body, ['supplier', 'seller', 'shipper', 'producer']),
        taker: partyKey(body, ['buyer', 'consignee', 'owner', 'operator']),
      }

/** Names rather than codes: most systems write a name where only some write a code. */
function partyKey({ parties = [] }: Body, roles: readonly string[]): string | null {
  for (const role of roles) {
    const party = parties.find((one) => one.role === role)
    const name = party?.name ?? party?.ids[0]?.value
    if (name !== undefined) return normaliseCode(name)
  }
  return null
}

/** The stall at which a record tells of goods, however it is written; null where it names none. */
export const boothOf = ({ places }: GoodsFact): string | null => {
  const name = places.find(({ kind }) => kind === 'stall')?.name
  return name == null ? null : boothKey(name)
}
