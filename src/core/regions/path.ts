import { nearestRecord, RECORDS, type RegionRecord, recordAt } from './records.ts'

/** 1 province, 2 prefecture, 3 county. */
export type RegionLevel = 1 | 2 | 3

export function levelOf(code: string): RegionLevel {
  if (code.endsWith('0000')) return 1
  return code.endsWith('00') ? 2 : 3
}

/** Digits that every code inside a region begins with. */
export function prefixOf(code: string): string {
  return code.slice(0, levelOf(code) * 2)
}

/** Code of the province: `330000` for `330105`. */
export function provinceOf(code: string): string {
  return `${code.slice(0, 2)}0000`
}

/** Province, prefecture where there is one, and the record itself, as they were in a year of the record's life. */
function lineOf(record: RegionRecord, year: number): readonly RegionRecord[] {
  const living = Math.min(Math.max(year, record.start), (record.end ?? Number.POSITIVE_INFINITY) - 1)
  const above = [provinceOf(record.code), `${record.code.slice(0, 4)}00`]
  const parents = [...new Set(above)].filter((code) => code !== record.code)
  return [...parents.flatMap((code) => recordAt(code, living) ?? []), record]
}

/** Name of a code in a year, or in the nearest year in which it was in force; undefined for a code that never was. */
export function regionName(code: string, year: number): string | undefined {
  return nearestRecord(code, year)?.name
}

/** Names from the province down, `['浙江省', '杭州市', '拱墅区']`, in a year; empty for a code that never was. */
export function regionPath(code: string, year: number): readonly string[] {
  const record = nearestRecord(code, year)
  return record === undefined ? [] : lineOf(record, year).map((r) => r.name)
}

/** Whether a region is the ancestor itself or lies in it, with the parents it had in a year. */
export function isWithin(code: string, ancestor: string, year: number): boolean {
  if (code === ancestor) return true
  const record = nearestRecord(code, year)
  return record !== undefined && lineOf(record, year).some((r) => r.code === ancestor)
}

/**
 * The code itself and every code below it, ascending: those in force in a year, or without a year all that ever were,
 * because records of the past keep the codes of their time.
 */
export function subtree(code: string, year?: number): readonly string[] {
  const prefix = prefixOf(code)
  const inside = RECORDS.filter(
    (r) => r.code.startsWith(prefix) && (year === undefined || recordAt(r.code, year) === r),
  )
  return [...new Set(inside.map((r) => r.code))]
}
