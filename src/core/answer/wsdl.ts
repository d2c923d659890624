import { escaped } from '#core/mapping/backward/xml.ts'
import type { SoapContract, SoapVersion } from './answer.ts'
import type { AnswerPart } from './outline.ts'

/** What of a service is told by its description. */
export interface ServiceFacts {
  readonly contract: SoapContract
  /** Element of the request whose text is the document with the records. */
  readonly field: string
  readonly versions: readonly SoapVersion[]
  /** Where it is called. */
  readonly address: string
  readonly title: { readonly zh: string; readonly en: string }
}

const TRANSPORT = 'http://schemas.xmlsoap.org/soap/http'
const PREFIXES: Readonly<Record<SoapVersion, string>> = { '1.1': 'soap', '1.2': 'soap12' }
const NAMESPACES = {
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap: 'http://schemas.xmlsoap.org/wsdl/soap/',
  soap12: 'http://schemas.xmlsoap.org/wsdl/soap12/',
  xs: 'http://www.w3.org/2001/XMLSchema',
} as const

/**
 * The description (WSDL 1.1) of a service with one operation, document/literal wrapped: a request with one text, an answer with the
 * elements that `answer:` of the system makes, and the detail of a fault. Elements inside have no namespace.
 */
export function wsdlOf(facts: ServiceFacts): string {
  const { contract, versions, title } = facts
  const prefixes = Object.entries(NAMESPACES).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  const tns = escaped(contract.namespace)
  const name = escaped(contract.operation)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<wsdl:definitions name="${name}Service" targetNamespace="${tns}" xmlns:tns="${tns}" ${prefixes.join(' ')}>`,
    ` <wsdl:documentation>${escaped(`${title.zh} · ${title.en}`)}</wsdl:documentation>`,
    ...typesOf(facts),
    ...messageOf(`${name}Request`, name),
    ...messageOf(`${name}Response`, escaped(contract.root)),
    ...messageOf('Problem', 'problem'),
    ` <wsdl:portType name="${name}Port">`,
    `  <wsdl:operation name="${name}">`,
    `   <wsdl:input message="tns:${name}Request"/>`,
    `   <wsdl:output message="tns:${name}Response"/>`,
    '   <wsdl:fault name="Problem" message="tns:Problem"/>',
    '  </wsdl:operation>',
    ' </wsdl:portType>',
    ...versions.flatMap((version) => bindingOf(name, PREFIXES[version])),
    ` <wsdl:service name="${name}Service">`,
    ...versions.flatMap((version) => portOf(name, PREFIXES[version], facts.address)),
    ' </wsdl:service>',
    '</wsdl:definitions>',
    '',
  ].join('\n')
}

function typesOf({ contract, field }: ServiceFacts): string[] {
  const { operation, root, parts, namespace } = contract
  return [
    ' <wsdl:types>',
    `  <xs:schema targetNamespace="${escaped(namespace)}" elementFormDefault="unqualified">`,
    ...elementOf({ name: operation, many: false, parts: [leaf(field)] }, '   ', ''),
    ...elementOf({ name: root, many: false, parts }, '   ', ''),
    ...elementOf({ name: 'problem', many: false, parts: PROBLEM }, '   ', ''),
    '  </xs:schema>',
    ' </wsdl:types>',
  ]
}

const leaf = (name: string): AnswerPart => ({ name, many: false, parts: null })
const PROBLEM = ['error', 'place', 'receipt'].map(leaf)

function elementOf({ name, many, parts }: AnswerPart, indent: string, occurs = ' minOccurs="0"'): string[] {
  const head = `<xs:element name="${escaped(name)}"${many ? ' minOccurs="0" maxOccurs="unbounded"' : occurs}`
  if (parts === null) return [`${indent}${head} type="xs:string"/>`]
  return [
    `${indent}${head}>`,
    `${indent} <xs:complexType>`,
    `${indent}  <xs:sequence>`,
    ...parts.flatMap((part) => elementOf(part, `${indent}   `)),
    `${indent}  </xs:sequence>`,
    `${indent} </xs:complexType>`,
    `${indent}</xs:element>`,
  ]
}

const messageOf = (name: string, element: string): string[] => [
  ` <wsdl:message name="${name}">`,
  `  <wsdl:part name="${name === 'Problem' ? 'problem' : 'parameters'}" element="tns:${element}"/>`,
  ' </wsdl:message>',
]

const suffixOf = (prefix: string): string => (prefix === 'soap' ? 'Soap11' : 'Soap12')

const bindingOf = (name: string, prefix: string): string[] => [
  ` <wsdl:binding name="${name}${suffixOf(prefix)}" type="tns:${name}Port">`,
  `  <${prefix}:binding style="document" transport="${TRANSPORT}"/>`,
  `  <wsdl:operation name="${name}">`,
  `   <${prefix}:operation soapAction="${name}" style="document"/>`,
  `   <wsdl:input><${prefix}:body use="literal"/></wsdl:input>`,
  `   <wsdl:output><${prefix}:body use="literal"/></wsdl:output>`,
  `   <wsdl:fault name="Problem"><${prefix}:fault name="Problem" use="literal"/></wsdl:fault>`,
  '  </wsdl:operation>',
  ' </wsdl:binding>',
]

const portOf = (name: string, prefix: string, address: string): string[] => [
  `  <wsdl:port name="${name}${suffixOf(prefix)}" binding="tns:${name}${suffixOf(prefix)}">`,
  `   <${prefix}:address location="${escaped(address)}"/>`,
  '  </wsdl:port>',
]
