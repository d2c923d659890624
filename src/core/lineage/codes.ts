import { hash } from 'node:crypto'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { DocumentPart, FlowPart, LotPart } from '#core/model/parts.ts'
import { normaliseCode } from '#core/text.ts'
import { codesOfAddress } from './scanned.ts'

/**
 * A code as the lot graph knows it. National codes (trace codes, batch codes, EPC) and document numbers are the same thing in whatever
 * system they are written; a batch number that a source made up is only comparable inside that source (linking rules 1–3).
 */
export type GraphCode = string

/** Longest code in characters, and where some are not ASCII: 300 bytes, so that two of them and a record fit in one row of an index. */
const CODE_MAX = 300
const WIDE_CODE_MAX = 100
const ASCII = /^[ -~]*$/

/** Whether a text is short enough to be a code; a longer one stays in the record as it was written, and nothing is found by it. */
export const isCode = (code: string): boolean =>
  code.length <= WIDE_CODE_MAX || (code.length <= CODE_MAX && ASCII.test(code))

/** Scheme by which a hold of the hub names goods that nothing but their record names. */
export const RECORD_SCHEME = 'rec'

/**
 * Graph code of a lot: `lot:<code>` for national and GS1 schemes, `local.<source>:<code>` for a source's own numbers, `rec:<identifier>` for goods that
 * their record alone names.
 */
export const lotCode = (scheme: string, value: string): GraphCode =>
  scheme.startsWith('local.') || scheme === RECORD_SCHEME ? `${scheme}:${value}` : `lot:${value}`

/** Graph code of a document: its number. The type is left out because many sources do not know it. */
export const documentCode = (number: string): GraphCode => `doc:${number}`

/** Kinds that move goods: where such a record names neither lot nor voucher, it is the only name that the goods have. */
const MOVES: ReadonlySet<Kind> = new Set<Kind>(['production', 'dispatch', 'entry', 'sale'])
const RECORD = `${RECORD_SCHEME}:`

/**
 * Graph code of goods that nothing but their record names, such as a line of a stall's ledger: `rec:<identifier of the record>`. Null where the
 * record names them, or is about no goods.
 */
export function recordCode(kind: Kind, id: string, body: Pick<Body, 'lots' | 'documents'>): GraphCode | null {
  if (!MOVES.has(kind)) return null
  if (body.lots?.some(({ role }) => role === 'subject')) return null
  if (body.documents?.some(({ role }) => role === 'voucher')) return null
  const code = `${RECORD}${id}`
  return isCode(code) ? code : `${RECORD}${hash('sha256', id, 'hex')}`
}

/**
 * Graph codes that a text typed by a person or read by a scanner may mean, as typed and as codes are normalised (no blanks, full-width folded, upper
 * case), without the hyphens between groups of a long number, and what stands in an address; `systems` are the sources whose own batch numbers are
 * tried. A graph code means itself alone.
 */
export function codesMeant(text: string, systems: readonly string[]): GraphCode[] {
  const held = codesOfAddress(text)
  if (held === null) return codesTyped(text, systems)
  return [...new Set([text, ...held].flatMap((code) => codesTyped(code, systems)))]
}

/** Numbers that a text may be, as a system would have written one of its own; none where it says itself what it is, or is none. */
export function numbersMeant(text: string): string[] {
  const numbers = [text, ...(codesOfAddress(text) ?? [])].flatMap((code) =>
    codeItself(code.trim()) === null ? numbersTyped(code) : [],
  )
  return [...new Set(numbers)].filter((number) => isCode(number) && !number.includes('\0'))
}

function codesTyped(text: string, systems: readonly string[]): GraphCode[] {
  const itself = codeItself(text.trim())
  if (itself !== null) return [itself]
  const codes: GraphCode[] = []
  for (const value of numbersTyped(text)) {
    codes.push(`lot:${value}`, `doc:${value}`)
    for (const system of systems) codes.push(`local.${system}:${value}`)
  }
  return codes.filter(isCode)
}

/** The one code that a text is which says what it is: a graph code, or the identifier of a record. */
function codeItself(typed: string): GraphCode | null {
  if (/^(lot|doc|rec|local\.[a-z0-9.-]+):./.test(typed)) return typed
  return typed.startsWith('urn:cnft:') ? `${RECORD}${typed}` : null
}

function numbersTyped(text: string): string[] {
  const typed = text.trim()
  const code = normaliseCode(typed)
  // Long numbers are printed in groups.
  const digits = code.replaceAll('-', '')
  const grouped = /^\d{15,20}$/.test(digits) ? [digits] : []
  return [...new Set([typed, code, ...grouped])].filter((value) => value !== '')
}

/** So many codes are compared with each other; a set for each of a million records would cost more than it finds. */
const COMPARED_MAX = 16

const add = (into: string[], code: string): void => {
  if (isCode(code) && (into.length >= COMPARED_MAX || !into.includes(code))) into.push(code)
}
const addLots = (into: string[], lots: readonly LotPart[] | undefined): void => {
  if (lots) for (const lot of lots) add(into, lotCode(lot.scheme, lot.value))
}
const addDocuments = (into: string[], documents: readonly DocumentPart[] | undefined): void => {
  if (!documents) return
  for (const document of documents) {
    add(into, documentCode(document.number))
    if (document.sources) for (const number of document.sources) add(into, documentCode(number))
  }
}
const addFlow = (into: string[], flow: FlowPart | undefined): void => {
  if (!flow) return
  addLots(into, flow.lots)
  addDocuments(into, flow.documents)
}

/**
 * Every code that a record mentions: lots and documents as graph codes, parties and sites as `<scheme>:<value>`.
 * They are kept in one indexed array beside the record, so that a record is found by any of its codes.
 */
export function codesOf(body: Body): string[] {
  const codes: string[] = []
  addLots(codes, body.lots)
  addDocuments(codes, body.documents)
  addFlow(codes, body.input)
  addFlow(codes, body.output)
  if (body.parties)
    for (const party of body.parties) for (const id of party.ids) add(codes, `${id.scheme}:${id.value}`)
  if (body.sites)
    for (const site of body.sites) for (const id of site.ids) add(codes, `${id.scheme}:${id.value}`)
  if (body.ids) for (const id of body.ids) add(codes, `${id.scheme}:${id.value}`)
  return codes.length > COMPARED_MAX ? [...new Set(codes)] : codes
}
