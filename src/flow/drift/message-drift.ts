import { isRow } from '#adapters/push/record.ts'
import { fieldOfPlace } from '#core/issue.ts'
import type { CompiledMapping, MappedSource } from '#core/mapping/mapping.ts'
import { ENVELOPE, type SourceRecord, type SourceValue } from '#core/source.ts'
import { textShape } from '#core/text-shape.ts'

/** What one message shows of the habits of its sender that the mapping does not expect. */
export interface MessageDrift {
  /** Fields that the mapping neither maps nor ignores: how often, and the shape of one of their texts. */
  readonly fields: ReadonlyMap<string, { count: number; readonly sample: string | null }>
  /** Values that no enumeration or code table names, by field and value. */
  readonly values: ReadonlyMap<string, { readonly field: string; readonly value: string; count: number }>
  /** Of how many records it was counted which of the watched fields are empty, and the counts. */
  readonly seen: number
  readonly nulls: readonly number[]
}

/** Records of one message in which empty fields are counted: the cost of a message is bounded, whatever its size. */
const NULLS_OF = 20
/** What is counted of one message, and the length to which names and values are kept: the sender chooses both. */
const MOST = 100
const LONGEST = 100

/** Notes of one message, record by record. */
export interface DriftNotes {
  note(source: SourceRecord, mapped: MappedSource): void
  readonly drift: MessageDrift
}

export function driftNotes(mapping: CompiledMapping): DriftNotes {
  const { watch } = mapping
  const fields = new Map<string, { count: number; sample: string | null }>()
  const values = new Map<string, { field: string; value: string; count: number }>()
  const nulls: number[] = []
  let seen = 0
  const noteValue = (field: string, value: string): void => {
    const key = `${field}\n${value}`
    const known = values.get(key)
    if (known) known.count++
    else if (values.size < MOST) values.set(key, { field, value, count: 1 })
  }
  return {
    note(source, { issues, rejected, records }) {
      if (watch === undefined || rejected) return
      for (const name of mapping.drift(source)) countField(fields, name, source)
      // An order without lines has none of their fields.
      if (seen < NULLS_OF && records.length > 0) {
        seen++
        watch.countNulls(source, nulls)
      }
      for (const { code, path, value } of issues) {
        if (code !== 'W_ENUM_UNKNOWN' || value === undefined) continue
        const field = namesOf(path).find(watch.mayShow)
        if (field !== undefined) noteValue(cut(field), cut(value))
      }
    },
    get drift() {
      return { fields, values, seen, nulls }
    },
  }
}

/** Names of the field at a place, `/1/payType` or `row 7, 类型`: as written, and without the objects around it (`line 3, head.payType`). */
function namesOf(path: string): string[] {
  const field = fieldOfPlace(path).replaceAll('~1', '/').replaceAll('~0', '~')
  return [field, field.slice(field.lastIndexOf('.') + 1)]
}

function countField(
  fields: Map<string, { count: number; sample: string | null }>,
  name: string,
  { value: row, envelope }: SourceRecord,
): void {
  const kept = cut(name)
  const known = fields.get(kept)
  if (known) known.count++
  else if (fields.size < MOST) {
    const isAround = name.startsWith(ENVELOPE) && envelope !== undefined
    const value = isAround ? valueAt(envelope.value, name.slice(ENVELOPE.length)) : valueAt(row, name)
    fields.set(kept, { count: 1, sample: typeof value === 'string' ? textShape(value) : null })
  }
}

/** The value of a name, or at a path of names, with a dot between them and `\\.` for one in a name; undefined where it leads into a list. */
function valueAt(row: SourceValue, path: string): SourceValue | undefined {
  if (isRow(row) && Object.hasOwn(row, path)) return row[path]
  let value: SourceValue | undefined = row
  for (const step of path.split(/(?<!\\)\./)) {
    if (!isRow(value)) return undefined
    const name = step.replaceAll('\\.', '.')
    value = Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

/** The beginning of a text; the store takes no half of a surrogate pair, and no NUL. */
const cut = (text: string): string => text.slice(0, LONGEST).toWellFormed().replaceAll('\0', '\ufffd')
