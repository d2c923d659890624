import type { ReadOptions } from '#core/source.ts'
import { type Compiling, choiceOf, entryOf, mapOf, textOf, textsOf } from './compiling.ts'
import { compileEnvelope } from './envelope.ts'
import type { MapNode, Node } from './node.ts'

const NAMES = [
  'format',
  'encoding',
  'rows',
  'envelope',
  'expect',
  'xml',
  'csv',
  'form',
  'maxDepth',
  'empty',
] as const
const FORMATS = ['json', 'ndjson', 'xml', 'csv', 'form'] as const

/** Compiles `read:`: how the bytes are read, and which texts mean "no value". */
export function compileRead(
  c: Compiling,
  node: Node,
): { options: ReadOptions; empty: ReadonlySet<string> | undefined } | null {
  const map = mapOf(c, node, 'read', NAMES, 'read: { format: json }')
  if (map === null) return null
  const formatNode = entryOf(map, 'format')
  if (formatNode === undefined) c.mistakes.add(node.at, 'read', 'missing', { wanted: 'format' })
  const format = formatNode === undefined ? null : choiceOf(c, formatNode, 'read.format', FORMATS)
  const encoding = optional(c, map, 'encoding')
  const rowsNode = entryOf(map, 'rows')
  const rows = rowsNode === undefined ? undefined : rowsNode.is === 'text' ? rowsNode.text : null
  if (rows === null && rowsNode !== undefined) c.mistakes.add(rowsNode.at, 'read.rows', 'not_text')
  const around = compileEnvelope(c, map, format, rows ?? '')
  const emptyNode = entryOf(map, 'empty')
  const empty = emptyNode === undefined ? undefined : emptyTexts(c, emptyNode)
  const parts = [
    part(c, map, 'xml', compileXml),
    part(c, map, 'csv', compileCsv),
    part(c, map, 'form', compileForm),
  ] as const
  const [xml, csv, form] = parts
  const depth = optional(c, map, 'maxDepth')
  if (depth && !/^\d{1,3}$/.test(depth))
    c.mistakes.add(map.at, 'read.maxDepth', 'bad_number', { found: depth })
  const isWhole = format !== null && around !== null && !parts.includes(null)
  if (!isWhole || encoding === null || rows === null || depth === null) return null
  return {
    empty,
    options: {
      format,
      ...(encoding === undefined ? {} : { encoding }),
      ...(rows === undefined ? {} : { rows }),
      ...around,
      ...(xml ? { xml } : {}),
      ...(csv ? { csv } : {}),
      ...(form ? { form } : {}),
      ...(depth === undefined ? {} : { maxDepth: Number(depth) }),
    },
  }
}

function part<T>(
  c: Compiling,
  map: MapNode,
  name: string,
  compile: (c: Compiling, node: Node) => T | null,
): T | null | undefined {
  const node = entryOf(map, name)
  return node === undefined ? undefined : compile(c, node)
}

function optional(c: Compiling, map: MapNode, name: string, place = 'read'): string | null | undefined {
  const node = entryOf(map, name)
  return node === undefined ? undefined : textOf(c, node, `${place}.${name}`)
}

/** Unlike elsewhere an empty text is allowed here: that it means "no value" goes without saying. */
function emptyTexts(c: Compiling, node: Node): ReadonlySet<string> {
  const texts = node.is === 'list' ? node.members : [node]
  const found = new Set<string>()
  for (const text of texts) {
    if (text.is === 'text') found.add(text.text.trim())
    else c.mistakes.add(text.at, 'read.empty', 'not_text')
  }
  return found
}

function compileXml(c: Compiling, node: Node): ReadOptions['xml'] | null {
  const map = mapOf(c, node, 'read.xml', ['roots', 'join'])
  if (map === null) return null
  const rootsNode = entryOf(map, 'roots')
  const roots = rootsNode === undefined ? undefined : textsOf(c, rootsNode, 'read.xml.roots')
  const joinNode = entryOf(map, 'join')
  const join = joinNode === undefined ? undefined : compileJoin(c, joinNode)
  if (roots === null || join === null) return null
  return { ...(roots ? { roots } : {}), ...(join ? { join } : {}) }
}

function compileJoin(c: Compiling, node: Node): { detail: string; base: string; on: string } | null {
  const map = mapOf(c, node, 'read.xml.join', ['detail', 'base', 'on'], 'join: { detail: …, base: …, on: … }')
  if (map === null) return null
  for (const wanted of ['detail', 'base', 'on']) {
    if (!map.entries.has(wanted)) c.mistakes.add(node.at, 'read.xml.join', 'missing', { wanted })
  }
  const detail = optional(c, map, 'detail', 'read.xml.join')
  const base = optional(c, map, 'base', 'read.xml.join')
  const onNode = entryOf(map, 'on')
  const on = onNode === undefined ? null : textsOf(c, onNode, 'read.xml.join.on')
  return detail && base && on ? { detail, base, on: on.join(',') } : null
}

function compileCsv(c: Compiling, node: Node): ReadOptions['csv'] | null {
  const map = mapOf(c, node, 'read.csv', ['delimiter', 'quote', 'header'])
  if (map === null) return null
  const delimiter = optional(c, map, 'delimiter', 'read.csv')
  const quote = optional(c, map, 'quote', 'read.csv')
  const headerNode = entryOf(map, 'header')
  const header = headerNode === undefined ? undefined : textsOf(c, headerNode, 'read.csv.header')
  if (delimiter === null || quote === null || header === null) return null
  return { ...(delimiter ? { delimiter } : {}), ...(quote ? { quote } : {}), ...(header ? { header } : {}) }
}

function compileForm(c: Compiling, node: Node): ReadOptions['form'] | null {
  const map = mapOf(c, node, 'read.form', ['field', 'format'], 'form: { field: dataStr, format: json }')
  if (map === null) return null
  const field = optional(c, map, 'field', 'read.form')
  const formatNode = entryOf(map, 'format')
  if (field === undefined) c.mistakes.add(node.at, 'read.form', 'missing', { wanted: 'field' })
  const format =
    formatNode === undefined ? 'json' : choiceOf(c, formatNode, 'read.form.format', ['json'] as const)
  return field && format ? { field, format } : null
}
