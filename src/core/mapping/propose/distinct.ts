import type { SourceRecord, SourceValue } from '#core/source.ts'
import type { Recognised } from './recognise.ts'

/** How many records the fields together tell apart. */
export function distinct(fields: readonly Recognised[], records: readonly SourceRecord[]): number {
  const keys = records.map(({ value }) => fields.map(({ profile }) => textAt(value, profile.name)).join('\n'))
  return new Set(keys).size
}

function textAt(value: SourceValue, path: string): string {
  let found: SourceValue | undefined = value
  for (const step of path.split(/(?<!\\)\./)) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return ''
    found = found[step.replaceAll('\\.', '.')]
  }
  return typeof found === 'string' ? found : ''
}
