import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen, type Server } from 'soap'

const NAMESPACE = 'http://records.example.gov.cn/'

export interface SourceWish {
  readonly namespace?: string
  /** Name of the operation; `queryRecords` by itself. */
  readonly name?: string
  readonly qualified?: boolean
  readonly versions?: readonly ('11' | '12')[]
  /** Elements of a request and of an answer, as XML Schema has them. */
  readonly request: string
  readonly response: string
}

const TYPE = 'type="xs:string" minOccurs="0"'
export const textElements = (...names: readonly string[]): string =>
  names.map((name) => `<xs:element name="${name}" ${TYPE}/>`).join('')

/** A description with one operation at an address that is known later. */
export function sourceWsdl(address: string, wish: SourceWish): string {
  const {
    namespace = NAMESPACE,
    name = 'queryRecords',
    qualified = false,
    versions = ['11', '12'],
    request,
    response,
  } = wish
  const binding = (version: string): string => {
    const p = version === '11' ? 'soap' : 'soap12'
    return `<wsdl:binding name="B${version}" type="tns:P"><${p}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
      <wsdl:operation name="${name}"><${p}:operation soapAction="urn:${name}"/>
      <wsdl:input><${p}:body use="literal"/></wsdl:input><wsdl:output><${p}:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>`
  }
  const port = (version: string): string =>
    `<wsdl:port name="Port${version}" binding="tns:B${version}"><${version === '11' ? 'soap' : 'soap12'}:address location="${address}"/></wsdl:port>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="S" targetNamespace="${namespace}" xmlns:tns="${namespace}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types><xs:schema targetNamespace="${namespace}" elementFormDefault="${qualified ? 'qualified' : 'unqualified'}">
    <xs:element name="${name}"><xs:complexType><xs:sequence>${request}</xs:sequence></xs:complexType></xs:element>
    <xs:element name="${name}Response"><xs:complexType><xs:sequence>${response}</xs:sequence></xs:complexType></xs:element>
  </xs:schema></wsdl:types>
  <wsdl:message name="In"><wsdl:part name="parameters" element="tns:${name}"/></wsdl:message>
  <wsdl:message name="Out"><wsdl:part name="parameters" element="tns:queryRecordsResponse"/></wsdl:message>
  <wsdl:portType name="P"><wsdl:operation name="${name}"><wsdl:input message="tns:In"/><wsdl:output message="tns:Out"/></wsdl:operation></wsdl:portType>
  ${versions.map(binding).join('')}
  <wsdl:service name="S">${versions.map(port).join('')}</wsdl:service>
</wsdl:definitions>`
}

export interface SoapSource {
  readonly port: number
  readonly origin: string
  readonly wsdl: string
  readonly server: Server
  /** Envelopes that were received. */
  readonly received: string[]
  /** Headers of the last request. */
  last(): IncomingMessage | null
  stop(): Promise<void>
}

export type Operation = (asked: Readonly<Record<string, unknown>>) => unknown

/**
 * A service of the package `soap`, which others wrote, over a real HTTP server.
 * @param before answers a request itself where it gives true
 */
export async function startSource(
  wish: SourceWish,
  operation: Operation,
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<SoapSource> {
  const { name = 'queryRecords' } = wish
  const http = createServer()
  http.on('clientError', (_, socket) => socket.destroy())
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const received: string[] = []
  let last: IncomingMessage | null = null
  const server = listen(http, {
    path: '/service',
    services: { S: { Port11: { [name]: operation }, Port12: { [name]: operation } } },
    xml: sourceWsdl(`${origin}/service`, wish),
  })
  server.log = (type: string, text: string) => {
    if (type === 'received') received.push(text)
  }
  await new Promise<void>((resolve) => setImmediate(resolve))
  const [handle] = http.listeners('request') as RequestListener[]
  http.removeAllListeners('request')
  http.on('request', (request, response) => {
    last = request
    response.on('error', () => {})
    if (!before(request, response)) handle?.(request, response)
  })
  return {
    port,
    origin,
    wsdl: `${origin}/service?wsdl`,
    server,
    received,
    last: () => last,
    async stop() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
