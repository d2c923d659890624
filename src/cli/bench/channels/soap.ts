import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { tradeMaker } from '#cli/bench/trades.ts'
import type { OpenSource } from './source.ts'

const PAGE_ROWS = 500
const NAMESPACE = 'http://trades.example.gov.cn/'

/** Trades by page number over SOAP 1.1, document/literal. The envelopes are made before, so that the source costs as little as it can. */
export const openSoap: OpenSource = async (make, rows) => {
  const pages: string[] = []
  for (let from = 0; from < rows; from += PAGE_ROWS)
    pages.push(envelope(Array.from({ length: Math.min(PAGE_ROWS, rows - from) }, make)))
  const server = createServer((request, response) => {
    void answerTo(request, pages).then((answer) =>
      response.setHeader('content-type', 'text/xml; charset=utf-8').end(answer),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/trades`
  return {
    adapter: 'soap',
    title: 'SOAP 1.1, by page',
    bareTitle: 'soap of npm, the same pages',
    record: 'trade-xml',
    rows,
    settings: {
      wsdl: `${url}?wsdl`,
      operation: 'queryTrades',
      row: 'row',
      paging: { page: { parameter: 'page', size: 'size' } },
    },
    allowAddress: [`127.0.0.1/32:${port}`],
    async bare() {
      const { createClientAsync } = await import('soap')
      const client = await createClientAsync(`${url}?wsdl`)
      let count = 0
      for (let page = 1; ; page++) {
        const [answer] = await client['queryTradesAsync']({ page, size: PAGE_ROWS })
        const some: unknown[] = answer?.row ?? []
        count += some.length
        if (some.length < PAGE_ROWS) return count
      }
    },
    close: async () => void server.close(),
  }
}

async function answerTo(request: IncomingMessage, pages: readonly string[]): Promise<string> {
  if (request.method === 'GET') return wsdl(`http://${request.headers.host}/trades`)
  const page = /<page>(\d+)</.exec(await text(request))?.[1]
  return pages[Number(page) - 1] ?? envelope([])
}

function envelope(trades: readonly Readonly<Record<string, string>>[]): string {
  const rows = trades.map(
    (trade) =>
      `<row>${Object.entries(trade)
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join('')}</row>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><queryTradesResponse xmlns="${NAMESPACE}">${rows.join('')}</queryTradesResponse></soap:Body></soap:Envelope>`
}

function wsdl(address: string): string {
  const column = (name: string) => `<xs:element name="${name}" type="xs:string" minOccurs="0"/>`
  const row = Object.keys(tradeMaker('X')()).map(column).join('')
  const element = (name: string, inner: string) =>
    `<xs:element name="${name}"><xs:complexType><xs:sequence>${inner}</xs:sequence></xs:complexType></xs:element>`
  const rows = `<xs:element name="row" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>${row}</xs:sequence></xs:complexType></xs:element>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="S" targetNamespace="${NAMESPACE}" xmlns:tns="${NAMESPACE}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <wsdl:types><xs:schema targetNamespace="${NAMESPACE}" elementFormDefault="unqualified">
    ${element('queryTrades', column('page') + column('size'))}${element('queryTradesResponse', rows)}
  </xs:schema></wsdl:types>
  <wsdl:message name="In"><wsdl:part name="parameters" element="tns:queryTrades"/></wsdl:message>
  <wsdl:message name="Out"><wsdl:part name="parameters" element="tns:queryTradesResponse"/></wsdl:message>
  <wsdl:portType name="P"><wsdl:operation name="queryTrades"><wsdl:input message="tns:In"/><wsdl:output message="tns:Out"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="B" type="tns:P"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="queryTrades"><soap:operation soapAction="urn:queryTrades"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
  <wsdl:service name="S"><wsdl:port name="Port" binding="tns:B"><soap:address location="${address}"/></wsdl:port></wsdl:service>
</wsdl:definitions>`
}
