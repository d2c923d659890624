import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { AdapterError } from '#adapters/adapter.ts'
import { ENTITIES, localName, namespaceIn } from '#adapters/push/soap/names.ts'

const DEPTH_MAX = 64

/** An element: its text, or what is in it by name without prefix (`@name` for attributes); null where it says that it is nothing. */
export type XmlValue = string | null | { [name: string]: XmlValue | XmlValue[] }

export interface XmlTree {
  /** Of the outermost element, without prefix. */
  readonly name: string
  readonly namespace: string
  readonly value: XmlValue
  /** Elements with the name that was looked for, in their order; those inside of another one are part of it. */
  readonly rows: readonly XmlValue[]
}

interface Open {
  readonly name: string
  text: string
  children: { [name: string]: XmlValue | XmlValue[] } | null
  isNil: boolean
}

/**
 * Reads a document whole. No document type, no entities but those of XML itself.
 * @param row name of the elements that are rows, without prefix
 * @throws AdapterError source for what is no well-formed XML
 */
export function xmlTree(text: string, row: string | null): XmlTree {
  const parser = new SaxesParser({ xmlns: false } as const)
  parser.ENTITIES = ENTITIES
  const tags: SaxesTagPlain[] = []
  const open: Open[] = []
  const rows: XmlValue[] = []
  let rowDepth = 0
  let root: Pick<XmlTree, 'name' | 'namespace' | 'value'> | null = null
  let namespace = ''

  // The words of the parser repeat what they found, which may be anything.
  parser.on('error', () => {
    throw refused(`no well-formed XML: line ${parser.line}, column ${parser.columnIndex + 1}`)
  })
  parser.on('doctype', () => {
    throw refused('a document type declaration is not allowed')
  })
  parser.on('opentag', (tag) => {
    if (open.length >= DEPTH_MAX) throw refused('the XML is nested too deep')
    tags.push(tag)
    const name = localName(tag.name)
    if (open.length === 0) namespace = namespaceIn(tags, tag.name)
    open.push(opened(name, tag))
    if (rowDepth === 0 && name === row) rowDepth = open.length
  })
  parser.on('closetag', () => {
    tags.pop()
    const element = open.pop() as Open
    const value = contentOf(element)
    if (rowDepth === open.length + 1) {
      rows.push(value)
      rowDepth = 0
    }
    const parent = open.at(-1)
    if (parent) put(childrenOf(parent), element.name, value)
    else root = { name: element.name, namespace, value }
  })
  const characters = (part: string): void => {
    const element = open.at(-1)
    if (element) element.text += part
  }
  parser.on('text', characters)
  parser.on('cdata', characters)
  parser.write(text).close()
  if (root === null) throw refused('no XML')
  return { ...(root as Pick<XmlTree, 'name' | 'namespace' | 'value'>), rows }
}

function childrenOf(element: Open): { [name: string]: XmlValue | XmlValue[] } {
  // No prototype: the names are those of the source.
  element.children ??= Object.create(null) as { [name: string]: XmlValue | XmlValue[] }
  return element.children
}

function opened(name: string, { attributes }: SaxesTagPlain): Open {
  const element: Open = { name, text: '', children: null, isNil: false }
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute === 'xmlns' || attribute.startsWith('xmlns:')) continue
    const local = localName(attribute)
    if (attribute.includes(':') && local === 'nil') element.isNil = value === 'true' || value === '1'
    // What a type is called says nothing of the value.
    else if (!(attribute.includes(':') && local === 'type')) put(childrenOf(element), `@${local}`, value)
  }
  return element
}

function contentOf({ text, children, isNil }: Open): XmlValue {
  if (isNil) return null
  if (children === null) return text.trim()
  const hasElements = Object.keys(children).some((name) => !name.startsWith('@'))
  return hasElements || text.trim() === '' ? children : text.trim()
}

function put(into: { [name: string]: XmlValue | XmlValue[] }, name: string, value: XmlValue): void {
  const earlier = into[name]
  if (earlier === undefined) into[name] = value
  else if (Array.isArray(earlier)) earlier.push(value)
  else into[name] = [earlier, value]
}

const refused = (detail: string): AdapterError => new AdapterError('source', detail)
