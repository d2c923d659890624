import { ENVELOPE, type ReadOptions } from '#core/source.ts'
import { type Compiling, entryOf, type ReadPlace } from './compiling.ts'
import type { Emit } from './emit.ts'
import { compileKey, type KeyPlan } from './key.ts'
import type { MapNode, Node } from './node.ts'

/** What a line calls the record around it, and a row the title above it. */
const BASE = 'base.'
const TITLE = 'title.'

/** What of a mapping says how its lines and what is around them are told apart. */
interface Told {
  readonly read: ReadOptions | undefined
  /** Where the order reads source fields. */
  readonly orderReads: readonly ReadPlace[]
  readonly emits: readonly Emit[] | null
}

/** Under which key a message tells all lines. */
export interface WholePlan {
  readonly key: KeyPlan
  /** Of sheets, the parts of their title that make them one. */
  readonly title: readonly string[]
  /** Of sheets, which parts of the key are parts of those of their rows too; null of orders, where all are. */
  readonly inKey: readonly boolean[] | null
}

/**
 * Compiles `whole: [base.orderNo]`, or `whole: [title.stall, title.month]`: of what is read under this key a message tells all lines that there are, so that
 * one which is told no more ends. That of an order is a part of the key of each line, so that a line belongs to one order for good. Sheets share a part
 * with their rows, by which a row is found that was in another one.
 */
export function compileWhole(c: Compiling, root: MapNode, told: Told): WholePlan | null {
  const node = entryOf(root, 'whole')
  if (node === undefined) return null
  const readsBefore = c.reads.length
  const key = compileKey(c, node, 'whole')
  if (key === null) return null
  const reads = c.reads.slice(readsBefore)
  const isSheets = reads.length > 0 && reads.every(({ path }) => path.startsWith(TITLE))
  const isAround = ({ path }: ReadPlace): boolean =>
    isSheets ? path.startsWith(TITLE) : path.startsWith(BASE) || path.startsWith(ENVELOPE)
  const wrong = reads.find((place) => !isAround(place))
  if (wrong) c.mistakes.add(wrong.at, 'whole', 'whole_of_line', { found: wrong.path })
  const title = [...new Set(reads.map(({ path }) => path.slice(TITLE.length)))]
  if (told.read !== undefined) {
    if (isSheets) checkSheets(c, node, told.read, title)
    else if (!hasLines(told.read)) c.mistakes.add(node.at, 'whole', 'whole_no_lines')
  }
  const inKey = partsInKey(entryOf(root, 'key'), node)
  if (isSheets ? !inKey.includes(true) : inKey.length > 0 && !isPartOfKey(inKey, entryOf(root, 'key')))
    c.mistakes.add(node.at, 'whole', isSheets ? 'whole_other_key' : 'whole_not_key')
  if (membersOf(node).some((one) => one.is === 'map' && one.entries.has('optional')))
    c.mistakes.add(node.at, 'whole', 'whole_optional')
  const ofLine = told.orderReads.find((place) => !isAround(place))
  if (ofLine) c.mistakes.add(ofLine.at, 'order', 'whole_order', { found: ofLine.path })
  if (told.emits?.every((emit) => emit.key !== null)) c.mistakes.add(node.at, 'whole', 'whole_nothing')
  return { key, title: isSheets ? title : [], inKey: isSheets ? inKey : null }
}

const hasLines = ({ lines, also }: ReadOptions): boolean =>
  lines !== undefined || Object.values(also ?? {}).some(hasLines)

/** Sheets are told as a whole by the parts of a title, and with all their rows: a filter hides rows that are there. */
function checkSheets(c: Compiling, node: Node, read: ReadOptions, title: readonly string[]): void {
  const books = [read, ...Object.values(read.also ?? {})].filter(({ format }) => format === 'xlsx')
  const has = new Set(books.flatMap(({ xlsx }) => xlsx?.title?.parts ?? []))
  const found = title.find((part) => !has.has(part))
  if (found !== undefined) c.mistakes.add(node.at, 'whole', 'whole_no_title', { found, known: [...has] })
  if (books.some(({ xlsx }) => xlsx?.hiddenRows === 'skip')) c.mistakes.add(node.at, 'whole', 'whole_hidden')
}

/** The options by which lines are read, told that they are all lines of what is around them. */
export const readingWholes = (read: ReadOptions, { title }: Pick<WholePlan, 'title'>): ReadOptions => ({
  ...read,
  ...(read.lines === undefined ? {} : { whole: true }),
  ...(read.format === 'xlsx' && title.length > 0 ? { xlsx: { ...read.xlsx, whole: title } } : {}),
  ...(read.also === undefined
    ? {}
    : {
        also: Object.fromEntries(
          Object.entries(read.also).map(([type, one]) => [type, readingWholes(one, { title })]),
        ),
      }),
})

const membersOf = (node: Node): readonly Node[] => (node.is === 'list' ? node.members : [node])

/** Of each part of a whole, whether it is one of the key too; none where there is no key. */
function partsInKey(key: Node | undefined, whole: Node): boolean[] {
  if (key === undefined) return []
  const parts = new Set(membersOf(key).map(said))
  return membersOf(whole).map((part) => parts.has(said(part)))
}

/** Whether a key has all parts of a whole, and more. */
const isPartOfKey = (inKey: readonly boolean[], key: Node | undefined): boolean =>
  key !== undefined && membersOf(key).length > inKey.length && inKey.every(Boolean)

/** What a node says, wherever it stands; a bare word is short for its `from`. */
const said = (node: Node): string => JSON.stringify(plain(node.is === 'text' ? fromOf(node) : node))
const fromOf = (node: Node): Node => ({
  is: 'map',
  at: node.at,
  entries: new Map([['from', { name: 'from', at: node.at, value: node }]]),
})

function plain(node: Node): unknown {
  if (node.is === 'text') return node.text
  if (node.is === 'list') return node.members.map(plain)
  return [...node.entries.values()]
    .map(({ name, value }) => [name, plain(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}
