import {
  beginCompiling,
  type Compiling,
  choiceOf,
  entryOf,
  mapOf,
  textOf,
} from '#core/mapping/compile/compiling.ts'
import type { Heading } from '#core/mapping/compile/heading.ts'
import type { Mistakes } from '#core/mapping/compile/mistakes.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import type { CodeTable, CompiledMapping, Written } from '#core/mapping/mapping.ts'
import { newRun } from '#core/mapping/run/new-run.ts'
import { isKind, KINDS, type Kind } from '#core/model/kinds.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { compileOutput, type Output } from './fields.ts'
import { type WriteOptions, writeRows } from './formats.ts'
import { viewOf } from './view.ts'

const NAMES = ['mapping', 'version', 'title', 'direction', 'write', 'kinds', 'fields', 'tests'] as const
const WRITES = ['format', 'rows', 'root', 'row', 'delimiter'] as const
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
  if (fields === null || options === null || kinds === null || !mistakes.none) return null
  const write = (records: readonly CanonicalRecord[]): Written => {
    const run = newRun()
    const rows: { [name: string]: Output }[] = []
    for (const one of records) {
      if (!kinds.includes(one.kind)) continue
      run.row = viewOf(one)
      run.day = one.occurredAt?.at.slice(0, 10) ?? ''
      const row: { [name: string]: Output } = {}
      fields(run, one, row)
      rows.push(row)
    }
    return writeRows(rows, options)
  }
  return {
    name: `${system}/${record}`,
    ...heading,
    read: { format: 'json' },
    direction: 'backward',
    kinds,
    map: refuse,
    trace: refuse,
    drift: () => [],
    write,
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
  const [root, row] = [text('root', 'data'), text('row', 'row')]
  for (const name of format === 'xml' ? [root, row, ...columns.flatMap((column) => column.split('.'))] : []) {
    if (!ELEMENT.test(name)) c.mistakes.add(node.at, 'write', 'forbidden_path', { found: name })
  }
  if (format === null) return null
  return {
    format,
    rows: rows === '' ? [] : rows.split('.'),
    root,
    row,
    delimiter: text('delimiter', ','),
    columns,
  }
}
