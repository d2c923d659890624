import { hash } from 'node:crypto'
import { goodsSite } from '#core/balance/goods-site.ts'
import { negateDecimal } from '#core/decimal.ts'
import { siteOf } from '#core/findings/finding-row.ts'
import { normalisePlate } from '#core/identifiers/plate.ts'
import { isCode } from '#core/lineage/codes.ts'
import { massOf } from '#core/lineage/document-use.ts'
import { MENTION_ROLES, type Mention, mentionsOf } from '#core/lineage/mentions.ts'
import type { Body } from '#core/model/body.ts'
import type { PartyPart } from '#core/model/parts.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { animalCode } from '#core/products/animals.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import { normaliseCode } from '#core/text.ts'
import { isUntoldType } from './document-type.ts'
import { placesOfUse } from './places-of-use.ts'

/**
 * What one record says of one paper, as far as it counts when many such are put together. Dates are `YYYY-MM-DD`, masses are kilograms,
 * a refund is below zero; all numbers are decimal texts.
 */
export interface MentionedPaper {
  /** Graph code, `doc:<number>`. */
  readonly code: string
  /** `refused`: the goods came to a gate under it and were not let in, so that nothing of it was used there. */
  readonly role: Mention['role'] | 'refused'
  /** As this record knows it; `unknown` where it does not. */
  readonly type: string
  /** Where it was used: the code of the market, slaughterhouse or store, else its name with the region (`goods-site.ts`), else its name, else the system. */
  readonly site: string
  readonly siteName: string | null
  /** What the place is in the record; null where it names none. */
  readonly siteRole: string | null
  /** Digits of the provinces between which it was used. */
  readonly fromProvince: string | null
  readonly toProvince: string | null
  readonly usedOn: string | null
  readonly mass: string | null
  /** What was counted besides kilograms: heads (HEA), pieces (H87), packages (PKG). */
  readonly count: string | null
  readonly countUnit: string | null
  readonly productClass: string | null
  readonly productCode: string | null
  /** Digest of the plate, which may be a person's. */
  readonly vehicle: string | null
  /** Who gave the goods and who took them, as `traderKey` says it. */
  readonly giver: string | null
  readonly taker: string | null
  /** The record names the voucher of the purchase: the goods were bought on from someone who had used the paper already. */
  readonly boughtOn: boolean
  /** The other papers of its type under which the record has the same goods; null where there are none, or nobody tells the types. */
  readonly beside: readonly string[] | null
}

const VOUCHERS: ReadonlySet<string> = new Set(['sales_voucher', 'purchase_voucher'])
/** Who gave the goods of a record, the surest first. */
export const GIVERS: readonly PartyPart['role'][] = ['supplier', 'seller', 'shipper', 'producer']
/** The same of who took them. */
export const TAKERS: readonly PartyPart['role'][] = ['buyer', 'consignee', 'owner', 'operator']

/** The papers that a record names, each once with its strongest part in the record. */
export function mentionedPapers(record: Pick<CanonicalRecord, 'kind' | 'system'> & Body): MentionedPaper[] {
  const papers = new Map<string, Mention>()
  for (const mention of mentionsOf(record)) {
    if (!mention.code.startsWith('doc:') || !isCode(mention.code)) continue
    const known = papers.get(mention.code)
    if (!known || MENTION_ROLES.indexOf(mention.role) < MENTION_ROLES.indexOf(known.role))
      papers.set(mention.code, mention)
  }
  if (papers.size === 0) return []
  const shared = sharedParts(record)
  const hasVoucher = (record.documents ?? []).some(isVoucherBefore)
  const isRefused = record.kind === 'entry' && record.admission?.startsWith('refused') === true
  return [...papers.values()].map(({ code, role, document }) => ({
    code,
    role: isRefused && role === 'upstream' ? 'refused' : role,
    type: document?.type ?? 'unknown',
    ...shared,
    boughtOn: hasVoucher && !VOUCHERS.has(document?.type ?? ''),
    beside: besideOf(code, role, document?.type, papers),
  }))
}

function besideOf(
  code: string,
  role: Mention['role'],
  type: string | undefined,
  papers: ReadonlyMap<string, Mention>,
): string[] | null {
  if (papers.size === 1 || role !== 'upstream' || type === undefined || isUntoldType(type)) return null
  const others = [...papers.values()].filter(
    (one) => one.role === role && one.document?.type === type && one.code !== code,
  )
  return others.length === 0 ? null : others.map((one) => one.code).sort()
}

const isVoucherBefore = ({ role, type }: { readonly role: string; readonly type: string }): boolean =>
  role === 'upstream' && VOUCHERS.has(type)

function sharedParts(record: Pick<CanonicalRecord, 'kind' | 'system'> & Body) {
  const { from = null, to = null } = placesOfUse(record)
  const isRefund = record.refund === true
  const mass = signed(massOf(record), isRefund)
  const isCounted = record.quantity !== undefined && record.quantity.unit !== 'KGM' && record.quantity.value
  return {
    ...placeOf(record),
    fromProvince: from,
    toProvince: to,
    usedOn: record.occurredAt?.at.slice(0, 10) ?? null,
    mass,
    count: isCounted ? signed(record.quantity?.value ?? null, isRefund) : null,
    countUnit: isCounted ? (record.quantity?.unit ?? null) : null,
    productClass: record.product?.class ?? null,
    productCode: kindCode(record.product),
    vehicle: record.vehicle === undefined ? null : plateDigest(record.vehicle),
    ...tradersOf(record),
  }
}

/** Code of the goods as written, else that of their name. */
export const goodsCode = (product: Body['product']): string | null =>
  product?.code ??
  (product?.name === undefined ? undefined : lookupProduct({ name: product.name }).standardCode) ??
  null

/** The same, else code of the animal that they are or come of by their name: tells goods of a class apart, and is not the code of meat. */
export function kindCode(product: Body['product']): string | null {
  const code = goodsCode(product)
  if (code !== null || product?.name === undefined) return code
  const { standardName } = lookupProduct({ name: product.name })
  return (standardName === undefined ? undefined : animalCode(standardName)) ?? null
}

/** By which plates are compared where they are kept beside thousands of others. */
export const plateDigest = (plate: string): string => digestOf(normalisePlate(plate))

/** By which names and codes are compared that are not shown. */
export const digestOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, DIGEST_LENGTH)

/** A refund takes off what was sold, whether the source writes it below zero or not. */
const signed = (value: string | null, isRefund: boolean): string | null =>
  value !== null && isRefund && !value.startsWith('-') ? negateDecimal(value) : value

function placeOf(record: Pick<CanonicalRecord, 'system'> & Body) {
  const place = goodsSite(record)
  const site = siteOf(record)
  return {
    site: place?.site ?? record.system,
    siteName: site?.role === 'stall' ? null : (site?.name ?? null),
    siteRole: site?.role ?? null,
  }
}

/** The party of the first of the roles of which one is named, or its code. */
export function partyIn(
  { parties = [] }: Pick<Body, 'parties'>,
  roles: readonly PartyPart['role'][],
): PartyPart | undefined {
  for (const role of roles) {
    const party = parties.find((one) => one.role === role)
    if (party && (party.name ?? party.ids[0]) !== undefined) return party
  }
  return undefined
}

/** Between the parts of a trader's key, each of which is a digest of so many signs. */
export const KEY_SEAM = '~'
export const DIGEST_LENGTH = 16

/**
 * Who traded under a paper: what `partyDigest` says and, of who is told by name and code, digests of the scheme and the code behind it. Where one name bears two codes of a scheme
 * under a paper, its traders are told apart by these (`store/document-uses.ts`); else the name alone counts, for most systems write nothing else.
 */
export function traderKey(party: PartyPart): string | null {
  const digest = partyDigest(party)
  const [id] = party.ids
  if (digest === null || party.name === undefined || id === undefined) return digest
  return [digest, digestOf(id.scheme), digestOf(normaliseCode(id.value))].join(KEY_SEAM)
}

/** What of a trader's key every record of him has that names him. */
export const nameInKey = (key: string): string => key.slice(0, DIGEST_LENGTH)

/** Who gave and who took the goods of a record, as `traderKey` says it; null where it does not. */
export const tradersOf = (body: Body): { readonly giver: string | null; readonly taker: string | null } => {
  const [giver, taker] = [GIVERS, TAKERS].map((roles) => {
    const party = partyIn(body, roles)
    return party ? traderKey(party) : null
  })
  return { giver: giver ?? null, taker: taker ?? null }
}

/** Digest of what a party is called, for names are compared and never shown, and most systems write a name where only some write a code; else of its code. Null where neither is told. */
export function partyDigest({ name, ids }: PartyPart): string | null {
  const said = name ?? ids[0]?.value
  return said === undefined ? null : digestOf(normaliseCode(said))
}
