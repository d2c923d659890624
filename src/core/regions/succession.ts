import { isValidIn, RECORDS, type RegionRecord, recordsOf } from './records.ts'

/** Record of a code that took over in the year of a change: it outlives the year. */
function takerOf(code: string, year: number): RegionRecord | undefined {
  return recordsOf(code).find((r) => r.start <= year && (r.end === undefined || r.end > year))
}

function walk(
  starts: readonly RegionRecord[],
  next: (record: RegionRecord) => readonly RegionRecord[],
  year: number,
): string[] {
  const found = new Set<string>()
  const seen = new Set<RegionRecord>()
  const open = [...starts]
  for (let record = open.pop(); record !== undefined; record = open.pop()) {
    if (seen.has(record)) continue
    seen.add(record)
    if (isValidIn(record, year)) found.add(record.code)
    else open.push(...next(record))
  }
  return [...found].sort()
}

/** Records that took over all of the ground of a record when it ended. */
function directSuccessors(record: RegionRecord): readonly RegionRecord[] {
  if (record.end === undefined) return []
  const end = record.end
  return record.succession.filter((s) => s.kind !== 'territory').flatMap((s) => takerOf(s.code, end) ?? [])
}

/**
 * Codes valid in a year that the ground of an ended record went to, through all changes in between, ascending.
 * What a record gave away while it lived does not count.
 */
export function successorsIn(record: RegionRecord, year: number): readonly string[] {
  return walk(directSuccessors(record), directSuccessors, year)
}

let predecessors: ReadonlyMap<RegionRecord, readonly RegionRecord[]> | undefined

function collectPredecessors(): ReadonlyMap<RegionRecord, readonly RegionRecord[]> {
  const givers = new Map<RegionRecord, RegionRecord[]>()
  for (const record of RECORDS) {
    for (const { code, year } of record.succession) {
      const taker = takerOf(code, year)
      if (taker?.start !== year) continue
      givers.set(taker, [...(givers.get(taker) ?? []), record])
    }
  }
  return givers
}

function directPredecessors(record: RegionRecord): readonly RegionRecord[] {
  predecessors ??= collectPredecessors()
  return predecessors.get(record) ?? []
}

/** Codes valid in a year that the ground of a record which began later came from, ascending. */
export function predecessorsIn(record: RegionRecord, year: number): readonly string[] {
  return walk(directPredecessors(record), directPredecessors, year)
}
