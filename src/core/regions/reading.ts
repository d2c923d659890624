import type { Flag } from '#core/flags.ts'
import { isValidIn, type RegionRecord } from './records.ts'
import { predecessorsIn, successorsIn } from './succession.ts'

/** How a text or a code led to codes of a year. */
export type ReadingWay = 'exact' | 'successor' | 'predecessor' | 'none'

/** What records lead to in a year: no code, one, or several between which nothing decides. */
export interface Reading {
  readonly way: ReadingWay
  readonly codes: readonly string[]
}

export const NOTHING: Reading = { way: 'none', codes: [] }

function union(records: readonly RegionRecord[], read: (record: RegionRecord) => readonly string[]) {
  return [...new Set(records.flatMap(read))].sort()
}

/**
 * Codes of a year for records that were named: those in force in that year; else what became of those that had ended;
 * else what those that began later were before.
 */
export function readRecords(records: readonly RegionRecord[], year: number): Reading {
  if (records.length === 0) return NOTHING
  const valid = records.filter((record) => isValidIn(record, year))
  if (valid.length > 0) return { way: 'exact', codes: union(valid, (record) => [record.code]) }
  const ended = records.filter((record) => record.start <= year)
  if (ended.length > 0) {
    return { way: 'successor', codes: union(ended, (record) => successorsIn(record, year)) }
  }
  return { way: 'predecessor', codes: union(records, (record) => predecessorsIn(record, year)) }
}

const WAY_FLAGS: Readonly<Record<ReadingWay, readonly Flag[]>> = {
  exact: [],
  successor: ['W_AREA_OBSOLETE'],
  predecessor: ['W_AREA_CHANGED'],
  none: ['W_AREA_UNKNOWN'],
}

/** Flags of a reading: how it was reached, and whether it leaves several codes open. */
export function flagsOf(reading: Reading): readonly Flag[] {
  const flags = WAY_FLAGS[reading.way]
  return reading.codes.length > 1 ? [...flags, 'W_AREA_AMBIGUOUS'] : flags
}
