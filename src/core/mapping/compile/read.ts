import type { ReadOptions, XmlJoin } from '#core/source.ts'
import { type Compiling, choiceOf, entryOf, mapOf, textOf, textsOf } from './compiling.ts'
import { compileEnvelope } from './envelope.ts'
import type { MapNode, Node } from './node.ts'
import { compileCsv } from './read-csv.ts'
import { compileWorkbook } from './workbook.ts'

const NAMES = [
  'format',
  'encoding',
  'rows',
  'lines',
  'envelope',
  'expect',
  'xml',
  'soap',
  'csv',
  'form',
  'xlsx',
  'dbf',
  'names',
  'values',
  'maxDepth',
  'empty',
  'also',
] as const
const FORMATS = ['json', 'ndjson', 'xml', 'soap', 'csv', 'form', 'xlsx', 'dbf'] as const

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
  const lines = compileLines(c, map, format)
  const emptyNode = entryOf(map, 'empty')
  const empty = emptyNode === undefined ? undefined : emptyTexts(c, emptyNode)
  const parts = [
    part(c, map, 'xml', compileXml),
    part(c, map, 'csv', compileCsv),
    part(c, map, 'form', compileForm),
    part(c, map, 'soap', compileSoap),
    part(c, map, 'names', compileNames),
    part(c, map, 'values', compileValues),
    part(c, map, 'xlsx', compileWorkbook),
    part(c, map, 'dbf', compileDbf),
  ] as const
  const [xml, csv, form, soap, names, values, xlsx, dbf] = parts
  if (format === 'soap' && soap === undefined) c.mistakes.add(node.at, 'read', 'missing', { wanted: 'soap' })
  const depth = optional(c, map, 'maxDepth')
  if (depth && !/^\d{1,3}$/.test(depth))
    c.mistakes.add(map.at, 'read.maxDepth', 'bad_number', { found: depth })
  const alsoNode = entryOf(map, 'also')
  const also = alsoNode === undefined ? undefined : compileAlso(c, alsoNode)
  const isWhole = format !== null && around !== null && !parts.includes(null)
  if (!isWhole || encoding === null || rows === null || lines === null || depth === null || also === null)
    return null
  return {
    empty,
    options: {
      format,
      ...(encoding === undefined ? {} : { encoding }),
      ...(rows === undefined ? {} : { rows }),
      ...(lines === undefined ? {} : { lines }),
      ...around,
      ...(xml ? { xml } : {}),
      ...(csv ? { csv } : {}),
      ...(form ? { form } : {}),
      ...(soap ? { soap } : {}),
      ...(names ? { names } : {}),
      ...(values ? { values } : {}),
      ...(xlsx ? { xlsx } : {}),
      ...(dbf ? { dbf } : {}),
      ...(depth === undefined ? {} : { maxDepth: Number(depth) }),
      ...(also === undefined ? {} : { also }),
    },
  }
}

/** `lines: goods`: the list inside of each record whose members are the source records. */
function compileLines(c: Compiling, map: MapNode, format: string | null): string | null | undefined {
  const node = entryOf(map, 'lines')
  if (node === undefined) return undefined
  const name = textOf(c, node, 'read.lines')
  const isInner = format === null || format === 'json' || format === 'ndjson' || format === 'form'
  if (name === null || (isInner && MEMBER.test(name))) return name
  c.mistakes.add(node.at, 'read.lines', 'no_lines', { found: name })
  return null
}
/** One member of the record itself; `base` is what the record is called in its lines. */
const MEMBER = /^(?!base$|__proto__$)[^.\\]{1,200}$/u

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

/** The same fields in other formats: what comes from a file here comes from a database there. */
function compileAlso(c: Compiling, node: Node): ReadOptions['also'] | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, 'read.also', 'not_map', {
      wanted: 'also: { application/x-ndjson: { format: ndjson } }',
    })
    return null
  }
  const also: Record<string, ReadOptions> = Object.create(null)
  for (const { name, at, value } of node.entries.values()) {
    const isNested = value.is === 'map' && (value.entries.has('also') || value.entries.has('empty'))
    const read = isNested ? null : compileRead(c, value)
    if (isNested) c.mistakes.add(at, 'read.also', 'unknown_name', { found: 'also', known: NAMES })
    if (read === null) return null
    also[name.toLowerCase()] = read.options
  }
  return also
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
  const map = mapOf(c, node, 'read.xml', ['roots', 'join', 'envelope', 'repair'])
  if (map === null) return null
  const envelope = part(c, map, 'envelope', compileXmlEnvelope)
  const repair = part(c, map, 'repair', compileRepair)
  const rootsNode = entryOf(map, 'roots')
  const roots = rootsNode === undefined ? undefined : textsOf(c, rootsNode, 'read.xml.roots')
  const joinNode = entryOf(map, 'join')
  const join = joinNode === undefined ? undefined : compileJoin(c, joinNode)
  if (roots === null || join === null || envelope === null || repair === null) return null
  return {
    ...(roots ? { roots } : {}),
    ...(join ? { join } : {}),
    ...(envelope ? { envelope } : {}),
    ...(repair ? { repair } : {}),
  }
}

type Xml = NonNullable<ReadOptions['xml']>

function compileXmlEnvelope(c: Compiling, node: Node): NonNullable<Xml['envelope']> | null {
  const place = 'read.xml.envelope'
  const map = mapOf(
    c,
    node,
    place,
    ['name', 'attributes'],
    'envelope: { name: data, attributes: { dataset: … } }',
  )
  if (map === null) return null
  const name = optional(c, map, 'name', place)
  if (name === undefined) c.mistakes.add(node.at, place, 'missing', { wanted: 'name' })
  const given = entryOf(map, 'attributes')
  const attributes = given === undefined ? {} : textMap(c, given, `${place}.attributes`)
  return name && attributes ? { name, attributes } : null
}

function compileRepair(c: Compiling, node: Node): NonNullable<Xml['repair']> | null {
  const place = 'read.xml.repair'
  const map = mapOf(c, node, place, ['ampersand', 'closing'], 'repair: { ampersand: escape }')
  if (map === null) return null
  const ampersandNode = entryOf(map, 'ampersand')
  const ampersand =
    ampersandNode === undefined
      ? undefined
      : choiceOf(c, ampersandNode, `${place}.ampersand`, ['escape'] as const)
  const closingNode = entryOf(map, 'closing')
  const closing = closingNode === undefined ? undefined : textMap(c, closingNode, `${place}.closing`)
  if (ampersandNode === undefined && closingNode === undefined) c.mistakes.add(node.at, place, 'empty')
  if (ampersand === null || closing === null) return null
  return { ...(ampersand ? { ampersand } : {}), ...(closing ? { closing } : {}) }
}

/** Names that the file chooses itself, each with one text. */
function textMap(c: Compiling, node: Node, target: string): { [name: string]: string } | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, target, 'not_map')
    return null
  }
  const texts: { [name: string]: string } = {}
  for (const { name, value } of node.entries.values()) {
    const text = textOf(c, value, `${target}.${name}`)
    if (text === null) return null
    texts[name] = text
  }
  return texts
}

function compileJoin(c: Compiling, node: Node): XmlJoin | null {
  const map = mapOf(
    c,
    node,
    'read.xml.join',
    ['detail', 'base', 'on', 'park'],
    'join: { detail: …, base: …, on: … }',
  )
  if (map === null) return null
  for (const wanted of ['detail', 'base', 'on']) {
    if (!map.entries.has(wanted)) c.mistakes.add(node.at, 'read.xml.join', 'missing', { wanted })
  }
  const detail = optional(c, map, 'detail', 'read.xml.join')
  const base = optional(c, map, 'base', 'read.xml.join')
  const onNode = entryOf(map, 'on')
  const on = onNode === undefined ? null : textsOf(c, onNode, 'read.xml.join.on')
  const parkNode = entryOf(map, 'park')
  const park =
    parkNode === undefined ? 'false' : choiceOf(c, parkNode, 'read.xml.join.park', ['true', 'false'] as const)
  if (!detail || !base || !on || park === null) return null
  return { detail, base, on: on.join(','), ...(park === 'true' ? { park: true } : {}) }
}

function compileSoap(c: Compiling, node: Node): ReadOptions['soap'] | null {
  const map = mapOf(c, node, 'read.soap', ['field'], 'soap: { field: arg0 }')
  if (map === null) return null
  const field = optional(c, map, 'field', 'read.soap')
  if (field === undefined) c.mistakes.add(node.at, 'read.soap', 'missing', { wanted: 'field' })
  return field ? { field } : null
}

const compileNames = (c: Compiling, node: Node): ReadOptions['names'] | null =>
  choiceOf(c, node, 'read.names', ['as-written', 'any-case'] as const)

const compileValues = (c: Compiling, node: Node): ReadOptions['values'] | null =>
  choiceOf(c, node, 'read.values', ['as-written', 'base64'] as const)

function compileDbf(c: Compiling, node: Node): ReadOptions['dbf'] | null {
  const map = mapOf(c, node, 'read.dbf', ['deleted'], 'dbf: { deleted: read }')
  const deletedNode = map === null ? undefined : entryOf(map, 'deleted')
  if (map === null || deletedNode === undefined) return map === null ? null : {}
  const deleted = choiceOf(c, deletedNode, 'read.dbf.deleted', ['skip', 'read'] as const)
  return deleted && { deleted }
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
