import { isAlias, isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml'
import { ALIAS, type Fault, faultOfYaml, NAME_NOT_TEXT, TOO_DEEP, TOO_LONG } from './faults.ts'

/** A part of a mapping file with its place. Every scalar is text: YAML's own guesses (numbers, dates, yes and no) are switched off. */
export type Node = TextNode | ListNode | MapNode
export interface TextNode {
  readonly is: 'text'
  readonly text: string
  readonly at: number
}
export interface ListNode {
  readonly is: 'list'
  readonly members: readonly Node[]
  readonly at: number
}
export interface MapNode {
  readonly is: 'map'
  readonly entries: ReadonlyMap<string, Entry>
  readonly at: number
}
export interface Entry {
  readonly name: string
  /** Where the name stands. */
  readonly at: number
  readonly value: Node
}

export interface ParsedFile {
  readonly root: Node | null
  readonly faults: readonly Fault[]
  place(at: number): { line: number; column: number }
}

/** Longest mapping file that is read; a longer one is no mapping. */
export const LONGEST_FILE = 512 * 1024
const DEEPEST = 20
/** Of what the lexer gives, that which stands for something and not in the text: a document, a scalar, the end of a wrong flow. */
const UNWRITTEN: ReadonlySet<string> = new Set(['\x02', '\x1f', '\x18'])

/** Reads YAML (or JSON, which is YAML) into nodes. Aliases are refused: a file that is meant to be read says things where they are. */
export function parseFile(text: string): ParsedFile {
  const lines = new LineCounter()
  const faults: Fault[] = []
  const place = (at: number) => {
    const { line, col } = lines.linePos(at)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (text.length > LONGEST_FILE) return { root: null, faults: [{ at: 0, why: TOO_LONG }], place }
  const deepAt = tooDeepAt(text)
  if (deepAt !== null) {
    for (let start = 0; start <= deepAt; start = text.indexOf('\n', start) + 1 || deepAt + 1)
      lines.addNewLine(start)
    return { root: null, faults: [{ at: deepAt, why: TOO_DEEP }], place }
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'failsafe',
    merge: false,
    // In silence the parser leaves the second document of a file out and says nothing.
    logLevel: 'error',
  })
  for (const { pos, code, message } of document.errors)
    faults.push({ at: pos[0], why: faultOfYaml(code, message) })
  const root = faults.length > 0 ? null : nodeOf(document.contents, 0, 0, faults)
  return { root: faults.length > 0 ? null : root, faults, place }
}

/** Where brackets are in each other too deeply, else null: the parser takes seconds for thousands that are never closed. */
function tooDeepAt(text: string): number | null {
  let at = 0
  let depth = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (depth > DEEPEST) return at
    if (!UNWRITTEN.has(token)) at += token.length
  }
  return null
}

function nodeOf(part: unknown, at: number, depth: number, faults: Fault[]): Node {
  const empty: TextNode = { is: 'text', text: '', at }
  if (depth > DEEPEST) {
    faults.push({ at, why: TOO_DEEP })
    return empty
  }
  if (isAlias(part)) {
    faults.push({ at: part.range?.[0] ?? at, why: ALIAS })
    return empty
  }
  if (isScalar(part)) return { is: 'text', text: String(part.value ?? ''), at: part.range?.[0] ?? at }
  if (isSeq(part)) {
    const start = part.range?.[0] ?? at
    return {
      is: 'list',
      at: start,
      members: part.items.map((member) => nodeOf(member, start, depth + 1, faults)),
    }
  }
  if (!isMap(part)) return empty
  const start = part.range?.[0] ?? at
  const entries = new Map<string, Entry>()
  for (const pair of part.items) {
    if (!isPair(pair) || !isScalar(pair.key)) {
      faults.push({ at: start, why: NAME_NOT_TEXT })
      continue
    }
    const nameAt = pair.key.range?.[0] ?? start
    const name = String(pair.key.value ?? '')
    entries.set(name, { name, at: nameAt, value: nodeOf(pair.value, nameAt, depth + 1, faults) })
  }
  return { is: 'map', at: start, entries }
}
