import { describe, expect, it } from 'vitest'
import { AdapterError, type HttpPort } from '#adapters/adapter.ts'
import { loadWsdl } from '#adapters/soap/wsdl/load.ts'
import { operationOf } from '#adapters/soap/wsdl/operation.ts'
import { noFacts, readWsdl } from '#adapters/soap/wsdl/parse.ts'

const HEAD = `xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s1="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s2="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t"`
const bindingOf = (p: string, version: string, more = '', body = 'use="literal"') =>
  `<w:binding name="B${version}" type="t:P"><${p}:binding transport="x"${more}/><w:operation name="query"><${p}:operation soapAction="urn:q${version}"/><w:input><${p}:body ${body}/></w:input><w:output><${p}:body use="literal"/></w:output></w:operation></w:binding>`
const portOf = (p: string, version: string) =>
  `<w:port name="p${version}" binding="t:B${version}"><${p}:address location="http://a.example/${version}"/></w:port>`
const TYPES = `<w:types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified"><xs:element name="query" type="t:Query"/>
  <xs:complexType name="Base"><xs:sequence><xs:element name="user"/></xs:sequence></xs:complexType>
  <xs:complexType name="Query"><xs:complexContent><xs:extension base="t:Base"><xs:sequence><xs:element name="page"/><xs:element name="filter"><xs:complexType><xs:sequence><xs:element name="inner"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
  </xs:schema></w:types>`
const PARTS = `<w:message name="In"><w:part name="a" element="t:query"/></w:message><w:portType name="P"><w:operation name="query"><w:input message="t:In"/></w:operation></w:portType>`
const RPC = `<w:message name="In"><w:part name="area" type="xs:string"/><w:part name="page" type="xs:int"/></w:message><w:portType name="P"><w:operation name="query"><w:input message="t:In"/></w:operation></w:portType>`
const whole = (inner: string) => `<?xml version="1.0"?><w:definitions ${HEAD}>${inner}</w:definitions>`
const service = (...ports: string[]) => `<w:service name="S">${ports.join('')}</w:service>`
const factsOf = (text: string) => {
  const facts = noFacts()
  readWsdl(text, facts)
  return facts
}
const errorOf = (work: () => unknown): AdapterError => {
  try {
    work()
  } catch (error) {
    return error as AdapterError
  }
  throw new Error('nothing was thrown')
}

describe('a description', () => {
  it('tells version, address, action, element, and the elements in it in their order, those of a base first', () => {
    const facts = factsOf(
      whole(
        TYPES +
          PARTS +
          bindingOf('s2', '12') +
          bindingOf('s1', '11') +
          service(portOf('s2', '12'), portOf('s1', '11')),
      ),
    )
    expect(operationOf(facts, 'query', undefined)).toEqual({
      version: '1.1',
      address: 'http://a.example/11',
      action: 'urn:q11',
      element: 'query',
      namespace: 'urn:t',
      qualified: true,
      order: ['user', 'page', 'filter'],
    })
    expect(operationOf(facts, 'query', '1.2')).toMatchObject({
      version: '1.2',
      address: 'http://a.example/12',
      action: 'urn:q12',
    })
  })

  it('of the style rpc has the operation itself as element, in the namespace of its body, and parts without one', () => {
    const facts = factsOf(
      whole(
        RPC +
          bindingOf('s1', '11', ' style="rpc"', 'use="literal" namespace="urn:body"') +
          service(portOf('s1', '11')),
      ),
    )
    expect(operationOf(facts, 'query', undefined)).toMatchObject({
      element: 'query',
      namespace: 'urn:body',
      qualified: false,
      order: ['area', 'page'],
    })
  })

  it('blames the operation or the version that it does not have, and what is not spoken', () => {
    const facts = factsOf(whole(TYPES + PARTS + bindingOf('s1', '11') + service(portOf('s1', '11'))))
    expect(errorOf(() => operationOf(facts, 'find', undefined))).toMatchObject({
      class: 'config',
      setting: '/settings/operation',
      message: 'the WSDL has no operation find; it has query',
    })
    expect(errorOf(() => operationOf(facts, 'query', '1.2'))).toMatchObject({
      class: 'config',
      setting: '/settings/version',
    })
    const encoded = factsOf(
      whole(RPC + bindingOf('s1', '11', ' style="rpc"', 'use="encoded"') + service(portOf('s1', '11'))),
    )
    expect(errorOf(() => operationOf(encoded, 'query', undefined))).toMatchObject({
      class: 'source',
      setting: '/settings/operation',
    })
  })

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><x/>'],
    ['a page of HTML', '<html><p>no</html>'],
    ['a deep one', '<a>'.repeat(100)],
    ['nothing', ''],
  ])('that is %s is refused, and what it says is not repeated', (_, text) => {
    expect(errorOf(() => readWsdl(text, noFacts()))).toMatchObject({
      class: 'source',
      setting: '/settings/wsdl',
    })
  })
})

describe('documents that a description names', () => {
  const load = (documents: Readonly<Record<string, string>>, maxBytes = 1_000_000) => {
    const asked: string[] = []
    const http: HttpPort = {
      async request({ url, maxBytes: most = 0 }) {
        asked.push(url)
        const body = Buffer.from(documents[url] ?? '')
        if (body.length > most) throw new AdapterError('source', `an answer of more than ${most} bytes`)
        return { status: documents[url] === undefined ? 404 : 200, headers: {}, body }
      },
    }
    const facts = loadWsdl({
      http,
      url: 'http://a.example/s?wsdl',
      headers: {},
      accessSetting: '/secrets/password',
      maxBytes,
      nowMs: 0,
    })
    return { facts, asked }
  }
  const importing = (location: string) =>
    whole(
      `<w:import namespace="urn:t" location="${location}"/>${bindingOf('s1', '11')}${service(portOf('s1', '11'))}`,
    )

  it('are read too, once each, also in a circle', async () => {
    const { facts, asked } = load({
      'http://a.example/s?wsdl': importing('s?wsdl=2'),
      'http://a.example/s?wsdl=2': whole(
        `${TYPES.replace('<xs:element name="query"', '<xs:include schemaLocation="/s?wsdl"/><xs:element name="query"')}${PARTS}`,
      ),
    })
    expect(operationOf(await facts, 'query', undefined).order).toEqual(['user', 'page', 'filter'])
    expect(asked).toEqual(['http://a.example/s?wsdl', 'http://a.example/s?wsdl=2'])
  })

  it.each([
    'http://b.example/s',
    'https://a.example/s',
    'http://a.example:81/s',
    '//b.example/',
    'file:///etc/passwd',
  ])('are of the same origin: %s is not fetched', async (location) => {
    const { facts, asked } = load({ 'http://a.example/s?wsdl': importing(location) })
    await expect(facts).rejects.toMatchObject({ class: 'source', setting: '/settings/wsdl' })
    expect(asked).toHaveLength(1)
  })

  it('are so many and so large at most', async () => {
    const many: Record<string, string> = {}
    for (let n = 0; n < 50; n++)
      many[`http://a.example/s?wsdl${n === 0 ? '' : `=${n}`}`] = importing(`s?wsdl=${n + 1}`)
    const { facts, asked } = load(many)
    await expect(facts).rejects.toMatchObject({ class: 'source', setting: '/settings/wsdl' })
    expect(asked.length).toBeLessThanOrEqual(30)
    const large = load(
      { 'http://a.example/s?wsdl': importing('s?wsdl=2'), 'http://a.example/s?wsdl=2': 'x'.repeat(3000) },
      3000,
    )
    await expect(large.facts).rejects.toMatchObject({ class: 'source', setting: '/settings/wsdl' })
  })
})
