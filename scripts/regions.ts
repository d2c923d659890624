/**
 * Makes src/core/regions/data/regions.json from the codes.json of github.com/yescallop/areacodes (CC0 1.0).
 *
 *   node scripts/regions.ts <path of codes.json>
 *
 * One text line a record: `code name start end successors`. `end` is `-` while the record is in force. A successor is
 * one letter for the kind of change, the code, and for a change of territory of a living record `@year`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface SourceSuccessor {
  readonly code: number
  readonly time?: number
}

interface SourceRecord {
  readonly code: number
  readonly name: string
  readonly start: number
  readonly end?: number
  readonly succ?: readonly SourceSuccessor[]
  readonly children?: readonly SourceRecord[]
}

const TARGET = new URL('../src/core/regions/data/regions.json', import.meta.url)

function flatten(records: readonly SourceRecord[]): SourceRecord[] {
  return records.flatMap((record) => [record, ...flatten(record.children ?? [])])
}

/** Record that holds a code at the end of a year: the source counts a record from `start` up to, not including, `end`. */
function holder(byCode: ReadonlyMap<number, SourceRecord[]>, code: number, year: number) {
  return byCode.get(code)?.find((r) => r.start <= year && (r.end === undefined || r.end > year))
}

function prefectureOf(byCode: ReadonlyMap<number, SourceRecord[]>, code: number, year: number): number {
  const prefecture = code - (code % 100)
  return holder(byCode, prefecture, year) === undefined ? code : prefecture
}

/** The source gives no successor of a prefecture that had counties: it follows its counties. */
function prefectureSuccessors(
  byCode: ReadonlyMap<number, SourceRecord[]>,
  record: SourceRecord,
  end: number,
): number[] {
  const counties = (record.children ?? []).filter((child) => child.end === undefined || child.end >= end)
  const codes = counties.flatMap((county) => {
    const ending = (county.succ ?? []).filter((s) => s.time === undefined).map((s) => s.code)
    return county.end === end && ending.length > 0 ? ending : [county.code]
  })
  return [...new Set(codes.map((code) => prefectureOf(byCode, code, end)))].sort((a, b) => a - b)
}

function endSuccessors(byCode: ReadonlyMap<number, SourceRecord[]>, record: SourceRecord): number[] {
  if (record.end === undefined) return []
  const stated = (record.succ ?? []).filter((s) => s.time === undefined).map((s) => s.code)
  return stated.length > 0 ? stated : prefectureSuccessors(byCode, record, record.end)
}

/** How many records gave ground to a code in a year: more than one makes a merger of what would be a rename. */
function countGivers(byCode: ReadonlyMap<number, SourceRecord[]>, records: readonly SourceRecord[]) {
  const givers = new Map<string, number>()
  const add = (code: number, year: number) =>
    givers.set(`${code}@${year}`, (givers.get(`${code}@${year}`) ?? 0) + 1)
  for (const record of records) {
    for (const code of endSuccessors(byCode, record)) add(code, record.end ?? 0)
    for (const s of record.succ ?? []) if (s.time !== undefined) add(s.code, s.time)
  }
  return givers
}

function line(
  byCode: ReadonlyMap<number, SourceRecord[]>,
  givers: ReadonlyMap<string, number>,
  record: SourceRecord,
): string {
  const ends = endSuccessors(byCode, record)
  const kindOf = (code: number): string => {
    if (ends.length > 1) return 's'
    const year = record.end ?? 0
    const isNew = holder(byCode, code, year)?.start === year
    return isNew && givers.get(`${code}@${year}`) === 1 ? 'r' : 'm'
  }
  const succession = [
    ...(record.succ ?? []).flatMap((s) => (s.time === undefined ? [] : [`t${s.code}@${s.time}`])),
    ...ends.map((code) => `${kindOf(code)}${code}`),
  ]
  return [record.code, record.name, record.start, record.end ?? '-', succession.join(',')].join(' ').trimEnd()
}

function main(source: string | undefined): void {
  if (source === undefined) throw new Error('usage: node scripts/regions.ts <path of codes.json>')
  const parsed = JSON.parse(readFileSync(source, 'utf8')) as { items: SourceRecord[] }
  const records = flatten(parsed.items).sort((a, b) => a.code - b.code || a.start - b.start)
  const byCode = new Map<number, SourceRecord[]>()
  for (const record of records) byCode.set(record.code, [...(byCode.get(record.code) ?? []), record])
  const givers = countGivers(byCode, records)
  const output = {
    source: 'https://github.com/yescallop/areacodes',
    licence: 'CC0-1.0',
    records: records.map((record) => line(byCode, givers, record)),
  }
  writeFileSync(TARGET, `${JSON.stringify(output, null, 0).replaceAll('","', '",\n"')}\n`)
  console.log(`${records.length} records → ${TARGET.pathname}`)
}

main(process.argv[2])
