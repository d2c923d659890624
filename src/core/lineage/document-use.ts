import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Mentioning } from './node-state.ts'

/** Kinds of record that use a paper, first the one whose masses are counted where there are any. */
export const USE_KINDS = ['sale', 'entry', 'dispatch'] as const
export type UseKind = (typeof USE_KINDS)[number]

/** Mass in kilograms as decimal text: the quantity, or the mass beside a count; null where neither is in kilograms. */
export function massOf(body: Body): string | null {
  for (const quantity of [body.quantity, body.mass])
    if (quantity?.unit === 'KGM' && quantity.value) return quantity.value
  return null
}

const VOUCHERS: ReadonlySet<string> = new Set(['sales_voucher', 'purchase_voucher'])

/** Whether the goods were bought on from someone who had used the paper already: the record names the voucher of that purchase. */
const isSecondHand = (body: Body): boolean =>
  (body.documents ?? []).some(({ role, type }) => role === 'upstream' && VOUCHERS.has(type))

/** The records that name the paper as the one under which the goods came or left. */
export const usesOf = (mentions: readonly Mentioning[]): Mentioning[] =>
  mentions.filter(({ record, mention }) => mention.role === 'upstream' && isUseKind(record.kind))

const isUseKind = (kind: Kind): kind is UseKind => (USE_KINDS as readonly Kind[]).includes(kind)

export interface MassUsed {
  /** Kilograms, decimal text. */
  readonly value: string
  /** Kind of the records that were counted. */
  readonly kind: UseKind
  /** Identifiers of the records that were counted. */
  readonly counted: ReadonlySet<string>
}

/**
 * Mass that was put into trade under a paper. The same goods are written down when they leave the farm, at each market and at each
 * stall, so only one tier counts: what was sold at the first market; where no sale names the paper, what entered; else what was
 * dispatched. Who bought on (and names the voucher of that) is not of the first tier, refunds are taken off, void records do not
 * count. Null where no use states a mass.
 */
export function massUsed(uses: readonly Mentioning[]): MassUsed | null {
  for (const kind of USE_KINDS) {
    const counted = new Set<string>()
    let value = '0'
    for (const { record } of uses) {
      const mass = massOf(record.body)
      if (record.kind !== kind || record.status !== 'active' || mass === null || isSecondHand(record.body))
        continue
      value =
        record.body.refund && compareDecimal(mass, '0') > 0
          ? subtractDecimal(value, mass)
          : addDecimal(value, mass)
      counted.add(record.id)
    }
    if (counted.size > 0) return { value, kind, counted }
  }
  return null
}
