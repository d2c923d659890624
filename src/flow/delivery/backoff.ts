const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits between tries; the last one repeats, because nothing is ever given up. */
const STEPS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
] as const
const JITTER = 0.2
/** A receiver may ask for patience, but neither for ever nor for none: the hub would spin. */
const LONGEST = 24 * HOUR
const SHORTEST = SECOND
/** Where a person must act, asking every few seconds helps nobody. */
const PATIENT_STEP = 3

/**
 * Milliseconds to wait after a number of failed tries in a row (1 after the first), spread by ±20 % so that links that failed together
 * do not come back together.
 * @param random from 0 to below 1
 */
export function backoffMs(failures: number, random: number): number {
  const step = STEPS[Math.min(Math.max(failures, 1), STEPS.length) - 1] as number
  return Math.round(step * (1 - JITTER + 2 * JITTER * random))
}

/** The wait before the next try: no shorter than the receiver asked for, nor than a person needs to mend what only a person can. */
export function waitMs(wait: {
  readonly failures: number
  readonly random: number
  readonly retryAfterMs?: number | undefined
  readonly needsPerson?: boolean
}): number {
  const failures = wait.needsPerson ? Math.max(wait.failures, PATIENT_STEP + 1) : wait.failures
  if (wait.retryAfterMs !== undefined) return Math.min(Math.max(wait.retryAfterMs, SHORTEST), LONGEST)
  return backoffMs(failures, wait.random)
}
