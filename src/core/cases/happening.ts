import type { CaseEvent, CaseState } from './states.ts'

/** As much of a case as decides what may happen to it. Times are milliseconds since 1970. */
export interface CaseFacts {
  readonly state: CaseState
  /** Nothing spreads until a laboratory has confirmed. */
  readonly narrow: boolean
  readonly openedBy: 'test' | 'official'
  /** When the goods were tested or stopped, as far as that is known: nothing that an official says of them can have happened before. */
  readonly sinceMs: number
  /** Since when the case is in its state. */
  readonly stateAtMs: number
  /** When the result of the test was told, the last one that told somebody something new. */
  readonly toldAtMs: number
  readonly confirmedAtMs: number | null
  /** When a laboratory's failed result was told that may still be objected to; null for none, and where it was tested again. */
  readonly labToldAtMs: number | null
  /** Whose result was objected to, where the second laboratory is awaited. */
  readonly objectedTo: 'rapid' | 'laboratory' | null
  /** Kilograms that were disposed of, exact decimal text. */
  readonly disposed: string
}

/** Something that happens to a case. */
export interface Happening {
  readonly event: Exclude<CaseEvent, 'opened'>
  /** When it happened. */
  readonly atMs: number
  /** When it is heard of. */
  readonly nowMs: number
  readonly by: 'official' | 'records'
  /** Kilograms. */
  readonly quantity?: string | undefined
  readonly method?: string | undefined
  readonly note?: string | undefined
  /** The same was told already, and nothing says that it happened once more. */
  readonly isRepeated?: boolean
  /**
   * Of a test that is taken back, corrected or answered: what those that stand say, where they say less than the case is and no official decided. Of a confirmation that is taken back: what
   * holds the goods without it.
   */
  readonly remains?: 'lab_failed' | 'failed' | 'doubted' | undefined
  /** Of a failed test, or of one that is left where another is taken back: somebody is told what he could not object to so far. */
  readonly bringsNew?: boolean | undefined
  /** Of a laboratory's failed test: it is of the goods that were objected to, for what they failed. */
  readonly answersObjection?: boolean | undefined
  /** Of a confirmation that is taken back: an official gave it, not the record of a laboratory. */
  readonly isOfficials?: boolean | undefined
  /** Of an objection that is taken back: how the case stood when it was made, or that it was answered; none where nobody objected. */
  readonly waives?: WaivedObjection | 'answered' | undefined
}

/** An objection that nobody has answered, with what it had put an end to. Times are milliseconds since 1970. */
export interface WaivedObjection {
  readonly madeAtMs: number
  readonly from: CaseState
  /** Since when the case had been in that state. */
  readonly fromAtMs: number
  /** When the laboratory's result was told that was objected to; null where it was a rapid test's. */
  readonly labToldAtMs: number | null
}

/** Why something may not happen: a code that never changes, and a sentence. */
export interface Refusal {
  readonly code:
    | 'wrong_state'
    | 'too_late'
    | 'in_future'
    | 'is_final'
    | 'before_told'
    | 'by_laboratory'
    | 'not_confirmed'
    | 'no_objection'
    | 'is_answered'
    | 'needs_laboratory'
    | 'needs_quantity'
    | 'needs_method'
    | 'needs_reason'
    | 'repeated'
    | 'not_yours'
  readonly reason: string
}

/** What becomes of the case; its events keep everything, also what does not move it. */
export interface Move {
  readonly state: CaseState
  readonly narrow: boolean
  /** When a result was told to which one may object: anew where goods are held that were not, or that were recalled. */
  readonly toldAtMs: number
  readonly confirmedAtMs: number | null
  readonly labToldAtMs: number | null
  /** Since when the case counts as being in its state, where that is not from now on. */
  readonly stateAtMs?: number
}

export type Outcome = { readonly move: Move } | { readonly refusals: readonly Refusal[] }

export const isRefused = (outcome: Outcome): outcome is { readonly refusals: readonly Refusal[] } =>
  'refusals' in outcome
