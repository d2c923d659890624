import { isNullToken } from '#core/nulls.ts'
import type { SourceRecord } from '#core/source.ts'

/** Fields of a record that have a value, are not ignored, and that nothing read. */
export function unusedFields(
  { value }: SourceRecord,
  seen: ReadonlySet<string>,
  ignored: ReadonlySet<string>,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const used = new Set<string>()
  for (const path of seen) used.add(path.split('.', 1)[0] as string)
  return Object.keys(value).filter((name) => {
    const field = value[name]
    const isEmpty = field === null || field === undefined || (typeof field === 'string' && isNullToken(field))
    return !isEmpty && !used.has(name) && !ignored.has(name)
  })
}
