import type { Flag } from '#core/flags.ts'
import type { KnownCodes, TraceForm } from './mofcom.ts'
import type { IdScheme } from './scheme.ts'

/** What is known of the field that a code comes from. */
export interface Hints {
  /** Form of 20-digit codes that the source declares. */
  readonly traceForm?: TraceForm | undefined
  readonly partyKind?: 'enterprise' | 'person' | undefined
  readonly known?: KnownCodes | undefined
  /** Makes the digest that stands for a citizen identity number. */
  readonly keyedHash?: ((text: string) => string) | undefined
}

/** How well a code fits a scheme; the best fit of several schemes is taken, the first of equals. */
export const FIT = { bare: 1, plausible: 2, likely: 3, sure: 4 } as const
export type Fit = (typeof FIT)[keyof typeof FIT]

/** A code read as one of a scheme. */
export interface Reading {
  readonly fit: Fit
  readonly scheme: IdScheme
  readonly value: string
  readonly checkOk?: boolean
  readonly flags: readonly Flag[]
  readonly personal?: true
}

/** Reads a normalised code as one of a scheme; null where the shape does not fit. */
export type Reader = (code: string, hints: Hints) => Reading | null

export const NO_FLAGS: readonly Flag[] = Object.freeze([])
const CHECK_FAIL: readonly Flag[] = Object.freeze(['W_ID_CHECK_FAIL'] as const)

/** A reading in a scheme without check digit. */
export function unchecked(scheme: IdScheme, value: string, fit: Fit): Reading {
  return { fit, scheme, value, flags: NO_FLAGS }
}

/** A reading in a scheme with check digit: a wrong one marks, and never refuses. */
export function checked(scheme: IdScheme, value: string, checkOk: boolean, fit: Fit): Reading {
  return { fit, scheme, value, checkOk, flags: checkOk ? NO_FLAGS : CHECK_FAIL }
}
