import type { NamedGoods } from '#core/documents/goods-match.ts'
import type { IssuedPaper } from '#core/documents/judge-paper.ts'
import type { Measure } from '#core/documents/measures.ts'
import { goodsCode, kindCode, partyDigest } from '#core/documents/mentioned-paper.ts'
import { differsFromAll, goodsOfLines, type PaperGoods, withRefunds } from '#core/documents/paper-goods.ts'
import { placesOfPaper, placesOfUse } from '#core/documents/places-of-use.ts'
import { isFormOutOfUse, missingFields } from '#core/documents/required-fields.ts'
import { normalisePlate } from '#core/identifiers/plate.ts'
import type { Mentioning } from '#core/lineage/node-state.ts'
import type { Body } from '#core/model/body.ts'
import { COVERED } from '#core/model/masked-texts.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { dayOf } from '#flow/trace/document-issue.ts'
import type { DocumentIssue } from '#flow/trace/document-parts.ts'

const VERDICT_ORDER: readonly DocumentIssue['verdict'][] = [
  'valid',
  'expired',
  'not_yet_issued',
  'unknown',
  'void',
]

/**
 * The record that speaks for the paper: of known type before unknown, alive before void; of papers of one number that strangers issued (`areStrangers`) one that is for the goods which are meant,
 * where such a one stands as well.
 */
export function bestOf(
  own: readonly Mentioning[],
  issues: readonly DocumentIssue[],
  goods: NamedGoods | undefined,
): DocumentIssue | undefined {
  const rankOf = ({ typeUnknown, verdict }: DocumentIssue): number =>
    Number(typeUnknown) * VERDICT_ORDER.length + VERDICT_ORDER.indexOf(verdict)
  const sorted = issues
    .map((issue, n) => ({ issue, own: own[n] as Mentioning }))
    .sort(({ issue: a }, { issue: b }) => rankOf(a) - rankOf(b))
  const [first] = sorted
  if (!first || !goods) return first?.issue
  const ofSystem = (system: string) => sorted.flatMap((one) => (one.issue.system === system ? one.own : []))
  const isFor = (some: readonly Mentioning[]): boolean => differsFromAll(some.map(lineOf), goods) === null
  const told = ofSystem(first.issue.system)
  if (isFor(told)) return first.issue
  const fitting = sorted.find(({ issue }) => {
    const others = ofSystem(issue.system)
    return rankOf(issue) === rankOf(first.issue) && isFor(others) && areStrangers(others, told)
  })
  return (fitting ?? first).issue
}

/**
 * What is known of a paper: by the record that speaks for it, with what the others say against it.
 * @param read `isWhole`: whether all its own records were read; `voidToldAt`: when the hub was told that the record which speaks for it is void
 */
export function issuedPaper(
  own: readonly Mentioning[],
  issues: readonly DocumentIssue[],
  best: DocumentIssue,
  { isWhole, voidToldAt }: { readonly isWhole: boolean; readonly voidToldAt: string | null },
): IssuedPaper {
  const { record, mention } = own.find(({ record }) => record.id === best.record) as Mentioning
  const { body } = record
  const isOutput = mention.role === 'output'
  const issuedOn = best.issuedOn ? dayOf(best.issuedOn.at) : null
  // What a slaughter made was issued where that was done, wherever the animals came from.
  const places = isOutput ? placesOfUse({ region: body.region }) : placesOfPaper(best.type, body)
  const isSelf = mention.role === 'self'
  const same = issues.filter((one) => one.type === best.type && one.record !== best.record)
  return {
    type: best.type,
    issuedOn,
    validUntil: best.validUntil ?? null,
    statedUntil: mention.document?.validUntil ? dayOf(mention.document.validUntil.at) : null,
    territory: best.territory,
    province: places.from ?? places.to ?? null,
    isVoid: best.verdict === 'void',
    voidedOn: best.voidedAt ? dayOf(best.voidedAt.at) : null,
    voidToldOn: voidToldAt === null ? null : beijingDay(Date.parse(voidToldAt)),
    voidReason: best.voidReason === undefined || best.voidReason === COVERED ? null : best.voidReason,
    voidIn:
      best.verdict === 'void'
        ? []
        : [
            ...new Set(
              same
                .filter(({ status, system }) => status === 'void' && system !== best.system)
                .map(({ system }) => system),
            ),
          ],
    isFormOutOfUse: issuedOn !== null && isFormOutOfUse(best.type, issuedOn, mention.document?.form),
    missing:
      isSelf && issuedOn !== null
        ? missingFields({ type: best.type, issuedOn, form: mention.document?.form }, body, mention.document)
        : [],
    goods: goodsOf(own, issues, best, isWhole),
    vehicle: isSelf && body.vehicle !== undefined ? normalisePlate(body.vehicle) : null,
    papers: papersOf(own, issues),
  }
}

/** How many papers bear one number: told apart by the type, by the day of issue of those that are issued on one day, and by the issuer where one system names several, or two systems name others for other goods. */
function papersOf(own: readonly Mentioning[], issues: readonly DocumentIssue[]): number {
  const told = issues
    .map((issue, n) => ({ ...issue, own: own[n] as Mentioning }))
    .filter(({ typeUnknown, status, own }) => !typeUnknown && status === 'active' && !isRefund(own))
  const papers = Map.groupBy(told, ({ type, issuedOn }) =>
    type === 'sales_voucher' || issuedOn === undefined ? type : `${type} ${dayOf(issuedOn.at)}`,
  )
  return [...papers.values()].reduce((sum, of) => sum + Math.max(issuersOf(of), strangersOf(of)), 0)
}

/** The most issuers that one system names: several systems may write one issuer in several ways. */
const issuersOf = (told: readonly { readonly system: string; readonly own: Mentioning }[]): number =>
  Math.max(
    ...[...Map.groupBy(told, ({ system }) => system).values()].map(
      (of) => new Set(of.flatMap(({ own }) => issuerOf(own) ?? [])).size,
    ),
    1,
  )

/** The most systems of which each tells of other issuers and other goods than the others: no way of writing one issuer makes other goods of his. */
function strangersOf(told: readonly { readonly system: string; readonly own: Mentioning }[]): number {
  const strangers: (readonly Mentioning[])[] = []
  for (const of of Map.groupBy(told, ({ system }) => system).values()) {
    const own = of.map((one) => one.own)
    if (strangers.every((other) => areStrangers(own, other))) strangers.push(own)
  }
  return strangers.length
}

const areStrangers = (some: readonly Mentioning[], others: readonly Mentioning[]): boolean =>
  some.every((a) =>
    others.every((b) => !isSameIssuer(a, b) && differsFromAll([lineOf(a)], lineOf(b)) !== null),
  )

/** Digest of who issued it, where the record says so. */
function issuerOf({ record }: Mentioning): string | null {
  const issuer = record.body.parties?.find(({ role }) => role === 'issuer')
  return (issuer && partyDigest(issuer)) ?? null
}

/**
 * What the paper is for: the goods of all records in which the system of the one that speaks for it tells of it, for a paper of several goods is
 * told line by line. A voucher states all that was sold with it, less what went back; of another paper a line that is told twice counts once, and one that came out of
 * a slaughter states nothing that can be summed.
 */
function goodsOf(
  own: readonly Mentioning[],
  issues: readonly DocumentIssue[],
  best: DocumentIssue,
  isWhole: boolean,
): PaperGoods[] {
  const speaking = own.find(({ record }) => record.id === best.record) as Mentioning
  const { role } = speaking.mention
  const isVoucher = role === 'voucher'
  const day = best.issuedOn && dayOf(best.issuedOn.at)
  const others = own.filter((one, n) => {
    const issue = issues[n] as DocumentIssue
    return (
      one !== speaking &&
      one.mention.role === role &&
      issue.type === best.type &&
      issue.status === best.status &&
      issue.system === best.system &&
      isSameIssuer(one, speaking) &&
      (isVoucher || (issue.issuedOn && dayOf(issue.issuedOn.at)) === day)
    )
  })
  const told = [speaking, ...others]
  if (isVoucher) {
    const sold = goodsOfLines(told.filter((one) => !isRefund(one)).map(lineOf))
    const goods = withRefunds(sold, told.filter(isRefund).map(refundOf))
    return isWhole ? goods : [...goods.map((one) => ({ ...one, stated: [] })), UNREAD]
  }
  const once = new Map<string, PaperGoods>()
  for (const line of told.map(lineOf)) {
    const key = line.name ?? line.code ?? line.productClass ?? ''
    if (!once.has(key)) once.set(key, line)
  }
  return goodsOfLines([...once.values()])
}

const isSameIssuer = (a: Mentioning, b: Mentioning): boolean =>
  new Set([issuerOf(a), issuerOf(b)].filter((one) => one !== null)).size < 2

/** The lines of a voucher that were not read: they may be for any goods, and nobody knows what all of it states. */
const UNREAD: PaperGoods = {
  name: null,
  code: null,
  productClass: null,
  productCode: null,
  stated: [],
  back: [],
}

/** Whether a record of a voucher tells of goods that went back to who sold them, whether its source marks that or writes it below zero. */
export const isRefund = ({ record: { body } }: Mentioning): boolean =>
  body.refund === true || [body.quantity, body.mass].some((one) => one?.value?.startsWith('-'))

/** A line that takes off what others state. */
const refundOf = (one: Mentioning): PaperGoods => ({
  ...lineOf(one),
  stated: [],
  back: measuresOf(one.record.body).map(({ unit, value }) => ({ unit, value: value.replace(/^-/, '') })),
})

function lineOf({ record, mention: { role } }: Mentioning): PaperGoods {
  const { body } = record
  const product = (role === 'output' ? body.output?.product : undefined) ?? body.product
  return {
    productClass: product?.class ?? null,
    productCode: kindCode(product),
    name: product?.name ?? null,
    code: goodsCode(product),
    stated: role === 'output' ? [] : measuresOf(body),
    back: [],
  }
}

function measuresOf(body: Body): Measure[] {
  const measures = new Map<string, string>()
  for (const quantity of [body.quantity, body.mass])
    if (quantity?.value && !measures.has(quantity.unit)) measures.set(quantity.unit, quantity.value)
  return [...measures].map(([unit, value]) => ({ unit, value }))
}
