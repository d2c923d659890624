import { NOTHING, type Reading, readRecords } from './reading.ts'
import { nearestRecord } from './records.ts'

/** Digits that a missing end of a code stands for: 33 is a province, 3301 a prefecture. */
const FILL: Readonly<Record<number, string>> = { 2: '0000', 4: '00', 6: '', 9: '', 12: '' }

/**
 * Six digits of a code written with 2, 4, 6, 9 (township) or 12 (village) digits, in any width and with blanks;
 * undefined for anything else.
 */
export function regionCodeOf(written: string): string | undefined {
  const digits = written.normalize('NFKC').replace(/\s+/gu, '')
  const fill = FILL[digits.length]
  return fill === undefined || !/^\d+$/.test(digits) ? undefined : (digits + fill).slice(0, 6)
}

/** What a code leads to in a year. */
export function readCode(written: string, year: number): Reading {
  const code = regionCodeOf(written)
  const record = code === undefined ? undefined : nearestRecord(code, year)
  return record === undefined ? NOTHING : readRecords([record], year)
}
