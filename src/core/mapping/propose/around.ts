import { ENVELOPE, type ReadOptions, type SourceRecord, type SourceValue } from '#core/source.ts'
import type { FieldProfile } from './field-profile.ts'
import { lastName, type Meaning, meaningOfName } from './meaning.ts'
import type { Recognised } from './recognise.ts'
import type { Shape } from './shape.ts'
import { usedIn } from './used-in.ts'

/** What can stand around the rows and be true of each of them: who, where, when, in which unit. */
const TRUE_OF_ALL =
  /^((seller|buyer|supplier|owner|producer|issuer|market|stall|slaughterhouse|cold_store|farm)\.(code|name)|region\.code|time|unit|vehicle|test\.device|personal)$/

/** Parts of a title, as they are named when a workbook is looked at. */
const TITLE_PARTS: Readonly<Record<string, Meaning>> = {
  'title.market': 'market.name',
  'title.stall': 'stall.code',
  'title.owner': 'owner.name',
  'title.seller': 'seller.name',
  'title.date': 'time',
}

/** Names of what a message says of itself and not of its records: how many there are, when it was sent, what proves its sender. */
const OF_MESSAGE =
  /^(code|msg|message|success|(err|error|ret|result)(code|msg)|size|count|total|num|number|length|rows|records|pages?|total(size|count|num|records|pages?)|(record|row|list|data)(size|count|num|total)|page(no|num|number|size|index|count)|timestamp|ts|sendtime|requesttime|nonce|sign|signature|signtype|sig|token|accesstoken|secret|appsecret|appkey|password|passwd|pwd|version|ver|条数|总数|数量|时间戳|签名|密码)$/u

const METHOD =
  /^(method|action|cmd|command|service|servicename|interface|interfacename|interfacecode|func|function|msgtype|messagetype|datatype|bizcode|transcode|dataset)$/
const CONSTANT = /^[A-Za-z][\w.-]{1,60}$/

/** What a field around the rows means; undefined where nothing says that it is true of each of them. */
export function meaningAround({ name, filled }: FieldProfile, shape: Shape): Meaning | undefined {
  if (shape === 'phone' || shape === 'identity') return 'personal'
  const ofTitle = TITLE_PARTS[name]
  if (ofTitle !== undefined) return ofTitle
  if (isOfMessage(name)) return undefined
  const named = meaningOfName(name)
  if (named !== undefined && TRUE_OF_ALL.test(named))
    return named === 'time' && filled > 0 && shape !== 'time' ? undefined : named
  if (named !== undefined) return undefined
  if (shape === 'node') return 'market.code'
  if (shape === 'operator') return 'seller.code'
  if (shape === 'uscc') return 'owner.code'
  return shape === 'region-code' ? 'region.code' : undefined
}

/** Whether each row says the same as a field around them: it is meant there then. Short texts are the same by chance. */
export function isInRows({ stands, texts }: FieldProfile, all: readonly FieldProfile[]): boolean {
  const [text = ''] = texts
  if (stands !== 'around' || texts.length !== 1 || text.length < TELLING_CHARS) return false
  return all.some(
    (row) =>
      row.stands === 'row' && row.filled === row.records && row.texts.length === 1 && row.texts[0] === text,
  )
}

const TELLING_CHARS = 4

/** The month of a ledger, and what kind of ledger it is, are told better by its rows. */
const isOfMessage = (name: string): boolean =>
  name === 'title.month' || name === 'title.sheet' || OF_MESSAGE.test(lastName(name))

/** What becomes of the fields that stand around the rows. */
export interface AroundFields {
  /** Paths in `read.envelope` that the mapping needs. */
  readonly envelope: readonly string[]
  /** What a message must say to be the one that the mapping is for. */
  readonly expect: Readonly<Record<string, readonly string[]>>
  /** Names for `ignore`. */
  readonly ignored: readonly string[]
  /** Neither needed nor known: a person decides. */
  readonly open: readonly Recognised[]
  /** Names of what stands around a list of which the mapping reads nothing but the list. */
  readonly unread: readonly string[]
}

/** @param lines those of the mapping in which a field that is needed stands */
export function aroundFields(fields: readonly Recognised[], lines: readonly string[]): AroundFields {
  const isUsed = usedIn(lines)
  const profiles = fields.map(({ profile }) => profile)
  const around = fields.filter(({ profile }) => profile.stands !== 'row')
  const used = around.filter(isUsed)
  const isEnvelope = ({ profile }: Recognised): boolean => profile.name.startsWith(ENVELOPE)
  const expected = around.filter((field) => !isUsed(field) && isEnvelope(field) && isMethod(field.profile))
  const left = around.filter((field) => !used.includes(field) && !expected.includes(field))
  const isRead = used.some(isEnvelope) || expected.length > 0
  const read = left.filter((field) => isRead || !isEnvelope(field))
  const isIgnored = ({ profile, meaning }: Recognised): boolean =>
    meaning === 'personal' ||
    profile.stands === 'heading' ||
    isOfMessage(profile.name) ||
    isInRows(profile, profiles)
  const path = ({ profile }: Recognised): string => profile.name.slice(ENVELOPE.length)
  return {
    envelope: used.filter(isEnvelope).map(path),
    expect: Object.fromEntries(expected.map((field) => [path(field), field.profile.texts])),
    ignored: read.filter(isIgnored).map(({ profile }) => profile.name),
    open: read.filter((field) => !isIgnored(field)),
    unread: isRead ? [] : left.filter(isEnvelope).map(({ profile }) => profile.name),
  }
}

const isMethod = ({ name, texts }: FieldProfile): boolean =>
  METHOD.test(lastName(name)) && texts.length === 1 && CONSTANT.test(texts[0] ?? '')

/** Names of what else stands around the list, which no path of the mapping reaches: other lists, members beyond the first few. */
export function otherAround(
  records: readonly SourceRecord[],
  { envelope = [], rows }: ReadOptions,
): string[] {
  const found: string[] = []
  const look = (value: SourceValue, path: string): void => {
    if (path === rows || value === null || envelope.includes(path) || found.length >= OTHERS_MAX) return
    if (typeof value !== 'object' || Array.isArray(value)) found.push(ENVELOPE + path)
    else
      for (const [name, member] of Object.entries(value)) look(member, path === '' ? name : `${path}.${name}`)
  }
  look((records[0]?.envelope?.value ?? {}) as SourceValue, '')
  return found
}

const OTHERS_MAX = 20
