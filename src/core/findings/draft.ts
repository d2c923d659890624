import type { Body } from '#core/model/body.ts'
import type { FindingEvidence, FindingNumber, Sentence } from '#core/model/finding-parts.ts'
import { FINDING_RULES, type FindingKind, type FindingSeverity } from './finding-kinds.ts'

/** Parts of a finding that say what it is about, as records have them. */
export type About = Pick<Body, 'occurredAt' | 'region' | 'sites' | 'lots' | 'documents' | 'product'>

/** What is known now of one kind and subject. */
export interface FindingDraft {
  readonly kind: FindingKind
  readonly subject: string
  /** False where it is not so, or no longer. */
  readonly holds: boolean
  readonly severity?: FindingSeverity
  readonly about: About
  readonly numbers: readonly FindingNumber[]
  readonly sentence: Sentence
  readonly evidence: readonly FindingEvidence[]
}

/** Versions that a finding names; behind more than these its figures stand as well. */
export const EVIDENCE_MAX = 100

export const severityOf = ({ kind, severity }: Pick<FindingDraft, 'kind' | 'severity'>): FindingSeverity =>
  severity ?? FINDING_RULES[kind].severity

/** A figure; nothing where it is not known. */
export const figure = (name: string, value: string | number | null, unit?: string): FindingNumber[] =>
  value === null ? [] : [{ name, value: String(value), ...(unit === undefined ? {} : { unit }) }]
