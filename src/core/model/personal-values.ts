import { isPersonalCode, isPersonalNumber, isPersonalParty, isPersonalSite } from '#core/personal.ts'
import { holdsNumber } from '#core/personal-numbers.ts'
import type { Kind } from './kinds.ts'
import { PART_SHARING, RECORD_SHARING, type Rules } from './sharing.ts'

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
/** A value that is, or may be, of a person, and where it stands. */
export interface PersonalValue {
  readonly sort: PersonalSort
  /** The object or list that holds it. */
  readonly holder: Fields
  readonly name: string
  readonly value: unknown
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Each value of a record, or of its body, that the class `personal` of `sharing.ts` hides. This one walk says which values are of persons: masking and
 * sealing cannot differ in it. Nothing is changed.
 */
export function personalIn(kind: Kind, record: object): PersonalValue[] {
  const found: PersonalValue[] = []
  walk(record as Fields, STEPS, found)
  const { name, ids, personal, partyKind } = record as Parameters<typeof isPersonalParty>[0] & {
    readonly partyKind?: string
  }
  const isPerson =
    kind === 'party'
      ? isPersonalParty({ name, ids, personal, kind: partyKind })
      : kind === 'site' && isPersonalSite({ name })
  if (isPerson && name !== undefined)
    found.push({ sort: 'name', holder: record as Fields, name: 'name', value: name })
  return found
}

/** What is to be asked of a field: nothing of a text; whether numbers of persons stand in it; … */
type Question = 'nothing' | 'numbers' | 'personal' | 'party' | 'site' | 'alias' | 'document' | 'sources'
interface Step {
  readonly asks: Question
  /** Of the parts that it holds. */
  readonly inside: Steps | undefined
}
/** By the names of fields. */
type Steps = Readonly<Record<string, Step>>

/** The questions of a part, and of all parts in it. */
function stepsOf(rules: Rules): Steps {
  const steps = Object.create(null) as Record<string, Step>
  for (const [name, rule] of Object.entries(rules)) {
    const inside = PARTS[name] ?? rule.inside
    steps[name] = {
      asks: rule.is === 'personal' ? 'personal' : questionOf(name, rules),
      inside: inside && stepsOf(inside),
    }
  }
  return steps
}

function questionOf(name: string, rules: Rules): Question {
  if (name === 'name' && rules === PART_SHARING.PartyPart) return 'party'
  if (name === 'name' && rules === PART_SHARING.SitePart) return 'site'
  if (name === 'value' && rules === PART_SHARING.Alias) return 'alias'
  if (name === 'number' && rules === PART_SHARING.DocumentPart) return 'document'
  if (name === 'sources') return 'sources'
  return CODES.has(name) ? 'nothing' : 'numbers'
}

/** Thousands of records of a message are walked: what is asked of them is made once. */
const STEPS = stepsOf(RECORD_SHARING)

function walk(part: Fields, steps: Steps, found: PersonalValue[]): void {
  for (const name in part) {
    const value = part[name]
    const step = steps[name]
    if (step === undefined) found.push({ sort: 'unknown', holder: part, name, value })
    else if (step.asks === 'personal') hidden(name, value, part, name, found)
    else if (typeof value !== 'string') inside(value, step, found)
    else {
      const sort = sortOf(value, step.asks, part)
      if (sort !== null) found.push({ sort, holder: part, name, value })
    }
  }
}

/** What a text whose own class is another is of a person; null where it is not. */
function sortOf(text: string, asks: Question, part: Fields): PersonalSort | null {
  switch (asks) {
    case 'party':
      if (isPersonalParty(part as never)) return 'name'
      break
    case 'site':
      if (isPersonalSite(part as never)) return 'name'
      break
    case 'alias':
      return isPersonalCode(part as never) ? 'text' : null
    case 'document':
      if (isPersonalNumber(text)) return 'number'
      break
    case 'sources':
      return isPersonalNumber(text) ? 'number' : null
    case 'nothing':
      return null
  }
  return holdsNumber(text) ? 'numbers' : null
}

/** The same of what stands in a list, or in a part that the field holds. */
function inside(value: unknown, step: Step, found: PersonalValue[]): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) {
    if (step.inside !== undefined) walk(value as Fields, step.inside, found)
    return
  }
  for (let i = 0; i < value.length; i++) {
    const member: unknown = value[i]
    if (typeof member !== 'string') {
      inside(member, step, found)
      continue
    }
    const sort = sortOf(member, step.asks, NO_FIELDS)
    if (sort !== null)
      found.push({ sort, holder: value as unknown as Fields, name: String(i), value: member })
  }
}
const NO_FIELDS: Fields = {}

/**
 * A value of the class `personal`. What a source wrote is shown where it is a figure or a time, or says no more than what is shown beside it.
 * @param at its name, or its place in a list, in the holder
 */
function hidden(name: string, value: unknown, holder: Fields, at: string, found: PersonalValue[]): void {
  if (typeof value === 'object' && value !== null) {
    const isList = Array.isArray(value)
    for (const inner of Object.keys(value))
      hidden(isList ? name : inner, (value as Fields)[inner], value as Fields, inner, found)
    return
  }
  if (typeof value === 'number' && Math.abs(value) >= 1e6)
    found.push({ sort: 'text', holder, name: at, value })
  if (typeof value !== 'string' || value === '') return
  if (name === 'vehicle') {
    found.push({ sort: 'plate', holder, name: at, value })
    return
  }
  if (name === 'rawUnit' && value.length <= 4 && [...value].length <= 2) return
  const isSource = name === 'raw' || name === 'writtenAs'
  if (isSource && !isPersonalNumber(value) && (saysTheSame(value, holder) || isPlain(value))) return
  found.push({ sort: 'text', holder, name: at, value })
}

/** Whether a text is a figure, a date or a time, and so nobody's name. */
export const isPlain = (text: string): boolean => FIGURE.test(text) || TIME.test(text)

/** The value beside is of no person: a personal code or name is never the twin of what was written. */
const saysTheSame = (text: string, beside: Fields): boolean =>
  (beside['value'] === text || beside['number'] === text || beside['code'] === text) &&
  !isPersonalCode({ scheme: String(beside['scheme'] ?? ''), value: text })
