import type { Kind } from '#core/model/kinds.ts'
import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { isPrecisionLost } from '#core/text.ts'
import { type AroundFields, aroundFields, otherAround } from './around.ts'
import { profileFields, withoutCases } from './field-profile.ts'
import { fieldLines } from './fields.ts'
import { furtherLines } from './further.ts'
import { proposeKey } from './key.ts'
import { proposeKind } from './kind.ts'
import { placeColumns } from './place-columns.ts'
import { inComment, quoted } from './quoted.ts'
import { readLines } from './read-lines.ts'
import { type Recognised, recognise } from './recognise.ts'
import { besideSlaughter, slaughterLines, slaughterOf } from './slaughter.ts'
import { remarkStatusLines, statusLines } from './status.ts'
import { withTimeOf } from './time-of.ts'
import { usedIn } from './used-in.ts'

export interface ProposalInput {
  readonly system: string
  readonly record: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly read: ReadOptions
  readonly records: readonly SourceRecord[]
  /** Name of the sample below `samples/`, for the `tests:` of the mapping. */
  readonly sample: string
}

export interface Proposal {
  /** Text of the mapping file. */
  readonly mapping: string
  readonly kind: Kind
  readonly fields: readonly Recognised[]
  /** Fields for which nothing was found, or for which the kind has no place: the mapping reports them as drift until a person decides. */
  readonly open: readonly string[]
}

/**
 * A first mapping for a sample: by the names of its fields and the shapes of their values. It guesses in the open: what a person must
 * compare with the interface document has a comment that begins with CHECK, what nobody knows is listed and stays unmapped.
 */
export function proposeMapping(input: ProposalInput): Proposal {
  const joined = joinedFields(input.read)
  // A row that is cut or broken says nothing of what its system sends.
  const sound = input.records.filter(({ issues }) => issues.length === 0)
  const records = sound.length > 0 ? sound : input.records
  const written = profileFields(records, input.read).filter(({ name }) => !joined.includes(name))
  const merged = withoutCases(written)
  const profiles = merged ?? written
  const recognised = recognise(profiles)
  const places = placeColumns(profiles.filter(({ stands }) => stands === 'row'))
  const placed = new Set(places.flatMap((place) => place.fields))
  const slaughter = slaughterOf(recognised)
  const { kind, because } = proposeKind(recognised, slaughter)
  const fields = withTimeOf(kind, kind === 'production' ? onFarm(recognised) : recognised)
  const key = proposeKey(kind, fields, records)
  const own = fields.filter(({ profile }) => profile.stands === 'row')
  const statusField = fields.find(({ meaning }) => meaning === 'status')
  const note = own.find(({ meaning }) => meaning === 'note')
  const status = statusField ? statusLines(statusField) : remarkStatusLines(note)
  const emit = [
    'emit:',
    `  # ${kind}: ${because}`,
    ...(kind === 'transformation'
      ? slaughterLines(fields, true, places)
      : [
          `  - kind: ${kind}`,
          '    fields:',
          ...fieldLines(kind, besideSlaughter(kind, fields, slaughter), places).map(
            (line) => `      ${line}`,
          ),
        ]),
    ...furtherLines(kind, fields, slaughter),
  ]
  const around = aroundFields(fields, [...key, ...emit])
  const personal = own.filter(({ meaning }) => meaning === 'personal').map(({ profile }) => profile.name)
  const isUsed = usedIn([...key, ...status, ...emit])
  const open = [
    ...own.filter(
      (field) => field.meaning !== 'personal' && !placed.has(field.profile.name) && !isUsed(field),
    ),
    ...around.open,
  ]
  const read = readOf(input.read, around, merged !== null)
  const others = read.envelope || read.expect ? otherAround(input.records, input.read) : []
  const lines = [
    '# yaml-language-server: $schema=../mapping.schema.json',
    '# Proposed from a sample. Compare every line with the interface document, above all those marked CHECK.',
    `mapping: ${input.system}/${input.record}`,
    'version: 1',
    `title: { zh: ${quoted(input.title.zh)}, en: ${quoted(input.title.en)} }`,
    ...readLines(read),
    ...openLines(open, others),
    ...lostLines(fields),
    ...unreadLines(around.unread),
    ...ignoreLines([...personal, ...joined], around.ignored),
    ...key,
    ...status,
    ...emit,
    'tests:',
    `  - { in: ${quotedPath(`samples/${input.sample}`)}, out: ${quotedPath(`samples/${expectedName(input.sample)}`)} }`,
    '',
  ]
  return {
    mapping: lines.join('\n'),
    kind,
    fields,
    open: [...open.map(({ profile }) => profile.name), ...others],
  }
}

/** How the mapping reads: of what stands around the list only what it needs. */
function readOf(read: ReadOptions, { envelope, expect }: AroundFields, anyCase: boolean): ReadOptions {
  const { envelope: _, ...list } = read
  return {
    ...list,
    ...(envelope.length > 0 ? { envelope } : {}),
    ...(Object.keys(expect).length > 0 ? { expect } : {}),
    ...(anyCase ? { names: 'any-case' } : {}),
  }
}

/** Where something grows, the node that reports it is the farm. */
const onFarm = (fields: readonly Recognised[]): Recognised[] =>
  fields.some(({ meaning }) => meaning?.startsWith('farm.'))
    ? [...fields]
    : fields.map((field): Recognised => {
        if (field.meaning === 'market.code') return { ...field, meaning: 'farm.code' }
        return field.meaning === 'market.name' ? { ...field, meaning: 'farm.name' } : field
      })

function unreadLines(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [
    '# Around the list, and not read. What is needed of it is named in read.envelope.',
    `#   ${names.map(inComment).join(', ')}`,
  ]
}

function ignoreLines(personal: readonly string[], around: readonly string[]): string[] {
  if (personal.length + around.length === 0) return []
  return [
    ...(personal.length > 0 ? ['# Personal, or only there to join: not kept.'] : []),
    ...(around.length > 0
      ? [
          '# Around the rows: said of the message and not of its records, said by the rows as well, or personal.',
        ]
      : []),
    `ignore: [${[...personal, ...around].map(quoted).join(', ')}]`,
  ]
}

/** The fields of a base that its detail has as well, because they join the two. */
const joinedFields = ({ xml }: ReadOptions): string[] =>
  xml?.join ? xml.join.on.split(',').map((name) => `base.${name.trim()}`) : []

/** Name of the expected file of a sample. */
export const expectedName = (sample: string): string => `${sample.replace(/\.[^./]+$/, '')}.expected.json`

const quotedPath = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "''")}'`

function openLines(open: readonly Recognised[], others: readonly string[]): string[] {
  if (open.length + others.length === 0) return []
  return [
    '# Not recognised, or without a place in this kind of record: map each of these, or name it under ignore.',
    ...open.map(({ profile, shape }) =>
      profile.texts.length > 0 && profile.texts.every(isJsonText)
        ? `#   ${inComment(profile.name)} (JSON written into a text: nothing inside of it is read; ask for it as JSON)`
        : `#   ${inComment(profile.name)} (${shape}${profile.stands === 'row' ? sampleOf(profile.texts) : ''})`,
    ),
    ...others.map((name) => `#   ${inComment(name)}`),
  ]
}

/** A JSON object or list that was written into a text, as far as its ends tell. */
const isJsonText = (text: string): boolean => /^\s*(\{\s*"|\[\s*[{["])/u.test(text)

/** A code of many digits that its system writes as a number has invented digits at its end: only the sender can mend that. */
function lostLines(fields: readonly Recognised[]): string[] {
  return fields
    .filter(({ profile }) => profile.texts.some(isPrecisionLost))
    .map(
      ({ profile }) =>
        `# CHECK: ${inComment(profile.name)} is sent as a number of more digits than a number keeps. Ask for it as a text; no key can be made of it.`,
    )
}

/** One value as an example, where it is no text that may name a person. */
const sampleOf = (texts: readonly string[]): string => {
  const [first] = texts
  return first !== undefined && /^[\w.,:%+\- /]{1,40}$/.test(first) ? `, such as ${first}` : ''
}
