import type { Pool } from 'pg'
import { sweepDangling } from '#store/dangling.ts'
import { sweepParts } from '#store/parts.ts'

/** Bases and details wait this long after they were last sent, or last asked for. */
export const PARTS_KEPT_MS = 30 * 24 * 3_600_000
/** Rows of one statement, and statements of one sweep: it ends soon, whatever has gathered, and the next goes on. */
const AT_ONCE = 1000
const ROUNDS = 100

/** Takes out parts that waited long enough, and references whose lot has come. */
export async function sweepWaiting(pool: Pool, nowMs: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    if ((await sweepParts(pool, nowMs - PARTS_KEPT_MS, AT_ONCE)) === 0) break
  }
  let after: Parameters<typeof sweepDangling>[1] | null = ['', '', '']
  for (let round = 0; round < ROUNDS && after !== null; round++)
    after = await sweepDangling(pool, after, AT_ONCE)
}
