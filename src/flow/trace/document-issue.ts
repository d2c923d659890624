import { documentForm, documentTypeOn } from '#core/documents/document-form.ts'
import { DOCUMENT_TYPES, type DocumentType, isUntoldType } from '#core/documents/document-type.ts'
import { documentValidity, lastValidDay } from '#core/documents/document-validity.ts'
import type { Mentioning } from '#core/lineage/node-state.ts'
import { maskName } from '#core/mask.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { COVERED } from '#core/model/masked-texts.ts'
import type { When } from '#core/model/values.ts'
import { isPersonalParty } from '#core/personal.ts'
import type { DocumentIssue } from './document-parts.ts'

export const knownType = (type: string): DocumentType =>
  Object.hasOwn(DOCUMENT_TYPES, type) ? (type as DocumentType) : 'unknown'

export const isUntold = (type: string): boolean => isUntoldType(knownType(type))

/** The day of an ISO time with zone +08:00. */
export const dayOf = (at: string): string => at.slice(0, 10)

/** The day of issue; undefined where only the month or year is told, of which nobody knows how long a paper of some days is valid. */
export const dayIssued = ({ at, precision }: When): string | undefined =>
  precision === 'month' || precision === 'year' ? undefined : dayOf(at)

/** What is ordered about the goods of a paper, or done with them, names the paper and says nothing of its issue. */
const ABOUT_GOODS: ReadonlySet<Kind> = new Set(['hold', 'disposal'])

/** Records that are the paper itself or issued it: its own record, the transformation that it came out of, the sale that it vouches for. */
export const issuesIt = ({ record, mention: { role } }: Mentioning): boolean =>
  (role === 'self' || role === 'output' || role === 'voucher') && !ABOUT_GOODS.has(record.kind)

function issuerOf({ parties }: Body): string | undefined {
  const issuer = parties?.find(({ role }) => role === 'issuer')
  const isPerson =
    issuer?.personal ||
    issuer?.kind === 'person' ||
    issuer?.ids.some(({ scheme }) => scheme === 'cn.idcard.hash')
  if (isPerson || issuer?.name === undefined) return undefined
  // Nobody said that it is a person's, and it is not plainly that of a business.
  return isPersonalParty(issuer) ? maskName(issuer.name) : issuer.name
}

/** The type that a record of the paper itself says, by the day of issue: what goes on saying 产品A in 2026 means the new certificate. */
export function typeIssued({ record, mention: { document } }: Mentioning): DocumentType {
  const type = knownType(document?.type ?? 'unknown')
  const issuedOn = document?.issuedOn ?? record.body.occurredAt
  return issuedOn ? documentTypeOn(type, dayOf(issuedOn.at)) : type
}

/**
 * What one record says of the paper, and whether it is valid on the day by the rules of its day of issue.
 * @param full whether the words in which its sender says why it is void are given as they are
 */
export function documentIssue(mentioned: Mentioning, on: string, full = false): DocumentIssue {
  const { record, mention } = mentioned
  const { body } = record
  const part = mention.document
  const type = typeIssued(mentioned)
  const issuedOn = part?.issuedOn ?? body.occurredAt
  const rules = issuedOn ? documentValidity({ type, issuedOn: dayOf(issuedOn.at) }) : undefined
  const form = part?.form ?? (issuedOn && documentForm(type, dayOf(issuedOn.at))?.form)
  const stated = part?.validUntil && dayOf(part.validUntil.at)
  const issued = issuedOn && dayIssued(issuedOn)
  const validUntil = issued === undefined ? stated : lastValidDay({ type, issuedOn: issued }, stated)
  const issuer = issuerOf(body)
  const quantity = mention.role === 'output' ? body.output?.quantity : body.quantity
  const { at: voidedAt, reason: voidReason } = record.status === 'void' ? (body.void ?? {}) : {}
  return {
    record: record.id,
    system: record.system,
    type,
    typeUnknown: isUntold(type),
    status: record.status,
    verdict: verdictOf(record.status === 'void', issuedOn && dayOf(issuedOn.at), validUntil, on),
    ...(form ? { form } : {}),
    ...(part?.issueType ? { issueType: part.issueType } : {}),
    ...(part?.basis ? { basis: part.basis } : {}),
    ...(issuer ? { issuer } : {}),
    ...(issuedOn ? { issuedOn } : {}),
    ...(validUntil ? { validUntil } : {}),
    territory: rules?.territory ?? 'anywhere',
    ...(voidedAt ? { voidedAt } : {}),
    ...(voidReason ? { voidReason: full ? voidReason : COVERED } : {}),
    ...(body.product?.name ? { product: body.product.name } : {}),
    ...(quantity ? { quantity } : {}),
  }
}

function verdictOf(
  isVoid: boolean,
  issuedOn: string | undefined,
  validUntil: string | undefined,
  on: string,
): DocumentIssue['verdict'] {
  if (isVoid) return 'void'
  if (issuedOn === undefined) return 'unknown'
  if (on < issuedOn) return 'not_yet_issued'
  return validUntil !== undefined && on > validUntil ? 'expired' : 'valid'
}
