import { SaxesParser, type SaxesTagNS } from 'saxes'
import { AdapterError } from '#adapters/adapter.ts'
import { ENTITIES } from '#adapters/push/soap/names.ts'
import type { SoapVersion } from '#core/answer/answer.ts'

const WSDL = 'http://schemas.xmlsoap.org/wsdl/'
const XSD = 'http://www.w3.org/2001/XMLSchema'
const BINDINGS: Readonly<Record<string, SoapVersion>> = {
  'http://schemas.xmlsoap.org/wsdl/soap/': '1.1',
  'http://schemas.xmlsoap.org/wsdl/soap12/': '1.2',
}
const DEPTH_MAX = 64

/** A name with its namespace, as `{namespace}name`. */
export type QualifiedName = string

export interface WsdlPart {
  readonly name: string
  /** Null where the part is told by its type. */
  readonly element: QualifiedName | null
}

export interface WsdlBinding {
  readonly portType: QualifiedName
  readonly version: SoapVersion | null
  readonly style: string
  readonly operations: Map<string, { action: string; style: string | null; namespace: string; use: string }>
}

/** What is known of the elements of a schema: which type they have, or what stands in them. */
interface Content {
  type: QualifiedName | null
  children: string[]
}

/** Facts of a description, of all its documents together. */
export interface WsdlFacts {
  /** Documents that it is made of besides, as they are named. */
  readonly imports: { readonly location: string; readonly setting: string }[]
  /** Whether elements inside have the namespace of their schema. */
  readonly qualified: Map<string, boolean>
  readonly elements: Map<QualifiedName, Content>
  readonly types: Map<QualifiedName, Content>
  readonly messages: Map<QualifiedName, WsdlPart[]>
  readonly portTypes: Map<QualifiedName, Map<string, QualifiedName | null>>
  readonly bindings: Map<QualifiedName, WsdlBinding>
  readonly ports: { readonly binding: QualifiedName; address: string | null }[]
}

export const noFacts = (): WsdlFacts => ({
  imports: [],
  qualified: new Map(),
  elements: new Map(),
  types: new Map(),
  messages: new Map(),
  portTypes: new Map(),
  bindings: new Map(),
  ports: [],
})

/** Where the parser is. */
interface Place {
  readonly facts: WsdlFacts
  readonly open: SaxesTagNS[]
  readonly nameOf: (text: string | undefined) => QualifiedName | null
  /** Target namespaces of the description and of the schema that is open. */
  target: string
  schema: string
  message: WsdlPart[] | null
  portType: Map<string, QualifiedName | null> | null
  binding: WsdlBinding | null
  operation: string | null
  /** What the elements that come belong to, and how deep it stands. */
  owner: { readonly content: Content; readonly depth: number } | null
}

/**
 * Adds what one document of a description says.
 * @throws AdapterError source for what is no well-formed XML
 */
export function readWsdl(text: string, facts: WsdlFacts): void {
  const parser = new SaxesParser({ xmlns: true } as const)
  parser.ENTITIES = ENTITIES
  const place: Place = {
    facts,
    open: [],
    nameOf: (given) => {
      if (given === undefined) return null
      const colon = given.indexOf(':')
      const uri = parser.resolve(colon < 0 ? '' : given.slice(0, colon)) ?? ''
      return `{${uri}}${given.slice(colon + 1)}`
    },
    target: '',
    schema: '',
    message: null,
    portType: null,
    binding: null,
    operation: null,
    owner: null,
  }
  parser.on('error', () => {
    throw new AdapterError('source', `the WSDL is no well-formed XML: line ${parser.line}`, { setting: AT })
  })
  parser.on('doctype', () => {
    throw new AdapterError('source', 'a document type declaration in the WSDL', { setting: AT })
  })
  parser.on('opentag', (tag) => {
    if (place.open.length >= DEPTH_MAX)
      throw new AdapterError('source', 'the WSDL is nested too deep', { setting: AT })
    place.open.push(tag)
    if (tag.uri === WSDL) describe(place, tag)
    else if (tag.uri === XSD) schema(place, tag)
    else {
      const version = BINDINGS[tag.uri]
      if (version) bind(place, tag, version)
    }
  })
  parser.on('closetag', () => {
    if (place.owner?.depth === place.open.length) place.owner = null
    place.open.pop()
  })
  parser.write(text.trimStart()).close()
}

const AT = '/settings/wsdl'

const attribute = ({ attributes }: SaxesTagNS, name: string): string | undefined => attributes[name]?.value

function describe(place: Place, tag: SaxesTagNS): void {
  const { facts, nameOf, target } = place
  const name = attribute(tag, 'name') ?? ''
  const own = `{${target}}${name}`
  switch (tag.local) {
    case 'definitions':
      place.target = attribute(tag, 'targetNamespace') ?? ''
      return
    case 'import':
      imported(facts, attribute(tag, 'location'))
      return
    case 'message':
      place.message = []
      facts.messages.set(own, place.message)
      return
    case 'part':
      place.message?.push({ name, element: nameOf(attribute(tag, 'element')) })
      return
    case 'portType':
      place.portType = new Map()
      place.binding = null
      facts.portTypes.set(own, place.portType)
      return
    case 'binding':
      place.binding = {
        portType: nameOf(attribute(tag, 'type')) ?? '',
        version: null,
        style: 'document',
        operations: new Map(),
      }
      place.portType = null
      facts.bindings.set(own, place.binding)
      return
    case 'operation':
      place.operation = name
      if (place.portType && !place.portType.has(name)) place.portType.set(name, null)
      place.binding?.operations.set(name, { action: '', style: null, namespace: '', use: 'literal' })
      return
    case 'input':
      if (place.portType && place.operation !== null)
        place.portType.set(place.operation, nameOf(attribute(tag, 'message')))
      return
    case 'port':
      facts.ports.push({ binding: nameOf(attribute(tag, 'binding')) ?? '', address: null })
  }
}

function imported(facts: WsdlFacts, location: string | undefined): void {
  if (location !== undefined && location !== '') facts.imports.push({ location, setting: AT })
}

function bind(place: Place, tag: SaxesTagNS, version: SoapVersion): void {
  const { binding, facts } = place
  const operation = place.operation === null ? undefined : binding?.operations.get(place.operation)
  if (tag.local === 'address') {
    const port = facts.ports.at(-1)
    if (port) port.address ??= attribute(tag, 'location') ?? null
  } else if (tag.local === 'binding' && binding) {
    Object.assign(binding, { version, style: attribute(tag, 'style') ?? 'document' })
  } else if (tag.local === 'operation' && operation) {
    operation.action = attribute(tag, 'soapAction') ?? ''
    operation.style = attribute(tag, 'style') ?? null
  } else if (tag.local === 'body' && operation && place.open.at(-2)?.local === 'input') {
    operation.namespace = attribute(tag, 'namespace') ?? ''
    operation.use = attribute(tag, 'use') ?? 'literal'
  }
}

function schema(place: Place, tag: SaxesTagNS): void {
  const { facts, nameOf, open } = place
  const name = attribute(tag, 'name')
  switch (tag.local) {
    case 'schema':
      place.schema = attribute(tag, 'targetNamespace') ?? place.schema
      facts.qualified.set(place.schema, attribute(tag, 'elementFormDefault') === 'qualified')
      return
    case 'import':
    case 'include':
      imported(facts, attribute(tag, 'schemaLocation'))
      return
    case 'element':
      element(place, tag)
      return
    case 'complexType': {
      if (open.at(-2)?.local !== 'schema' || name === undefined) return
      const content: Content = { type: null, children: [] }
      facts.types.set(`{${place.schema}}${name}`, content)
      place.owner = { content, depth: open.length }
      return
    }
    case 'extension':
      if (place.owner) place.owner.content.type ??= nameOf(attribute(tag, 'base'))
  }
}

/** An element of its own, or one that stands in what is open; those deeper down are of no concern. */
function element(place: Place, tag: SaxesTagNS): void {
  const { facts, nameOf, open, owner } = place
  const name = attribute(tag, 'name')
  if (open.at(-2)?.local === 'schema' && name !== undefined) {
    const content: Content = { type: nameOf(attribute(tag, 'type')), children: [] }
    facts.elements.set(`{${place.schema}}${name}`, content)
    place.owner = { content, depth: open.length }
    return
  }
  if (owner === null) return
  const between = open.slice(owner.depth, -1).some((one) => one.uri === XSD && one.local === 'element')
  const called = name ?? nameOf(attribute(tag, 'ref'))?.replace(/^\{[^}]*\}/, '')
  if (!between && called !== undefined) owner.content.children.push(called)
}

/** Names of the elements that stand in one, in their order; null where it is not known. */
export function childrenOf(facts: WsdlFacts, name: QualifiedName): readonly string[] | null {
  let content = facts.elements.get(name)
  const children: string[] = []
  for (let depth = 0; content && depth < 8; depth++) {
    children.unshift(...content.children)
    if (content.type === null) return children
    const next = facts.types.get(content.type)
    if (!next) return null
    content = next
  }
  return null
}
