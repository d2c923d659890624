import type { ForwardPlan } from '#core/mapping/compile/forward.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'
import type { FieldWatch } from '#core/mapping/mapping.ts'
import { isNullToken } from '#core/nulls.ts'
import { ENVELOPE, type SourceRecord, type SourceValue } from '#core/source.ts'

/** Fields of one mapping that are watched. */
const FIELDS_MAX = 100

/** What is watched of the fields that a mapping reads; all that can be decided when it is compiled is decided here. */
export function fieldWatch({
  known,
  ignored,
  personal,
  empty,
  read,
}: Pick<ForwardPlan, 'known' | 'ignored' | 'personal' | 'empty' | 'read'>): FieldWatch {
  const fields = [...known]
    // What stands around the list is one value for all records.
    .filter((field) => !ignored.has(field) && !(read.envelope && field.startsWith(ENVELOPE)))
    .sort()
    .slice(0, FIELDS_MAX)
  const paths = fields.map((field) => stepsOf(field) ?? [])
  const hidden = new Set([...personal, ...ignored].flatMap((path) => [path, lastOf(path)]))
  const shown = new Set(fields.flatMap((path) => [path, lastOf(path)]))
  const isEmpty = (value: SourceValue | undefined): boolean =>
    value === undefined ||
    value === null ||
    (typeof value === 'string' ? isNullToken(value, empty) : Array.isArray(value) && value.length === 0)
  return {
    fields,
    countNulls({ value: row }, nulls) {
      for (let i = 0; i < paths.length; i++) {
        if (isEmpty(valueAt(row, paths[i] as string[]))) nulls[i] = (nulls[i] ?? 0) + 1
      }
    },
    mayShow: (field) => shown.has(field) && !hidden.has(field),
  }
}

/** The same watch for a source that writes the names of its fields in several cases. */
export const spelling = (watch: FieldWatch, spelt: (source: SourceRecord) => SourceRecord): FieldWatch => ({
  ...watch,
  countNulls: (source, nulls) => watch.countNulls(spelt(source), nulls),
})

const lastOf = (path: string): string => stepsOf(path)?.at(-1) ?? path

/** The value at a path; that of the first member where the path goes through a list. */
function valueAt(row: SourceValue, steps: readonly string[]): SourceValue | undefined {
  let value: SourceValue | undefined = row
  for (const step of steps) {
    if (Array.isArray(value)) value = value[0]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, step) ? value[step] : undefined
  }
  return value
}
