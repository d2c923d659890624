import { isBase64OfTexts } from '#core/mapping/run/base64.ts'
import type { ReadOptions, SourceRecord, SourceValue } from '#core/source.ts'

const SAMPLE_RECORDS = 200

/**
 * What a sample shows of how its source writes: the Base64 of each text; names of fields with blanks around them or in full width, which
 * another message may have without. Empty where it writes as others do.
 */
export function habitsOf(records: readonly SourceRecord[]): Pick<ReadOptions, 'values' | 'names'> {
  const values = records.slice(0, SAMPLE_RECORDS).map(({ value }) => value)
  return {
    ...(values.flatMap(namesOf).some(isOddName) ? { names: 'any-case' as const } : {}),
    ...(isBase64OfTexts(values) ? { values: 'base64' as const } : {}),
  }
}

const isOddName = (name: string): boolean => name.trim() !== name || /[\uff01-\uff5e\u3000]/u.test(name)

function namesOf(value: SourceValue): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(namesOf)
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesOf(member)])
}
