import { ENVELOPE, type ReadOptions } from '#core/source.ts'
import { type Compiling, entryOf, type ReadPlace } from './compiling.ts'
import type { Emit } from './emit.ts'
import { compileKey, type KeyPlan } from './key.ts'
import type { MapNode, Node } from './node.ts'

/** What a line calls the record around it. */
const BASE = 'base.'

/** What of a mapping says how its lines and the order around them are told apart. */
interface Told {
  readonly read: ReadOptions | undefined
  /** Where the order reads source fields. */
  readonly orderReads: readonly ReadPlace[]
  readonly emits: readonly Emit[] | null
}

/**
 * Compiles `whole: [base.orderNo]`: of what is read under this key a message tells all lines that there are, so that one which is told no more ends.
 * It is a part of the key of each line, so that a line belongs to one order for good.
 */
export function compileWhole(c: Compiling, root: MapNode, told: Told): KeyPlan | null {
  const node = entryOf(root, 'whole')
  if (node === undefined) return null
  const readsBefore = c.reads.length
  const plan = compileKey(c, node, 'whole')
  if (plan === null) return null
  const wrong = c.reads.slice(readsBefore).find(isOfLine)
  if (wrong) c.mistakes.add(wrong.at, 'whole', 'whole_of_line', { found: wrong.path })
  if (told.read !== undefined && !hasLines(told.read)) c.mistakes.add(node.at, 'whole', 'whole_no_lines')
  const keyNode = entryOf(root, 'key')
  if (keyNode !== undefined && !holds(keyNode, node)) c.mistakes.add(node.at, 'whole', 'whole_not_key')
  if (membersOf(node).some((one) => one.is === 'map' && one.entries.has('optional')))
    c.mistakes.add(node.at, 'whole', 'whole_optional')
  const ofLine = told.orderReads.find(isOfLine)
  if (ofLine) c.mistakes.add(ofLine.at, 'order', 'whole_order', { found: ofLine.path })
  if (told.emits?.every(({ key }) => key !== null)) c.mistakes.add(node.at, 'whole', 'whole_nothing')
  return plan
}

const isOfLine = ({ path }: ReadPlace): boolean => !path.startsWith(BASE) && !path.startsWith(ENVELOPE)

const hasLines = ({ lines, also }: ReadOptions): boolean =>
  lines !== undefined || Object.values(also ?? {}).some(hasLines)

/** The options by which lines are read, told that they are all lines of what is around them. */
export const readingWholes = (read: ReadOptions): ReadOptions => ({
  ...read,
  ...(read.lines === undefined ? {} : { whole: true }),
  ...(read.also === undefined
    ? {}
    : {
        also: Object.fromEntries(Object.entries(read.also).map(([type, one]) => [type, readingWholes(one)])),
      }),
})

const membersOf = (node: Node): readonly Node[] => (node.is === 'list' ? node.members : [node])

/** Whether a key has all parts of another, and more. */
function holds(key: Node, whole: Node): boolean {
  const parts = membersOf(key).map(said)
  const own = membersOf(whole).map(said)
  return parts.length > own.length && own.every((part) => parts.includes(part))
}

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
