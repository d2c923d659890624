import { citizenIdCheckOk, isCitizenIdShape } from '#core/identifiers/citizen-id.ts'
import { cover, maskName } from '#core/mask.ts'
import { isPersonalCode, isPersonalNumber, isPersonalParty, isPersonalSite } from '#core/personal.ts'
import type { CanonicalRecord } from './record.ts'
import { PART_SHARING, RECORD_SHARING, type Rules } from './sharing.ts'

/** What stands in the place of a text of which nobody knows what is in it; its length would tell something too. */
const COVERED = '***'
/** Numbers of telephones inside a longer text, and citizens' numbers, which have 18 signs. */
const NUMBERS = /(?<!\d)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\d{17}[\dXx])(?!\d)/g
/** A number, a date or a time as sources write them, with at most a unit behind. */
const FIGURE =
  /^[¥$]?-?[\d,]{1,9}(\.\d+)?\s*(公斤|千克|市斤|斤|克|吨|元|头|只|箱|件|袋|批|尾|羽|kg|g|t|KGM|GRM|TNE)?$/
const TIME =
  /^\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?([ T]?\d{1,2}:?\d{1,2}(:?\d{1,2}(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/
/** Parts whose rules a field has beside those that `sharing.ts` names, because a function decides there. */
const PARTS: Readonly<Record<string, Rules>> = {
  parties: PART_SHARING.PartyPart,
  operator: PART_SHARING.PartyPart,
  sites: PART_SHARING.SitePart,
  documents: PART_SHARING.DocumentPart,
  ids: PART_SHARING.Alias,
}
/** Texts that name things by codes: they are not searched for numbers of telephones, which they may resemble. */
const CODES: ReadonlySet<string> = new Set([
  'id',
  'key',
  'message',
  'mapping',
  'value',
  'code',
  'sources',
  'earTags',
])

type Fields = Readonly<Record<string, unknown>>

/**
 * A record for who may not see what is, or may be, of a person: what the class `personal` of `sharing.ts` hides is there, and covered. Names of
 * natural persons keep their first character, plates three, telephones seven digits. The record given is not changed.
 */
export function maskedRecord(record: CanonicalRecord): CanonicalRecord {
  const seen = masked(record as unknown as Fields, RECORD_SHARING)
  const { kind, name } = record
  const isPerson =
    kind === 'party'
      ? isPersonalParty({ ...record, kind: record.partyKind })
      : kind === 'site' && isPersonalSite(record)
  if (isPerson && name !== undefined) seen['name'] = maskName(name)
  return seen as unknown as CanonicalRecord
}

/** The JSON text of a record, masked. */
export const maskedText = (text: string): string =>
  JSON.stringify(maskedRecord(JSON.parse(text) as CanonicalRecord))

/** A text with the telephones and citizens' numbers in it covered. */
export const coverNumbers = (text: string): string =>
  text.replace(NUMBERS, (number) =>
    number.length === 18
      ? isCitizenIdShape(number.toUpperCase()) && citizenIdCheckOk(number.toUpperCase()) === true
        ? cover(number, [6, 0])
        : number
      : cover(number, [3, 4]),
  )

function masked(part: Fields, rules: Rules): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(part)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) continue
    seen[name] =
      rule.is === 'personal' ? covered(name, value, part) : shown(name, value, PARTS[name] ?? rule.inside)
  }
  if (rules === PART_SHARING.PartyPart && isPersonalParty(part as never)) seen['name'] = nameOf(part)
  if (rules === PART_SHARING.SitePart && isPersonalSite(part as never)) seen['name'] = nameOf(part)
  if (rules === PART_SHARING.Alias && isPersonalCode(part as never)) seen['value'] = COVERED
  if (rules === PART_SHARING.DocumentPart && isPersonalNumber(String(part['number'])))
    seen['number'] = cover(String(part['number']), [3, 4])
  if (seen['name'] === undefined) delete seen['name']
  return seen
}

const nameOf = ({ name }: Fields): string | undefined =>
  typeof name === 'string' ? maskName(name) : undefined

function shown(name: string, value: unknown, rules: Rules | undefined): unknown {
  if (Array.isArray(value)) return value.map((member) => shown(name, member, rules))
  if (typeof value === 'object' && value !== null)
    return rules === undefined ? value : masked(value as Fields, rules)
  if (typeof value !== 'string') return value
  if (name === 'sources') return isPersonalNumber(value) ? cover(value, [3, 4]) : value
  return CODES.has(name) ? value : coverNumbers(value)
}

/** A value of the class `personal`. What a source wrote is shown where it is a figure or a time, or says no more than what is shown beside it. */
function covered(name: string, value: unknown, beside: Fields): unknown {
  if (Array.isArray(value)) return value.map((member) => covered(name, member, beside))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([inner, one]) => [inner, covered(inner, one, value as Fields)]),
    )
  if (typeof value === 'number' && Math.abs(value) >= 1e6) return COVERED
  if (typeof value !== 'string' || value === '') return value
  if (name === 'vehicle') return cover(value, [2, 1])
  if (name === 'rawUnit' && [...value].length <= 2) return value
  const isSource = name === 'raw' || name === 'writtenAs'
  if (isSource && !isPersonalNumber(value) && (isPlain(value) || saysTheSame(value, beside))) return value
  return COVERED
}

const isPlain = (text: string): boolean => FIGURE.test(text) || TIME.test(text)

/** The value beside is of no person: a personal code or name is never the twin of what was written. */
const saysTheSame = (text: string, beside: Fields): boolean =>
  !isPersonalCode({ scheme: String(beside['scheme'] ?? ''), value: text }) &&
  [beside['value'], beside['number'], beside['code']].includes(text)
