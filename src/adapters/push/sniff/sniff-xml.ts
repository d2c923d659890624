import { isRow } from '#adapters/push/record.ts'
import { XmlReader } from '#adapters/push/xml/reader.ts'
import type { XmlFields, XmlRow } from '#adapters/push/xml/row.ts'
import type { ReadOptions, SourceValue } from '#core/source.ts'

const DEPTH_MAX = 64
const ROOTS_MAX = 10_000
const DEEPEST = 4

/** XML with the elements that are records: the repeated ones, or the roots; a base and its details are joined by what they share. */
export function sniffXml(text: string): ReadOptions {
  const reader = new XmlReader(null, { maxDepth: DEPTH_MAX, maxRecords: ROOTS_MAX })
  const roots = [...reader.feed(text), ...reader.end()]
  const only = roots.length === 1 ? roots[0] : undefined
  const soap = only && /^(\w+:)?Envelope$/i.test(only.name) ? documentInside(only.fields, '') : null
  if (soap) return { ...sniffXml(soap.text), format: 'soap', soap: { field: soap.field } }
  const found = only ? inside(only) : byName(roots.map(({ name, fields }) => [name, fields] as const))
  const join = joinOf(found)
  if (join) return { format: 'xml', xml: { roots: [join.detail], join } }
  const names = [...found.keys()]
  return { format: 'xml', ...(names.length > 0 ? { xml: { roots: names } } : {}) }
}

/** The field of a SOAP envelope whose text is an XML document of its own. */
function documentInside(fields: XmlFields, above: string): { field: string; text: string } | null {
  for (const [name, value] of Object.entries(fields)) {
    const field = name === '#text' ? above : name.slice(name.indexOf(':') + 1)
    if (typeof value === 'string' && value.trimStart().startsWith('<'))
      return { field, text: value.trimStart() }
    for (const member of members(value)) {
      const found = documentInside(member, field)
      if (found) return found
    }
  }
  return null
}

type Rows = Map<string, XmlFields[]>

function byName(rows: readonly (readonly [string, XmlFields])[]): Rows {
  const found: Rows = new Map()
  for (const [name, fields] of rows) found.set(name, [...(found.get(name) ?? []), fields])
  return found
}

/** The elements inside one root that hold fields; the root itself where there are none. */
function inside({ name, fields }: XmlRow): Rows {
  const level = elements(fields, 0)
  return level.length === 0 ? byName([[name, fields]]) : byName(level)
}

function elements(fields: XmlFields, depth: number): [string, XmlFields][] {
  const here = Object.entries(fields).flatMap(([name, value]): [string, XmlFields][] =>
    members(value).map((member) => [name, member]),
  )
  if (here.length === 0 || depth >= DEEPEST) return here
  const texts = Object.values(fields).filter((value) => typeof value === 'string').length
  // A record that holds a part of several fields is still the record.
  if (depth > 0 && texts > 1) return []
  const deeper = here.flatMap(([, member]) => elements(member, depth + 1))
  return deeper.length > 0 ? deeper : here
}

const members = (value: SourceValue): XmlFields[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is XmlFields => isRow(one))

function joinOf(found: Rows): { detail: string; base: string; on: string } | null {
  const names = [...found.keys()]
  const base = names.find((name) => /_?base$/i.test(name))
  const detail = names.find((name) => /_?details?$/i.test(name))
  if (base === undefined || detail === undefined || names.length !== 2) return null
  const of = (name: string): string[] => Object.keys(found.get(name)?.[0] ?? {})
  const shared = of(detail).filter((name) => of(base).includes(name) && isReference(name))
  return shared.length === 0 ? null : { detail, base, on: shared.join(',') }
}

/** What joins is a number of something. */
const isReference = (name: string): boolean => /(_id|id|no|code|number|号|编码)$/iu.test(name)
