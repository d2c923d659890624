import type { MappingTest, Words } from '#core/mapping/mapping.ts'
import { alike } from '#core/mapping/run/any-case.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { ReadOptions } from '#core/source.ts'
import {
  beginCompiling,
  type Compiling,
  type Doubt,
  type Evaluate,
  entryOf,
  listOf,
  mapOf,
  type ReadPlace,
  textsOf,
} from './compiling.ts'
import { compileEmit, type Emit } from './emit.ts'
import type { Heading } from './heading.ts'
import { compileKey, type KeyPlan, keyFields } from './key.ts'
import type { Mistakes } from './mistakes.ts'
import type { MapNode, Node } from './node.ts'
import { compileOrder } from './order.ts'
import { compileRead } from './read.ts'
import { compileStatus, compileVoid, type StatusPlan, type VoidPlan } from './status.ts'
import { compileWhole, readingWholes, type WholePlan } from './whole.ts'

/** Everything that a forward mapping says, compiled. */
export interface ForwardPlan {
  readonly system: string
  readonly record: string
  readonly version: number
  readonly title: Words
  readonly read: ReadOptions
  readonly key: KeyPlan
  readonly status: StatusPlan | null
  readonly void: VoidPlan | null
  readonly order: Evaluate<string> | null
  /** Under which all lines are told; null where a message may tell a part of them. */
  readonly whole: WholePlan | null
  readonly emits: readonly Emit[]
  readonly kinds: readonly Kind[]
  readonly expectsLots: boolean
  /** Whether a record has a key of its own in place of that of its source record. */
  readonly ownKeys: boolean
  /** Source fields that are read, and those that are ignored on purpose. */
  readonly known: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
  /** Where source fields are read, and what is surely not meant. */
  readonly reads: readonly ReadPlace[]
  readonly doubts: readonly Doubt[]
  /** Of the fields that are read, those that may be of a person. */
  readonly personal: ReadonlySet<string>
  readonly empty: ReadonlySet<string> | undefined
  readonly tests: readonly MappingTest[]
}

export const FORWARD_NAMES = [
  'mapping',
  'version',
  'title',
  'direction',
  'read',
  'ignore',
  'key',
  'status',
  'void',
  'order',
  'whole',
  'emit',
  'tests',
] as const

export function compileForward(
  root: MapNode,
  heading: Heading,
  mistakes: Mistakes,
  given: Pick<Compiling, 'tables' | 'keyedHash' | 'productAliases'>,
): ForwardPlan | null {
  const { system, record } = heading
  const draft: Compiling = beginCompiling(mistakes, { system, record, ...given })
  mapOf(draft, root, '', FORWARD_NAMES)
  for (const wanted of ['read', 'key', 'emit']) {
    if (!root.entries.has(wanted)) mistakes.add(root.at, '', 'missing', { wanted })
  }
  const readNode = entryOf(root, 'read')
  const read = readNode === undefined ? null : compileRead(draft, readNode)
  const envelope = read?.options.envelope
  const c: Compiling = { ...draft, empty: read?.empty, envelope: envelope && new Set(envelope) }
  const keyNode = entryOf(root, 'key')
  const key = keyNode === undefined ? null : compileKey(c, keyNode, 'key')
  const { status, ended, isWhole } = statusAndVoid(c, root)
  const orderNode = entryOf(root, 'order')
  const readsBefore = c.reads.length
  const order = orderNode === undefined ? null : compileOrder(c, orderNode)
  const orderReads = c.reads.slice(readsBefore)
  const emits = compileEmits(c, root)
  const whole = compileWhole(c, root, { read: read?.options, orderReads, emits })
  const ignored = ignoredFields(c, root)
  const known = new Set([...c.paths, ...ignored])
  if (read?.options.names === 'any-case' && readNode !== undefined) {
    for (const [found, meant] of alike(known))
      mistakes.add(readNode.at, 'read.names', 'same_name', { found, wanted: meant })
  }
  if (!mistakes.none || read === null || key === null || emits === null || !isWhole) return null
  return {
    ...heading,
    read: withColumns(
      whole ? readingWholes(read.options, whole) : read.options,
      keyNode === undefined ? [] : keyFields(keyNode),
    ),
    key,
    status,
    void: ended,
    order,
    whole,
    emits,
    kinds: [...new Set(emits.map((emit) => emit.kind))],
    expectsLots: c.expected.size > 0,
    ownKeys: emits.some((emit) => emit.key !== null),
    known,
    ignored: new Set(ignored),
    reads: c.reads,
    doubts: c.doubts,
    personal: c.personal,
    empty: read.empty,
  }
}

/** A table without a column of the key is that of another record, or its titles were changed. */
function withColumns(read: ReadOptions, columns: ReadOptions['columns'] & {}): ReadOptions {
  const also = Object.entries(read.also ?? {}).map(
    ([type, one]) => [type, withColumns(one, columns)] as const,
  )
  const isTable = (read.format === 'csv' || read.format === 'xlsx') && columns.length > 0
  return {
    ...read,
    ...(isTable ? { columns } : {}),
    ...(read.also ? { also: Object.fromEntries(also) } : {}),
  }
}

function compileEmits(c: Compiling, root: MapNode): Emit[] | null {
  const node = entryOf(root, 'emit')
  const members = node === undefined ? null : listOf(c, node, 'emit')
  if (members === null || node === undefined) return null
  if (members.length === 0) c.mistakes.add(node.at, 'emit', 'empty')
  const emits: Emit[] = []
  members.forEach((member, i) => {
    const emit = compileEmit(c, member, `emit.${i}`)
    if (emit !== null) emits.push(emit)
  })
  return emits.length === members.length ? emits : null
}

function statusAndVoid(c: Compiling, root: MapNode) {
  const statusNode = entryOf(root, 'status')
  const voidNode = entryOf(root, 'void')
  const status = statusNode === undefined ? null : compileStatus(c, statusNode)
  const ended = voidNode === undefined ? null : compileVoid(c, voidNode)
  if (voidNode !== undefined && statusNode === undefined) c.mistakes.add(voidNode.at, 'void', 'no_void')
  if (status?.hasVoid === true && voidNode === undefined)
    c.mistakes.add((statusNode as Node).at, 'status', 'void_untold')
  const isWhole = (statusNode === undefined || status !== null) && (voidNode === undefined || ended !== null)
  return { status: status?.plan ?? null, ended, isWhole }
}

function ignoredFields(c: Compiling, root: MapNode): string[] {
  const node = entryOf(root, 'ignore')
  if (node === undefined || (node.is === 'list' && node.members.length === 0)) return []
  return textsOf(c, node, 'ignore') ?? []
}
