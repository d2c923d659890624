import type { CompiledMapping, MappedSource } from '#core/mapping/mapping.ts'
import { ENVELOPE, type SourceRecord } from '#core/source.ts'
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
    note(source, { issues, rejected }) {
      if (watch === undefined || rejected) return
      for (const name of mapping.drift(source)) countField(fields, name, source)
      if (seen < NULLS_OF) {
        seen++
        watch.countNulls(source, nulls)
      }
      for (const { code, path, value } of issues) {
        if (code !== 'W_ENUM_UNKNOWN' || value === undefined) continue
        const field = lastName(path)
        if (watch.mayShow(field)) noteValue(cut(field), cut(value))
      }
    },
    get drift() {
      return { fields, values, seen, nulls }
    },
  }
}

/** The last name of a place: `/1/payType`, `meat_out_info_detail[1]/type`, `row 7/类型`. */
const lastName = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')

function countField(
  fields: Map<string, { count: number; sample: string | null }>,
  name: string,
  { value: row, envelope }: SourceRecord,
): void {
  const kept = cut(name)
  const known = fields.get(kept)
  if (known) known.count++
  else if (fields.size < MOST) {
    const own = row !== null && typeof row === 'object' && !Array.isArray(row) ? row[name] : undefined
    const value = own ?? envelope?.value[name.slice(ENVELOPE.length)]
    fields.set(kept, { count: 1, sample: typeof value === 'string' ? textShape(value) : null })
  }
}

/** The beginning of a text; the store takes no half of a surrogate pair, and no NUL. */
const cut = (text: string): string => text.slice(0, LONGEST).toWellFormed().replaceAll('\0', '\ufffd')
