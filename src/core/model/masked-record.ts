import { cover, maskName } from '#core/mask.ts'
import { coverNumbers, type PersonalValue, personalIn } from './personal-values.ts'
import type { CanonicalRecord } from './record.ts'

/** What stands in the place of a text of which nobody knows what is in it; its length would tell something too. */
const COVERED = '***'

/** Names of natural persons keep their first character, plates three, telephones seven digits; undefined: nothing is shown. */
function covered({ sort, value }: PersonalValue): unknown {
  if (sort === 'unknown') return undefined
  if (typeof value !== 'string') return COVERED
  switch (sort) {
    case 'name':
      return maskName(value)
    case 'plate':
      return cover(value, [2, 1])
    case 'number':
      return cover(value, [3, 4])
    case 'numbers':
      return coverNumbers(value)
    default:
      return COVERED
  }
}

/**
 * A record for who may not see what is, or may be, of a person: what the class `personal` of `sharing.ts` hides is there, and covered. The record given
 * is not changed.
 */
export const maskedRecord = (record: CanonicalRecord): CanonicalRecord => masked(structuredClone(record))

/** The JSON text of a record, masked. */
export const maskedText = (text: string): string =>
  JSON.stringify(masked(JSON.parse(text) as CanonicalRecord))

function masked(record: CanonicalRecord): CanonicalRecord {
  // All are found before one is covered: what is of a person is also told by what stands beside it.
  for (const found of personalIn(record.kind, record)) {
    const holder = found.holder as Record<string, unknown>
    const shown = covered(found)
    if (shown === undefined) delete holder[found.name]
    else holder[found.name] = shown
  }
  return record
}
