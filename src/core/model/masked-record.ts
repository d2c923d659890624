import { cover, maskName } from '#core/mask.ts'
import { coverNumbers, type Hide, hidePersonal } from './personal-values.ts'
import type { CanonicalRecord } from './record.ts'

/** What stands in the place of a text of which nobody knows what is in it; its length would tell something too. */
const COVERED = '***'

/** Names of natural persons keep their first character, plates three, telephones seven digits. */
const covered: Hide = (sort, value) => {
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
export const maskedRecord = (record: CanonicalRecord): CanonicalRecord =>
  hidePersonal(record.kind, record, covered) as unknown as CanonicalRecord

/** The JSON text of a record, masked. */
export const maskedText = (text: string): string =>
  JSON.stringify(maskedRecord(JSON.parse(text) as CanonicalRecord))
