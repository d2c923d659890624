import type { SourceRow } from './bench.ts'

/** Rows a page of the suite, unless a bench says otherwise. */
export const PAGE_ROWS = 5
export const ROWS = 23

const SECOND_MS = 1000
const START_MS = Math.floor((Date.now() - 3 * 3_600_000) / SECOND_MS) * SECOND_MS

/**
 * Rows in the order of their times. Those from the fourth to the eleventh have the same time: more than a page has, and over the ends of two.
 * Ids are in another order than times.
 * @param from number of the first, for rows that are added later
 */
export function sourceRows(count: number = ROWS, from = 0): SourceRow[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i
    const step = n < 3 ? n : n < 11 ? 3 : n
    return {
      // 7 and 10,000 have no common factor: each number once.
      id: `R${String((n * 7 + 13) % 10_000).padStart(4, '0')}`,
      atMs: START_MS + step * 60 * SECOND_MS,
      holder: `李测验${String.fromCodePoint(0x4e00 + n)}`,
      phone: `0000${String(7_000_000 + n)}`,
    }
  })
}

/** Rows that were changed at this very moment. */
export const rowsOfNow = (count: number, from: number): SourceRow[] =>
  sourceRows(count, from).map((row) => ({
    ...row,
    atMs: Math.floor(Date.now() / SECOND_MS) * SECOND_MS,
  }))
