import data from './data/regions.json' with { type: 'json' }

/**
 * How the ground of a record went on: the record was renamed or renumbered, merged into another, split among several,
 * or (`territory`) gave a part away and lived on.
 */
export type SuccessionKind = 'renamed' | 'merged' | 'split' | 'territory'

/** Where the ground, or a part of it, went. */
export interface Succession {
  readonly kind: SuccessionKind
  readonly code: string
  readonly year: number
}

/** One name of one GB/T 2260 code over a run of years. */
export interface RegionRecord {
  /** Six digits. */
  readonly code: string
  readonly name: string
  /** First year in which the code is in the table of 31 December. */
  readonly start: number
  /** Year of the change that ended it; absent while it is in force. */
  readonly end?: number
  readonly succession: readonly Succession[]
}

/** First and last year of the tables that the data is made of. */
export const FIRST_YEAR = 1981
export const LAST_YEAR = 2024

const KINDS: Readonly<Record<string, SuccessionKind>> = {
  r: 'renamed',
  m: 'merged',
  s: 'split',
  t: 'territory',
}

function readSuccession(text: string, end: number): Succession {
  const [code = '', year] = text.slice(1).split('@')
  return { kind: KINDS[text.charAt(0)] ?? 'merged', code, year: year === undefined ? end : Number(year) }
}

function readRecord(line: string): RegionRecord {
  const [code = '', name = '', start, endText, successionText] = line.split(' ')
  const end = endText === '-' ? undefined : Number(endText)
  return {
    code,
    name,
    start: Number(start),
    ...(end === undefined ? {} : { end }),
    succession: successionText ? successionText.split(',').map((text) => readSuccession(text, end ?? 0)) : [],
  }
}

/** Every record of GB/T 2260 since 1981, by code and then by first year. */
export const RECORDS: readonly RegionRecord[] = data.records.map(readRecord)

const BY_CODE = new Map<string, RegionRecord[]>()
for (const record of RECORDS) {
  const same = BY_CODE.get(record.code)
  if (same === undefined) BY_CODE.set(record.code, [record])
  else same.push(record)
}

/** Every record that ever had this six-digit code, oldest first; empty for a code that GB/T 2260 never had. */
export function recordsOf(code: string): readonly RegionRecord[] {
  return BY_CODE.get(code) ?? []
}

/**
 * Whether a record is good for papers of a year. Both the year in which a code began and the year in which it ended count:
 * changes come into force within the year, and papers of that year are written with either code.
 */
export function isValidIn(record: RegionRecord, year: number): boolean {
  return record.start <= year && (record.end === undefined || year <= record.end)
}

/** Record that a code stands for in a year; the newer one in a year of change; undefined if the code was not in force. */
export function recordAt(code: string, year: number): RegionRecord | undefined {
  return recordsOf(code).findLast((record) => isValidIn(record, year))
}

/** Like {@link recordAt}, else the record that ended last before the year, else the first that began after it. */
export function nearestRecord(code: string, year: number): RegionRecord | undefined {
  const records = recordsOf(code)
  return recordAt(code, year) ?? records.findLast((record) => record.start <= year) ?? records[0]
}
