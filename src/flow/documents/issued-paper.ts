import { addDecimal } from '#core/decimal.ts'
import type { IssuedPaper } from '#core/documents/judge-paper.ts'
import { goodsCode } from '#core/documents/mentioned-paper.ts'
import type { Measure } from '#core/documents/paper-usage.ts'
import { placesOfUse } from '#core/documents/places-of-use.ts'
import { isFormOutOfUse, missingFields } from '#core/documents/required-fields.ts'
import { normalisePlate } from '#core/identifiers/plate.ts'
import type { Mentioning } from '#core/lineage/node-state.ts'
import { dayOf } from '#flow/trace/document-issue.ts'
import type { DocumentIssue } from '#flow/trace/schema.ts'

const VERDICT_ORDER: readonly DocumentIssue['verdict'][] = [
  'valid',
  'expired',
  'not_yet_issued',
  'unknown',
  'void',
]

/** The record that speaks for the paper: of known type before unknown, alive before void. */
export const bestOf = (issues: readonly DocumentIssue[]): DocumentIssue | undefined =>
  [...issues].sort(
    (a, b) =>
      Number(a.typeUnknown) - Number(b.typeUnknown) ||
      VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict),
  )[0]

/** What is known of a paper: by the record that speaks for it, with what the others say against it. */
export function issuedPaper(
  own: readonly Mentioning[],
  issues: readonly DocumentIssue[],
  best: DocumentIssue,
): IssuedPaper {
  const { record, mention } = own.find(({ record }) => record.id === best.record) as Mentioning
  const { body } = record
  const isOutput = mention.role === 'output'
  const issuedOn = best.issuedOn ? dayOf(best.issuedOn.at) : null
  // What a slaughter made was issued where that was done, wherever the animals came from.
  const places = placesOfUse(isOutput ? { region: body.region } : body)
  const product = (isOutput ? body.output?.product : undefined) ?? body.product
  const isSelf = mention.role === 'self'
  const same = issues.filter((one) => one.type === best.type && one.record !== best.record)
  return {
    type: best.type,
    issuedOn,
    validUntil: best.validUntil ?? null,
    territory: best.territory,
    province: places.from ?? places.to ?? null,
    isVoid: best.verdict === 'void',
    voidedOn: best.voidedAt ? dayOf(best.voidedAt.at) : null,
    voidReason: best.voidReason ?? null,
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
    goods: {
      productClass: product?.class ?? null,
      productCode: goodsCode(product),
      name: product?.name ?? null,
    },
    vehicle: isSelf && body.vehicle !== undefined ? normalisePlate(body.vehicle) : null,
    stated: statedOf(own, best),
    papers: paperKeys(issues).size,
  }
}

/** What tells papers of one number apart: the type, and the day of issue of those that are issued on one day. */
export function paperKeys(issues: readonly DocumentIssue[]): Map<string, DocumentIssue[]> {
  const told = issues.filter(({ typeUnknown, status }) => !typeUnknown && status === 'active')
  return Map.groupBy(told, ({ type, issuedOn }) =>
    type === 'sales_voucher' || issuedOn === undefined ? type : `${type} ${dayOf(issuedOn.at)}`,
  )
}

/** Measures on the paper; a voucher states all that was sold with it, a paper that came out of a slaughter nothing that can be summed. */
function statedOf(own: readonly Mentioning[], best: DocumentIssue): readonly Measure[] {
  const [first] = own.filter(({ record }) => record.id === best.record)
  if (first === undefined || first.mention.role === 'output') return []
  if (first.mention.role === 'self') return measuresOf(first)
  const sums = new Map<string, string>()
  for (const one of own)
    if (one.mention.role === 'voucher' && one.record.status === first.record.status)
      for (const { unit, value } of measuresOf(one)) sums.set(unit, addDecimal(sums.get(unit) ?? '0', value))
  return [...sums].map(([unit, value]) => ({ unit, value }))
}

function measuresOf({ record: { body } }: Mentioning): Measure[] {
  const measures = new Map<string, string>()
  for (const quantity of [body.quantity, body.mass])
    if (quantity?.value && !measures.has(quantity.unit)) measures.set(quantity.unit, quantity.value)
  return [...measures].map(([unit, value]) => ({ unit, value }))
}
