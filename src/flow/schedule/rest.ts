import { setTimeout as pause } from 'node:timers/promises'

/** Beside a large message what works behind it rests so many times as long as a step took, and catches up afterwards. */
const BESIDE_LARGE = 6

/** How what works in the background leaves time to others. */
export interface Resting {
  /** How many times as long as a step took it rests after it. */
  readonly rest: number
  /** Whether this process works on a large message. */
  readonly isBusy?: (() => boolean) | undefined
  /** How many times it rests at least while this process is busy. */
  readonly beside?: number
  /** It rests no longer than this at once, in milliseconds. */
  readonly most?: number
}

/** Rests after a step that began at a time of `performance.now()`, so that it never has more than its share of the database's time. */
export async function restAfter(
  began: number,
  { rest, isBusy = () => false, beside = BESIDE_LARGE, most = Number.POSITIVE_INFINITY }: Resting,
  signal?: AbortSignal,
): Promise<void> {
  const took = performance.now() - began
  const ms = Math.min(took * (isBusy() ? Math.max(rest, beside) : rest), most)
  // Who stops in the middle of a rest looks at its signal next.
  await pause(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => {})
}
