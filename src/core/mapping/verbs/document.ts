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
import { isPrecisionLost, normaliseCode } from '#core/text.ts'
import { schemesOf } from './code.ts'
import { compileMember, type Member } from './document-member.ts'
import { compileEach } from './each.ts'
import type { ReadText } from './from.ts'
import { compileText, TEXT_NAMES } from './text.ts'

/**
 * Document: `from` is its number, `role` what it is to the record, `type` one type, a list of those that the field may hold,
 * `by-number`, or the field that says it (`{ from: certType, enum: { HGZ: promise_cert } }`). A type told from the shape of the number alone is marked W_DOC_TYPE_GUESSED. With `scheme`, `issuer`, `form`,
 * `issueType`, `basis`, `sources`, `issuedOn`, `validUntil`, `earTags`, `url`. One without a number is none.
 */
export const DOCUMENT_EXAMPLE = {
  mapping: '[ { role: upstream, from: certNo, type: by-number } ]',
  target: 'documents',
  in: { certNo: 'HGZ20240415-7K3M' },
  out: [{ number: 'HGZ20240415-7K3M', role: 'upstream', type: 'promise_cert' }],
} as const

const TYPES = Object.keys(DOCUMENT_TYPES) as readonly DocumentType[]
const MEMBERS = [
  'issuer',
  'form',
  'issueType',
  'basis',
  'sources',
  'issuedOn',
  'validUntil',
  'earTags',
  'url',
] as const
const NAMES = ['role', 'type', 'scheme', 'each', ...MEMBERS] as const

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
  const members: Member[] = []
  for (const name of MEMBERS) {
    const node = entryOf(map, name)
    const member = node === undefined ? undefined : compileMember(c, node, `${target}.${name}`, name)
    if (member) members.push(member)
    else if (member === null) return null
  }
  if (plan === null || role === null || types === null || schemes === null || told === null) return null
  const number = memo(readNumber)
  const byNumber = typeReader(types, role === 'voucher' || role === 'self')
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
    const type = typeOf(run, text, code, target)
    if (type === undefined) return undefined
    const raw = code === text ? undefined : text
    const fits = scheme === undefined || identify(code, { scheme }).scheme !== scheme ? undefined : scheme
    if (members.length === 0) return bare(code, raw, role, fits, type)
    return whole(run, members, code, raw, role, fits, type)
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

/** The members come in the order of their names, and so do the four of every document. */
function whole(
  run: Run,
  members: readonly Member[],
  number: string,
  raw: string | undefined,
  role: DocumentPart['role'],
  scheme: string | undefined,
  type: string,
): DocumentPart {
  const parts: Record<string, unknown> = {}
  for (const member of members) {
    const value = member.evaluate(run)
    if (value !== undefined) parts[member.name] = value
  }
  const all: Record<string, unknown> = { ...parts, number, role, type }
  if (raw !== undefined) all['raw'] = raw
  if (scheme !== undefined) all['scheme'] = scheme
  const sorted: Record<string, unknown> = {}
  for (const name of Object.keys(all).sort()) sorted[name] = all[name]
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

type TypeReader = (run: Run, text: string, code: string, target: string) => DocumentType | undefined

/** The type that a field of the record says; where it says nothing, that of the number. */
const toldOr =
  (read: ReadText, byNumber: TypeReader): TypeReader =>
  (run, text, code, target) => {
    const { field } = run
    const type = read(run) as DocumentType | undefined
    run.field = field
    return type === undefined ? byNumber(run, text, code, target) : documentTypeOn(type, run.day)
  }

/** @param isOwn the sender issued the paper itself and knows what it is */
function typeReader(types: readonly DocumentType[], isOwn: boolean): TypeReader {
  const [only] = types
  if (isOwn && types.length === 1 && only !== undefined) return (run) => documentTypeOn(only, run.day)
  const hint = types.length === 0 ? {} : { types }
  const prefixed = memo((code) => classifyDocument(code, hint), 8192)
  return (run, text, code, target) => {
    const known = prefixed(code)
    if (!known.guessed) return run.day < QUARANTINE_2026 ? known.type : documentTypeOn(known.type, run.day)
    if (isRuined(run, text, target)) return undefined
    const { productClass } = run
    const guess = classifyDocument(code, {
      ...hint,
      ...(productClass ? { productClass } : {}),
      ...(run.day ? { date: run.day } : {}),
    })
    if (guess.guessed) note(run, 'W_DOC_TYPE_GUESSED', 'type_guessed', { target, value: text })
    return guess.type
  }
}
