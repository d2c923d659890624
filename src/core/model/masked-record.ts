import { cover, maskName } from '#core/mask.ts'
import { isPersonalSite } from '#core/personal.ts'
import { coverNumbers } from '#core/personal-numbers.ts'
import { COVERED, maskedSubject, siteOfSubject } from './masked-texts.ts'
import { type PersonalValue, personalIn } from './personal-values.ts'
import type { CanonicalRecord } from './record.ts'

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

/** What a finding is of and says, in which places are named: those that may be called by a person are masked there too. */
function maskedWords({ subject, sentence, sites = [] }: CanonicalRecord): Partial<CanonicalRecord> {
  const named = [...sites.map(({ name }) => name), subject && siteOfSubject(subject)]
  const names = named.filter((name) => typeof name === 'string' && isPersonalSite({ name })) as string[]
  const without = (text: string): string =>
    coverNumbers(names.reduce((all, name) => all.replaceAll(name, maskName(name)), text))
  return {
    ...(subject === undefined ? {} : { subject: maskedSubject(subject) }),
    ...(sentence === undefined ? {} : { sentence: { en: without(sentence.en), zh: without(sentence.zh) } }),
  }
}

/** The JSON text of a record, masked. */
export const maskedText = (text: string): string =>
  JSON.stringify(masked(JSON.parse(text) as CanonicalRecord))

function masked(record: CanonicalRecord): CanonicalRecord {
  const words = record.kind === 'finding' ? maskedWords(record) : {}
  // All are found before one is covered: what is of a person is also told by what stands beside it.
  for (const found of personalIn(record.kind, record)) {
    const holder = found.holder as Record<string, unknown>
    const shown = covered(found)
    if (shown === undefined) delete holder[found.name]
    else holder[found.name] = shown
  }
  return Object.assign(record, words)
}
