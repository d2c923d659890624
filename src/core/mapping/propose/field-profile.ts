import { isNullToken } from '#core/nulls.ts'
import { ENVELOPE, type ReadOptions, type SourceRecord, type SourceValue } from '#core/source.ts'

/** Where a field stands: in each row, once for all rows around them (an envelope, a title), or in a heading, whose unit it is. */
export type Standing = 'row' | 'around' | 'heading'

/** What the records of a sample show of one field. */
export interface FieldProfile {
  /** With dots where it stands inside an object. */
  readonly name: string
  /** Distinct texts in the order in which they came, at most `DISTINCT_MAX`. */
  readonly texts: readonly string[]
  /** Records that have a value. */
  readonly filled: number
  readonly records: number
  /** No two records have the same text. */
  readonly unique: boolean
  /** A list of texts, whose members are the texts. */
  readonly list: boolean
  readonly stands: Standing
}

const DISTINCT_MAX = 200
const FIELDS_MAX = 300
const DEEPEST = 4

interface Found {
  readonly texts: Set<string>
  filled: number
  repeated: boolean
  list: boolean
}

/** Profiles of the fields of a sample's records in the order in which they come, those of the rows first. */
export function profileFields(records: readonly SourceRecord[], read: ReadOptions): FieldProfile[] {
  const fields = new Map<string, Found>()
  for (const { value } of records) walk(value, '', fields, 0)
  const profiles = [...fields].map(([name, { texts, filled, repeated, list }]): FieldProfile => {
    const stands = standingOf(name, read)
    return {
      name,
      texts: [...texts],
      filled,
      records: records.length,
      unique: stands === 'row' && !repeated && filled === records.length,
      list,
      stands,
    }
  })
  const isRow = ({ stands }: FieldProfile): boolean => stands === 'row'
  return [
    ...profiles.filter(isRow),
    ...profiles.filter((profile) => !isRow(profile)),
    ...profileEnvelope(records, read),
  ]
}

function standingOf(name: string, { xlsx }: ReadOptions): Standing {
  if (xlsx?.title && name.startsWith('title.')) return 'around'
  return xlsx?.units && name.startsWith('unit.') ? 'heading' : 'row'
}

/** Members around the list that can be read. All records of a message share them. */
function profileEnvelope(
  records: readonly SourceRecord[],
  { envelope: names = [] }: ReadOptions,
): FieldProfile[] {
  const around = records[0]?.envelope
  if (around === undefined) return []
  const fields = new Map<string, Found>()
  walk(around.value, '', fields, 0)
  return names.map((name) => {
    const texts = [...(fields.get(name)?.texts ?? [])]
    const filled = texts.length > 0 ? records.length : 0
    return {
      name: ENVELOPE + name,
      texts,
      filled,
      records: records.length,
      unique: false,
      list: false,
      stands: 'around',
    }
  })
}

function walk(value: SourceValue, path: string, fields: Map<string, Found>, depth: number): void {
  if (value === null || depth > DEEPEST) return
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === 'string') count(path, member, fields, true)
    return
  }
  if (typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      const step = name.replaceAll('.', '\\.')
      walk(member, path === '' ? step : `${path}.${step}`, fields, depth + 1)
    }
    return
  }
  count(path, String(value), fields, false)
}

function count(path: string, text: string, fields: Map<string, Found>, list: boolean): void {
  if (path === '') return
  let found = fields.get(path)
  if (!found) {
    if (fields.size >= FIELDS_MAX) return
    found = { texts: new Set(), filled: 0, repeated: false, list }
    fields.set(path, found)
  }
  if (isNullToken(text)) return
  found.filled++
  found.list ||= list
  if (found.texts.has(text)) found.repeated = true
  else if (found.texts.size < DISTINCT_MAX) found.texts.add(text)
}

/**
 * Profiles in which names that differ in nothing but case are one field, by the spelling that came first; null where there are none
 * such: some senders write their names now so, now so.
 */
export function withoutCases(profiles: readonly FieldProfile[]): FieldProfile[] | null {
  const folded = Map.groupBy(profiles, ({ name }) => name.toLowerCase())
  if (folded.size === profiles.length) return null
  return [...folded.values()].map((same) => {
    const [first, ...others] = same as [FieldProfile, ...FieldProfile[]]
    if (others.length === 0) return first
    const texts = [...new Set(same.flatMap((one) => one.texts))]
    const filled = same.reduce((sum, one) => sum + one.filled, 0)
    return { ...first, texts, filled, unique: filled === first.records && texts.length === filled }
  })
}
