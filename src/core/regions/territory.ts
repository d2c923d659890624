import { nearestRecord, RECORDS, recordsOf } from './records.ts'

/** What a code that lived on gained and lost within one year. */
export interface TerritoryChange {
  readonly year: number
  /** Codes whose ground, or a part of it, was added. */
  readonly gainedFrom: readonly string[]
  /** Codes that took a part of its ground. */
  readonly lostTo: readonly string[]
}

/** What a code covered in a year, told by the changes on both sides of it. */
export interface Territory {
  readonly code: string
  readonly name: string
  /** Year since which it has covered this ground. */
  readonly since: number
  /** Year of the next change, or of its end. */
  readonly until?: number
  /** Ground of these codes had been added by then: a paper from before may name one of them instead. */
  readonly gainedFrom: readonly string[]
  /** These codes took a part of the ground later: it was still included. */
  readonly laterLostTo: readonly string[]
}

interface Sides {
  readonly gainedFrom: Set<string>
  readonly lostTo: Set<string>
}

/** Whether a number was in force both before and after a year of change. */
function livedThrough(code: string, year: number): boolean {
  const records = recordsOf(code)
  return (
    records.some((r) => r.start < year && (r.end === undefined || r.end >= year)) &&
    records.some((r) => r.start <= year && (r.end === undefined || r.end > year))
  )
}

function collect(): ReadonlyMap<string, readonly TerritoryChange[]> {
  const byCode = new Map<string, Map<number, Sides>>()
  const sidesOf = (code: string, year: number): Sides => {
    const years = byCode.get(code) ?? new Map<number, Sides>()
    byCode.set(code, years)
    const sides = years.get(year) ?? { gainedFrom: new Set<string>(), lostTo: new Set<string>() }
    years.set(year, sides)
    return sides
  }
  for (const record of RECORDS) {
    for (const { code, year } of record.succession) {
      if (code === record.code) continue
      if (livedThrough(record.code, year)) sidesOf(record.code, year).lostTo.add(code)
      if (livedThrough(code, year)) sidesOf(code, year).gainedFrom.add(record.code)
    }
  }
  return new Map([...byCode].map(([code, years]) => [code, inOrder(years)]))
}

function inOrder(years: ReadonlyMap<number, Sides>): readonly TerritoryChange[] {
  return [...years]
    .sort(([a], [b]) => a - b)
    .map(([year, sides]) => ({
      year,
      gainedFrom: [...sides.gainedFrom].sort(),
      lostTo: [...sides.lostTo].sort(),
    }))
}

let changes: ReadonlyMap<string, readonly TerritoryChange[]> | undefined

/** Every change of the ground that a living number covers, oldest first. A new name or number alone is none. */
export function territoryChanges(code: string): readonly TerritoryChange[] {
  changes ??= collect()
  return changes.get(code) ?? []
}

/** What a code covered at the end of a year; undefined for a code that GB/T 2260 never had. */
export function territoryOf(code: string, year: number): Territory | undefined {
  const record = nearestRecord(code, year)
  if (record === undefined) return undefined
  const all = territoryChanges(code)
  const before = all.filter((change) => change.year <= year)
  const after = all.filter((change) => change.year > year)
  const until = after[0]?.year ?? recordsOf(code).at(-1)?.end
  return {
    code,
    name: record.name,
    since: before.at(-1)?.year ?? recordsOf(code)[0]?.start ?? record.start,
    ...(until === undefined ? {} : { until }),
    gainedFrom: [...new Set(before.flatMap((change) => change.gainedFrom))].sort(),
    laterLostTo: [...new Set(after.flatMap((change) => change.lostTo))].sort(),
  }
}
