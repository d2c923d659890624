import type { DocumentType } from '#core/documents/document-type.ts'
import type { CodeTable } from '#core/mapping/mapping.ts'
import type { Run } from '#core/mapping/run/run.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { Mistakes } from './mistakes.ts'
import { nearest } from './nearest.ts'
import type { Entry, ListNode, MapNode, Node, TextNode } from './node.ts'

/** What the parts of a mapping are compiled with. */
export interface Compiling {
  readonly mistakes: Mistakes
  readonly system: string
  readonly record: string
  readonly tables: Readonly<Record<string, CodeTable>>
  /** Parts that several canonical records of one source record have in common, by what the file says. */
  readonly shared: Map<string, Plan<unknown>>
  /** Source fields that the mapping reads, dotted. */
  readonly paths: Set<string>
  /** Where it reads them, in the order of the file. */
  readonly reads: ReadPlace[]
  /** What works and is surely not meant. */
  readonly doubts: Doubt[]
  /** Backward: fields of the record of each of which one must have a value, or nothing is written. */
  readonly needs: (readonly string[])[]
  /** Targets whose lots must have a record of their own. */
  readonly expected: Set<string>
  /** Those of them that may be of a person: never shown outside of records. */
  readonly personal: Set<string>
  /** Texts that mean "no value" in this source, beside those that do everywhere. */
  readonly empty: ReadonlySet<string> | undefined
  /** Whether a text that elsewhere means "no value" is the value: an instrument that shows `/` shows something. */
  readonly keepsTokens: boolean
  /** Members around the list that `read.envelope` names; undefined where the mapping looks at the list alone. */
  readonly envelope: ReadonlySet<string> | undefined
  readonly keyedHash: ((text: string) => string) | undefined
  /** What persons decided of the names of products; it changes while the mapping runs. */
  readonly productAliases: ProductAliases | undefined
  /** Path of the list whose members are being read, with a dot; empty outside `each`. */
  readonly scope: string
  /** Whether the canonical record is an event, which cannot do without its time; a party or a site can. */
  readonly isEvent: boolean
  /** Kind of the canonical record; undefined outside of one. */
  readonly kind: Kind | undefined
  /** Whether the canonical record has a quantity, whose unit a price may share. */
  readonly hasQuantity: boolean
  /** Documents that the canonical record names, as far as they were compiled. */
  readonly papers: Paper[]
}

/** What is known of a document before any record comes. */
export interface Paper {
  /** Reads its number. */
  readonly read: (run: Run) => string | undefined
  readonly field: string
  /** Types that the field may hold; none where the number tells. */
  readonly types: readonly DocumentType[]
  /** Whether the source tells when it was issued, or how long it is valid. */
  readonly isDated: boolean
}

/** One place of a file that reads a source field. */
export interface ReadPlace {
  /** As in `paths`. */
  readonly path: string
  readonly at: number
  readonly target: string
}

/** What is told to who writes the file, though it compiles. */
export type Doubt = Parameters<Mistakes['add']>

/** What compiling begins with. */
export function beginCompiling(mistakes: Mistakes, given: Partial<Compiling> = {}): Compiling {
  return {
    mistakes,
    system: '',
    record: '',
    tables: {},
    shared: new Map(),
    paths: new Set(),
    reads: [],
    doubts: [],
    needs: [],
    expected: new Set(),
    personal: new Set(),
    empty: undefined,
    keepsTokens: false,
    envelope: undefined,
    keyedHash: undefined,
    productAliases: undefined,
    scope: '',
    isEvent: true,
    kind: undefined,
    hasQuantity: false,
    papers: [],
    ...given,
  }
}

/** Compiles a part whose source fields may be of a person. */
export function personally<T>(c: Compiling, compile: (inside: Compiling) => T): T {
  const paths = new Set<string>()
  const made = compile({ ...c, paths })
  for (const path of paths) {
    c.paths.add(path)
    c.personal.add(path)
  }
  return made
}

/** Makes one value of a canonical record, or nothing. */
export type Evaluate<T> = (run: Run) => T | undefined

/** A compiled value: how it is made and, for the trace, by which verb. */
export interface Plan<T> {
  readonly evaluate: Evaluate<T>
  readonly verb: string
}

/** The node as a map whose names are all known; tells of every one that is not. */
export function mapOf(
  c: Compiling,
  node: Node,
  target: string,
  known: readonly string[],
  example?: string,
): MapNode | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, target, 'not_map', example === undefined ? {} : { wanted: example })
    return null
  }
  for (const entry of node.entries.values()) {
    if (!known.includes(entry.name)) unknownName(c, entry, target, known)
  }
  return node
}

/** Tells of a name that is not known here; the one that was probably meant. */
export function unknownName(
  c: Compiling,
  entry: Entry,
  target: string,
  known: readonly string[],
): string | undefined {
  const meant = nearest(entry.name, known)
  const place = target === '' ? entry.name : `${target}.${entry.name}`
  c.mistakes.add(entry.at, place, 'unknown_name', { found: entry.name, known, ...(meant ? { meant } : {}) })
  return meant
}

export function listOf(c: Compiling, node: Node, target: string): readonly Node[] | null {
  if (node.is === 'list') return node.members
  c.mistakes.add(node.at, target, 'not_list')
  return null
}

/** The text of a node that must be a single one and not empty. */
export function textOf(c: Compiling, node: Node, target: string): string | null {
  if (node.is !== 'text') {
    c.mistakes.add(node.at, target, 'not_text')
    return null
  }
  if (node.text === '') {
    c.mistakes.add(node.at, target, 'empty')
    return null
  }
  return node.text
}

/** One text, or a list of them. */
export function textsOf(c: Compiling, node: Node, target: string): string[] | null {
  if (node.is === 'text') {
    const text = textOf(c, node, target)
    return text === null ? null : [text]
  }
  const members = listOf(c, node, target)
  if (members === null) return null
  const texts: string[] = []
  members.forEach((member, i) => {
    const text = textOf(c, member, `${target}.${i}`)
    if (text !== null) texts.push(text)
  })
  if (members.length === 0) c.mistakes.add(node.at, target, 'empty')
  return texts.length === members.length && texts.length > 0 ? texts : null
}

/** A text that is one of the values allowed. */
export function choiceOf<T extends string>(
  c: Compiling,
  node: Node,
  target: string,
  known: readonly T[],
): T | null {
  const text = textOf(c, node, target)
  if (text === null) return null
  if ((known as readonly string[]).includes(text)) return text as T
  const meant = nearest(text, known)
  c.mistakes.add(node.at, target, 'unknown_value', { found: text, known, ...(meant ? { meant } : {}) })
  return null
}

export const entryOf = (node: MapNode, name: string): Node | undefined => node.entries.get(name)?.value

/** A map in place of a bare text, which is the short way to write `{ from: text }`. */
export function asMap(node: TextNode | ListNode): MapNode {
  const entry: Entry = { name: 'from', at: node.at, value: node }
  return { is: 'map', at: node.at, entries: new Map([['from', entry]]) }
}

/** A map without the names that somebody else reads. */
export function without(node: MapNode, names: readonly string[]): MapNode {
  const entries = new Map([...node.entries].filter(([name]) => !names.includes(name)))
  return { is: 'map', at: node.at, entries }
}
