import type { Issue } from '#core/issue.ts'
import type { Envelope, SourceRecord, SourceValue } from '#core/source.ts'

const NO_ISSUES: readonly Issue[] = Object.freeze([])

/** How a format writes the place of a field, from the place of its record and the field's name. */
export type Placing = (path: string, field: string) => string

/** A source record whose places are written as its format does. */
export function sourceRecord(
  index: number,
  path: string,
  value: SourceValue,
  placing: Placing,
  issues: readonly Issue[] = NO_ISSUES,
  envelope?: Envelope,
): SourceRecord {
  const place = (field: string) => (field === '' ? path : placing(path, field))
  return envelope === undefined
    ? { index, path, value, place, issues }
    : { index, path, value, place, issues, envelope }
}

/** Whether a value is an object with named members. */
export function isRow(value: SourceValue | undefined): value is { [name: string]: SourceValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
