import { classifyDocument } from '#core/documents/classify.ts'
import { documentTypeOn, QUARANTINE_2026 } from '#core/documents/document-form.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { identify } from '#core/identifiers/identify.ts'
import {
  type Compiling,
  choiceOf,
  type Evaluate,
  entryOf,
  mapOf,
  textsOf,
} from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { memo } from '#core/mapping/run/memo.ts'
import { note, type Run } from '#core/mapping/run/run.ts'
import { isDestroyed, isRuined } from '#core/mapping/run/words.ts'
import { DOCUMENT_ROLES, type DocumentPart } from '#core/model/parts.ts'
import type { When } from '#core/model/values.ts'
import { isNoCode, isPrecisionLost, normaliseCode } from '#core/text.ts'
import { schemesOf } from './code.ts'
import { compileMember, type Member } from './document-member.ts'
import { compileEach } from './each.ts'
import type { ReadText } from './from.ts'
import { compileText, compileTexts, TEXT_NAMES } from './text.ts'

/**
 * Document: `from` is its number, `role` what it is to the record, `type` one type, a list of those that the field may hold,
 * `by-number`, or the field that says it (`{ from: certType, enum: { HGZ: promise_cert } }`). A type told from the shape of the number alone is marked W_DOC_TYPE_GUESSED; `provinces` names two codes that begin
 * with a province (where the goods are, where they or the paper come from), by which papers for use inside one and across are told
 * apart. With `scheme`, `issuer`, `form`, `issueType`, `basis`, `sources`, `issuedOn`, `validUntil`, `earTags`, `url`, and `signature` (base64 of a detached CMS signature) over `signedText`, which is kept character for
 * character. One without a number is none, and one whose number has neither letter nor digit (有) is left out and marked W_ID_UNKNOWN. A quarantine certificate has the type that its day of issue gives it: the one of 2026 since 2026-01-01.
 */
export const DOCUMENT_EXAMPLE = {
  mapping: '[ { role: upstream, from: certNo, type: by-number } ]',
  target: 'documents',
  in: { certNo: 'HGZ20240415-7K3M' },
  out: [{ number: 'HGZ20240415-7K3M', role: 'upstream', type: 'promise_cert' }],
} as const

const TYPES = Object.keys(DOCUMENT_TYPES) as readonly DocumentType[]
const MEMBERS = [
  'issuedOn',
  'issuer',
  'form',
  'issueType',
  'basis',
  'sources',
  'validUntil',
  'earTags',
  'url',
  'signature',
  'signedText',
] as const
const NAMES = ['role', 'type', 'scheme', 'provinces', 'each', ...MEMBERS] as const

/** One entry of `documents`: puts none, one or (with `each`) several documents into the list. */
export type IntoList<T> = (run: Run, into: T[]) => void

export function compileDocument(c: Compiling, node: Node, target: string): IntoList<DocumentPart> | null {
  const map = mapOf(
    c,
    node,
    target,
    [...NAMES, ...TEXT_NAMES],
    '{ role: upstream, from: field, type: by-number }',
  )
  if (map === null) return null
  const eachNode = entryOf(map, 'each')
  if (eachNode === undefined) {
    const evaluate = compileOne(c, map, target)
    if (evaluate === null) return null
    return (run, into) => {
      const document = evaluate(run)
      if (document !== undefined) into.push(document)
    }
  }
  const each = compileEach(c, eachNode, `${target}.each`)
  const evaluate = each === null ? null : compileOne(each.inside, map, target)
  if (each === null || evaluate === null) return null
  return (run, into) => each.run(run, evaluate, into)
}

function compileOne(c: Compiling, map: MapNode, target: string): Evaluate<DocumentPart> | null {
  const plan = compileText(c, map, target, NAMES)
  const roleNode = entryOf(map, 'role')
  const typeNode = entryOf(map, 'type')
  for (const name of ['role', 'type']) {
    if (!map.entries.has(name)) c.mistakes.add(map.at, target, 'missing', { wanted: name })
  }
  const role = roleNode === undefined ? null : choiceOf(c, roleNode, `${target}.role`, DOCUMENT_ROLES)
  const told =
    typeNode?.is === 'map' ? compileText(c, typeNode, `${target}.type`, [], { values: TYPES }) : undefined
  const types =
    typeNode === undefined ? null : told === undefined ? typesOf(c, typeNode, `${target}.type`) : []
  const schemes = schemesOf(c, map, target)
  const provincesNode = entryOf(map, 'provinces')
  const provinces =
    provincesNode === undefined ? undefined : provincesOf(c, provincesNode, `${target}.provinces`)
  const members: Member[] = []
  let issued: Evaluate<unknown> | undefined
  let isWhole = true
  for (const name of MEMBERS) {
    const node = entryOf(map, name)
    const member = node === undefined ? undefined : compileMember(c, node, `${target}.${name}`, name)
    if (member && name === 'issuedOn') issued = (run) => member.evaluate(run, 'unknown', run.day)
    else if (member) members.push(member)
    else if (member === null) isWhole = false
  }
  if (
    !isWhole ||
    plan === null ||
    role === null ||
    types === null ||
    schemes === null ||
    provinces === null ||
    told === null
  )
    return null
  c.papers.push({
    read: plan.read,
    field: plan.field,
    types,
    isDated: issued !== undefined || map.entries.has('validUntil'),
  })
  const number = memo(readNumber)
  const byNumber = typeReader(types, role === 'voucher' || role === 'self', provinces)
  const typeOf = told === undefined ? byNumber : toldOr(told.read, byNumber)
  const { read } = plan
  const scheme = schemes[0]
  return (run) => {
    const text = read(run)
    if (text === undefined) return undefined
    const code = isSimple(text) ? text : number(text).code
    if (code === null || code === '') {
      if (!isRuined(run, text, target)) note(run, 'E_PRECISION_LOST', 'code_lost', { target, value: text })
      return undefined
    }
    if (isNoCode(code)) {
      note(run, 'W_ID_UNKNOWN', 'id_unknown', { target, value: text })
      return undefined
    }
    const issuedOn = issued === undefined ? undefined : (issued(run) as When | undefined)
    const day = issuedOn?.at.slice(0, 10) ?? run.day
    const type = typeOf(run, text, code, target, day)
    if (type === undefined) return undefined
    const raw = code === text ? undefined : text
    const fits = scheme === undefined || identify(code, { scheme }).scheme !== scheme ? undefined : scheme
    if (members.length === 0 && issuedOn === undefined) return bare(code, raw, role, fits, type)
    const parts: Record<string, unknown> = { number: code, role, type }
    if (raw !== undefined) parts['raw'] = raw
    if (fits !== undefined) parts['scheme'] = fits
    if (issuedOn !== undefined) parts['issuedOn'] = issuedOn
    for (const { name, evaluate } of members) {
      const value = evaluate(run, type, day)
      if (value !== undefined) parts[name] = value
    }
    return inOrder(parts)
  }
}

/** ASCII digits, capitals and hyphens that no spreadsheet has touched: the number as it is. */
function isSimple(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (!((c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || c === 0x2d)) return false
  }
  return !isPrecisionLost(text)
}

function readNumber(text: string): { readonly code: string | null } {
  const code = normaliseCode(text)
  return { code: isPrecisionLost(code) || isDestroyed(text) ? null : code }
}

function bare(
  number: string,
  raw: string | undefined,
  role: DocumentPart['role'],
  scheme: string | undefined,
  type: string,
): DocumentPart {
  if (raw === undefined) return scheme === undefined ? { number, role, type } : { number, role, scheme, type }
  return scheme === undefined ? { number, raw, role, type } : { number, raw, role, scheme, type }
}

/** The parts in the order of their names, in which the content of records is compared. */
function inOrder(parts: Readonly<Record<string, unknown>>): DocumentPart {
  const sorted: Record<string, unknown> = {}
  for (const name of Object.keys(parts).sort()) sorted[name] = parts[name]
  return sorted as unknown as DocumentPart
}

/** The types that a field may hold; none for `by-number`. */
function typesOf(c: Compiling, node: Node, target: string): readonly DocumentType[] | null {
  if (node.is === 'text' && node.text === 'by-number') return []
  if (node.is === 'text') {
    const type = choiceOf(c, node, target, [...TYPES, 'by-number' as const])
    return type === null || type === 'by-number' ? null : [type]
  }
  const texts = textsOf(c, node, target)
  if (texts === null || node.is !== 'list') return null
  const types = node.members.map((member, i) => choiceOf(c, member, `${target}.${i}`, TYPES))
  return types.every((type) => type !== null) ? types : null
}

/** Whether two codes lie in different provinces; undefined where one of them names none. */
type Border = (run: Run) => boolean | undefined

function provincesOf(c: Compiling, node: Node, target: string): Border | null {
  const plans = compileTexts(c, node, target)
  const [here, there] = plans ?? []
  if (here === undefined || there === undefined || plans?.length !== 2) {
    if (plans !== null) c.mistakes.add(node.at, target, 'not_two')
    return null
  }
  return (run) => {
    const field = run.field
    const a = provinceOf(here.read(run))
    const b = provinceOf(there.read(run))
    run.field = field
    return a === undefined || b === undefined ? undefined : a !== b
  }
}

/** The two digits of a province (GB/T 2260: 11 to 65) with which a code begins. */
const provinceOf = (code: string | undefined): string | undefined =>
  /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d/
    .exec(code?.normalize('NFKC').trim() ?? '')?.[0]
    .slice(0, 2)

/** @param day day of issue, else that of the record */
type TypeReader = (
  run: Run,
  text: string,
  code: string,
  target: string,
  day: string,
) => DocumentType | undefined

/** The type that a field of the record says; where it says nothing, that of the number. */
const toldOr =
  (read: ReadText, byNumber: TypeReader): TypeReader =>
  (run, text, code, target, day) => {
    const { field } = run
    const type = read(run) as DocumentType | undefined
    run.field = field
    return type === undefined ? byNumber(run, text, code, target, day) : documentTypeOn(type, day)
  }

/** @param isOwn the sender issued the paper itself and knows what it is */
function typeReader(types: readonly DocumentType[], isOwn: boolean, border: Border | undefined): TypeReader {
  const [only] = types
  if (isOwn && types.length === 1 && only !== undefined)
    return (_run, _text, _code, _target, day) => documentTypeOn(only, day)
  const hint = types.length === 0 ? {} : { types }
  const prefixed = memo((code) => classifyDocument(code, hint), 8192)
  return (run, text, code, target, day) => {
    const known = prefixed(code)
    if (!known.guessed) return day < QUARANTINE_2026 ? known.type : documentTypeOn(known.type, day)
    if (isRuined(run, text, target)) return undefined
    const { productClass } = run
    const crossesProvince = border?.(run)
    const guess = classifyDocument(code, {
      ...hint,
      ...(productClass ? { productClass } : {}),
      ...(crossesProvince === undefined ? {} : { crossesProvince }),
      ...(day ? { date: day } : {}),
    })
    if (guess.guessed) note(run, 'W_DOC_TYPE_GUESSED', 'type_guessed', { target, value: text })
    return guess.type
  }
}
