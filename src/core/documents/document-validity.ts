import { addDays } from './civil-day.ts'
import { QUARANTINE_2026 } from './document-form.ts'
import type { DocumentType } from './document-type.ts'

/** Where a paper may be used: only inside the province of its issue, or anywhere. */
export type TerritoryRule = 'within_province' | 'anywhere'

export interface DocumentValidity {
  /** Last day on which the goods may arrive, `YYYY-MM-DD`; absent where no rule sets one. */
  readonly validUntil?: string
  readonly territory: TerritoryRule
}

interface Rule {
  /** Days after the day of issue, at most. */
  readonly maxDays: number
  readonly territory: TerritoryRule
}

/** Papers issued until 2025-12-31. Whether the limits live on in the forms of 2026 is not known, so none is checked there. */
const RULES: Readonly<Partial<Record<DocumentType, Rule>>> = {
  animal_A: { maxDays: 5, territory: 'anywhere' },
  animal_B: { maxDays: 0, territory: 'within_province' },
  product_A: { maxDays: 7, territory: 'anywhere' },
  product_B: { maxDays: 0, territory: 'within_province' },
}

/** Whether rules set how long or where papers of a type are valid. */
export const hasRules = (type: DocumentType): boolean => Object.hasOwn(RULES, type)

export interface IssuedDocument {
  readonly type: DocumentType
  /** Date of issue, `YYYY-MM-DD`: rules are those of this date, not of today. */
  readonly issuedOn: string
  /** 有效天数 as written on the paper; the limit of the type holds where it is longer or missing. */
  readonly statedDays?: number
}

/** How long and where a paper is valid, by the rules of its date of issue. */
export function documentValidity({ type, issuedOn, statedDays }: IssuedDocument): DocumentValidity {
  const rule = issuedOn >= QUARANTINE_2026 ? undefined : RULES[type]
  if (rule === undefined) return { territory: 'anywhere' }
  const days = Math.min(statedDays ?? rule.maxDays, rule.maxDays)
  const validUntil = addDays(issuedOn, Math.max(days, 0))
  return { ...(validUntil === undefined ? {} : { validUntil }), territory: rule.territory }
}

/**
 * Last day on which a paper is valid, of that which it states and that which the rule of its type allows: what is written may shorten the rule and never
 * lengthens it. Undefined where neither is known. @param stated `YYYY-MM-DD`
 */
export function lastValidDay(document: IssuedDocument, stated: string | undefined): string | undefined {
  const { validUntil: allowed } = documentValidity(document)
  if (stated === undefined || allowed === undefined) return stated ?? allowed
  return stated < allowed ? stated : allowed
}

export interface DocumentUse extends IssuedDocument {
  /** Day of arrival or sale, `YYYY-MM-DD`. */
  readonly usedOn: string
  /** Last valid day, where the source tells it; the rule of the type holds where it is longer. */
  readonly validUntil?: string
  /** Codes of the regions that the goods came from and arrived in; only their province counts. */
  readonly from?: string
  readonly to?: string
}

/** What is wrong with the use of a paper: after its last day, or out of its province. Never more than a warning. */
export function checkDocumentUse(use: DocumentUse): readonly ('W_DOC_EXPIRED' | 'W_DOC_TERRITORY')[] {
  const { territory } = documentValidity(use)
  const validUntil = lastValidDay(use, use.validUntil)
  const isOut =
    territory === 'within_province' &&
    use.from !== undefined &&
    use.to !== undefined &&
    use.from.slice(0, 2) !== use.to.slice(0, 2)
  return [
    ...(validUntil !== undefined && use.usedOn > validUntil ? (['W_DOC_EXPIRED'] as const) : []),
    ...(isOut ? (['W_DOC_TERRITORY'] as const) : []),
  ]
}
