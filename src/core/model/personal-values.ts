import { citizenIdCheckOk, isCitizenIdShape } from '#core/identifiers/citizen-id.ts'
import { cover } from '#core/mask.ts'
import { isPersonalCode, isPersonalNumber, isPersonalParty, isPersonalSite } from '#core/personal.ts'
import type { Kind } from './kinds.ts'
import { PART_SHARING, RECORD_SHARING, type Rules } from './sharing.ts'

/** Numbers of telephones inside a longer text, and citizens' numbers, which have 18 signs. */
const NUMBERS = /(?<!\d)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\d{17}[\dXx])(?!\d)/g
/** A text that is shorter holds no such number. */
const SHORTEST_NUMBER = 11
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

/**
 * What a value is: the name of a person; a number that may be one of a person; a plate; a text in which numbers of persons stand; anything else that
 * may be of a person; a field that the model does not know.
 */
export type PersonalSort = 'name' | 'number' | 'plate' | 'numbers' | 'text' | 'unknown'
/** What stands in the place of a value that is, or may be, of a person; undefined: nothing. */
export type Hide = (sort: PersonalSort, value: unknown) => unknown

type Fields = Readonly<Record<string, unknown>>

/**
 * A copy of a record, or of its body, with each value that the class `personal` of `sharing.ts` hides replaced by what `hide` gives for it; everything
 * else stays. This one walk says which values are of persons: masking and sealing cannot differ in it. What is given is not changed.
 */
export function hidePersonal(kind: Kind, record: object, hide: Hide): Record<string, unknown> {
  const seen = walked(record as Fields, RECORD_SHARING, hide)
  const { name, ids, personal, partyKind } = record as Parameters<typeof isPersonalParty>[0] & {
    readonly partyKind?: string
  }
  const isPerson =
    kind === 'party'
      ? isPersonalParty({ name, ids, personal, kind: partyKind })
      : kind === 'site' && isPersonalSite({ name })
  if (isPerson && name !== undefined) put(seen, 'name', hide('name', name))
  return seen
}

/** A text with the telephones and citizens' numbers in it covered. */
export const coverNumbers = (text: string): string =>
  text.length < SHORTEST_NUMBER
    ? text
    : text.replace(NUMBERS, (number) =>
        number.length === 18
          ? isCitizenIdShape(number.toUpperCase()) && citizenIdCheckOk(number.toUpperCase()) === true
            ? cover(number, [6, 0])
            : number
          : cover(number, [3, 4]),
      )

function put(into: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) delete into[name]
  else into[name] = value
}

function walked(part: Fields, rules: Rules, hide: Hide): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  for (const name of Object.keys(part)) {
    const value = part[name]
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    const shown =
      rule === undefined
        ? hide('unknown', value)
        : rule.is === 'personal'
          ? hidden(name, value, part, hide)
          : isOfPerson(name, part, rules)
            ? hide(name === 'name' ? 'name' : name === 'number' ? 'number' : 'text', value)
            : open(name, value, PARTS[name] ?? rule.inside, hide)
    if (shown !== undefined) seen[name] = shown
  }
  return seen
}

/** Whether a field whose own class is another is of a person in this part. */
function isOfPerson(name: string, part: Fields, rules: Rules): boolean {
  if (name === 'name')
    return (
      (rules === PART_SHARING.PartyPart && isPersonalParty(part as never)) ||
      (rules === PART_SHARING.SitePart && isPersonalSite(part as never))
    )
  if (name === 'value') return rules === PART_SHARING.Alias && isPersonalCode(part as never)
  return name === 'number' && rules === PART_SHARING.DocumentPart && isPersonalNumber(String(part['number']))
}

function open(name: string, value: unknown, rules: Rules | undefined, hide: Hide): unknown {
  if (Array.isArray(value)) return value.map((member) => open(name, member, rules, hide))
  if (typeof value === 'object' && value !== null)
    return rules === undefined ? value : walked(value as Fields, rules, hide)
  if (typeof value !== 'string') return value
  if (name === 'sources') return isPersonalNumber(value) ? hide('number', value) : value
  if (CODES.has(name) || value.length < SHORTEST_NUMBER) return value
  return coverNumbers(value) === value ? value : hide('numbers', value)
}

/** A value of the class `personal`. What a source wrote is shown where it is a figure or a time, or says no more than what is shown beside it. */
function hidden(name: string, value: unknown, beside: Fields, hide: Hide): unknown {
  if (Array.isArray(value)) return value.map((member) => hidden(name, member, beside, hide))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([inner, one]) => [inner, hidden(inner, one, value as Fields, hide)]),
    )
  if (typeof value === 'number' && Math.abs(value) >= 1e6) return hide('text', value)
  if (typeof value !== 'string' || value === '') return value
  if (name === 'vehicle') return hide('plate', value)
  if (name === 'rawUnit' && [...value].length <= 2) return value
  const isSource = name === 'raw' || name === 'writtenAs'
  if (isSource && !isPersonalNumber(value) && (isPlain(value) || saysTheSame(value, beside))) return value
  return hide('text', value)
}

const isPlain = (text: string): boolean => FIGURE.test(text) || TIME.test(text)

/** The value beside is of no person: a personal code or name is never the twin of what was written. */
const saysTheSame = (text: string, beside: Fields): boolean =>
  !isPersonalCode({ scheme: String(beside['scheme'] ?? ''), value: text }) &&
  [beside['value'], beside['number'], beside['code']].includes(text)
