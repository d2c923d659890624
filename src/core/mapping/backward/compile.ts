import {
  beginCompiling,
  type Compiling,
  choiceOf,
  entryOf,
  mapOf,
  textOf,
  textsOf,
} from '#core/mapping/compile/compiling.ts'
import type { Heading } from '#core/mapping/compile/heading.ts'
import type { Mistakes } from '#core/mapping/compile/mistakes.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import type { CodeTable, CompiledMapping } from '#core/mapping/mapping.ts'
import { compileWhen } from '#core/mapping/verbs/when.ts'
import { isKind, KINDS, type Kind } from '#core/model/kinds.ts'
import { compileOutput, type Put } from './fields.ts'
import type { FileName, WriteOptions } from './formats.ts'
import { compileRelated } from './related.ts'
import { compileValuePlan } from './value.ts'
import { SENDING, writerOf } from './write.ts'

const NAMES = [
  'mapping',
  'version',
  'title',
  'direction',
  'write',
  'kinds',
  'when',
  'related',
  'fields',
  'tests',
] as const
const WRITES = [
  'format',
  'rows',
  'root',
  'row',
  'loose',
  'once',
  'blank',
  'count',
  'delimiter',
  'message',
  'group',
  'file',
] as const
const OF_XML = ['root', 'row', 'loose', 'once', 'blank', 'count'] as const
const WRITTEN = ['json', 'xml', 'csv', 'xlsx'] as const
const ELEMENT = /^[A-Za-z_][\w.-]{0,99}$/

/** Compiles a mapping with `direction: backward`: canonical records in the format of a receiver. */
export function compileBackward(
  root: MapNode,
  heading: Heading,
  mistakes: Mistakes,
  tables: Readonly<Record<string, CodeTable>>,
): CompiledMapping | null {
  const { system, record } = heading
  const c: Compiling = beginCompiling(mistakes, { system, record, tables })
  mapOf(c, root, '', NAMES)
  for (const wanted of ['write', 'kinds', 'fields']) {
    if (!root.entries.has(wanted)) mistakes.add(root.at, '', 'missing', { wanted })
  }
  const fieldsNode = entryOf(root, 'fields')
  const writeNode = entryOf(root, 'write')
  const kinds = kindsOf(c, root)
  const fields = fieldsNode?.is === 'map' ? compileOutput(c, fieldsNode, 'fields') : null
  if (fieldsNode !== undefined && fieldsNode.is !== 'map') mistakes.add(fieldsNode.at, 'fields', 'not_map')
  const columns = fieldsNode?.is === 'map' ? [...fieldsNode.entries.keys()] : []
  const options = writeNode === undefined ? null : compileWrite(c, writeNode, columns)
  const whenNode = entryOf(root, 'when')
  const asked = new Set<string>()
  const when = whenNode === undefined ? null : compileWhen({ ...c, paths: asked }, whenNode, 'when')
  // It decides for which records anything is looked up.
  for (const found of asked)
    if (whenNode && found.startsWith('related.'))
      mistakes.add(whenNode.at, 'when', 'forbidden_path', { found })
  const relatedNode = entryOf(root, 'related')
  const related = relatedNode === undefined ? [] : compileRelated(c, relatedNode)
  if (fields === null || options === null || kinds === null || related === null || !mistakes.none) return null
  return {
    name: `${system}/${record}`,
    ...heading,
    read: { format: 'json' },
    direction: 'backward',
    kinds,
    ignored: new Set(),
    map: refuse,
    trace: refuse,
    drift: () => [],
    related,
    writes: { format: options.format, namesFile: options.file !== null },
    needs: [...[...asked].map((path) => [path]), ...c.needs],
    write: writerOf({ kinds, when, fields, options }),
  }
}

const refuse = (): never => {
  throw new TypeError('a backward mapping writes canonical records; it reads none')
}

function kindsOf(c: Compiling, root: MapNode): Kind[] | null {
  const node = entryOf(root, 'kinds')
  if (node === undefined) return null
  const members: readonly Node[] = node.is === 'list' ? node.members : [node]
  const kinds = members
    .map((member, i) => choiceOf(c, member, `kinds.${i}`, KINDS))
    .filter((kind) => kind !== null && isKind(kind))
  return kinds.length === members.length && kinds.length > 0 ? (kinds as Kind[]) : null
}

function compileWrite(c: Compiling, node: Node, columns: readonly string[]): WriteOptions | null {
  const map = mapOf(c, node, 'write', WRITES, 'write: { format: json }')
  if (map === null) return null
  const formatNode = entryOf(map, 'format')
  if (formatNode === undefined) c.mistakes.add(node.at, 'write', 'missing', { wanted: 'format' })
  const format = formatNode === undefined ? null : choiceOf(c, formatNode, 'write.format', WRITTEN)
  const text = (name: (typeof WRITES)[number], fallback: string): string => {
    const option = entryOf(map, name)
    return option === undefined ? fallback : (textOf(c, option, `write.${name}`) ?? fallback)
  }
  const rows = text('rows', '')
  const [root, row, count] = [text('root', 'data'), text('row', 'row'), text('count', '')]
  const onceNode = entryOf(map, 'once')
  const once = onceNode === undefined ? [] : (textsOf(c, onceNode, 'write.once') ?? [])
  const flags = { loose: flagOf(c, map, 'loose'), blank: flagOf(c, map, 'blank') }
  const elements = [root, row, ...once, ...columns.flatMap((column) => column.split('.'))]
  for (const name of format === 'xml' ? [...elements, ...(count === '' ? [] : [count])] : []) {
    if (!ELEMENT.test(name)) c.mistakes.add(node.at, 'write', 'forbidden_path', { found: name })
  }
  for (const name of format === null || format === 'xml' ? [] : OF_XML) {
    const option = entryOf(map, name)
    if (option)
      c.mistakes.add(option.at, `write.${name}`, 'unknown_name', { found: name, known: ['format: xml'] })
  }
  const message = aroundOf(c, map, 'message', format, rows)
  const group = aroundOf(c, map, 'group', format, rows)
  const fileNode = entryOf(map, 'file')
  const file = fileNode === undefined ? null : compileFile(c, fileNode)
  if (format === null || message === undefined || group === undefined) return null
  if (fileNode !== undefined && file === null) return null
  return {
    message,
    group,
    file,
    format,
    rows: rows === '' ? [] : rows.split('.'),
    root,
    row,
    ...flags,
    once: new Set(once),
    count: count === '' ? null : count,
    delimiter: text('delimiter', ','),
    columns,
  }
}

/** The name of a file: its parts one behind the other, as values are written; none where one of them has no value. */
function compileFile(c: Compiling, node: Node): FileName | null {
  if (node.is !== 'list' || node.members.length === 0) {
    c.mistakes.add(node.at, 'write.file', node.is === 'list' ? 'empty' : 'not_list')
    return null
  }
  const plans = node.members.map((member, i) => compileValuePlan(c, member, `write.file.${i}`))
  if (!plans.every((plan) => plan !== null)) return null
  return (run) => {
    const texts = plans.map((plan) => plan.read(run))
    return texts.includes(undefined) ? null : texts.join('')
  }
}

function flagOf(c: Compiling, map: MapNode, name: 'loose' | 'blank'): boolean {
  const node = entryOf(map, name)
  return node !== undefined && choiceOf(c, node, `write.${name}`, ['true', 'false'] as const) === 'true'
}

/** What stands around the list: of the message (`sending.…`), or of the records that share it. Undefined where it has a mistake. */
function aroundOf(
  c: Compiling,
  map: MapNode,
  name: 'message' | 'group',
  format: string | null,
  rows: string,
): Put | null | undefined {
  const node = entryOf(map, name)
  if (node === undefined) return null
  const target = `write.${name}`
  // In XML what records share are attributes of the document.
  const isAttributes = format === 'xml' && name === 'group'
  if (!isAttributes && (format !== 'json' || rows === '')) {
    c.mistakes.add(node.at, target, 'needs_rows')
    return undefined
  }
  if (node.is !== 'map') {
    c.mistakes.add(node.at, target, 'not_map')
    return undefined
  }
  for (const entry of isAttributes ? node.entries.values() : [])
    if (!ELEMENT.test(entry.name)) c.mistakes.add(entry.at, target, 'forbidden_path', { found: entry.name })
  const paths = new Set<string>()
  const put = compileOutput({ ...c, paths }, node, target)
  const known = SENDING.map((fact) => `sending.${fact}`)
  const wrong = name === 'message' ? [...paths].filter((path) => !known.includes(path)) : []
  for (const found of wrong) c.mistakes.add(node.at, target, 'unknown_value', { found, known })
  return put === null || wrong.length > 0 ? undefined : put
}
