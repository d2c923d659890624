import type { Pool } from 'pg'
import { type LearnedRhythm, proposeRhythm } from '#core/silence/propose.ts'
import { readArrivalHours } from '#store/arrivals.ts'
import { KEPT_MS } from './follow-arrivals.ts'

/** How a system, or one of its records, has come in the last weeks, and what to expect of it. */
export async function readRhythm(
  pool: Pool,
  of: { readonly system: string; readonly record?: string },
  nowMs: number,
): Promise<LearnedRhythm> {
  return proposeRhythm(await readArrivalHours(pool, { ...of, sinceMs: nowMs - KEPT_MS }), nowMs)
}
