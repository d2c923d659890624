import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { xmlTree } from '#adapters/soap/answer/tree.ts'
import { callHeaders, type Envelope, envelopeOf } from '#adapters/soap/request/envelope.ts'
import type { Operation } from '#adapters/soap/wsdl/operation.ts'

const call = (more: Partial<Operation> = {}): Operation => ({
  version: '1.1',
  address: null,
  action: 'urn:q',
  element: 'query',
  namespace: 'urn:t?a&b',
  qualified: false,
  order: null,
  ...more,
})
const written = (more: Partial<Envelope>) => envelopeOf({ call: call(), parameters: new Map(), ...more })
const bodyOf = (text: string) => /<s:Body>(.*)<\/s:Body>/s.exec(text)?.[1]

describe('a request', () => {
  it('has its parameters in the order of the description, for services that pass over what stands elsewhere', () => {
    const parameters = new Map<string, string | number>([
      ['page', 2],
      ['other', 'x'],
      ['user', 'u'],
    ])
    expect(bodyOf(written({ call: call({ order: ['user', 'size', 'page'] }), parameters }))).toBe(
      '<q:query xmlns:q="urn:t?a&amp;b"><user>u</user><page>2</page><other>x</other></q:query>',
    )
    expect(bodyOf(written({ parameters }))).toContain('<page>2</page><other>x</other><user>u</user>')
  })

  it('leads dots into elements, with the namespace where they have it, and escapes whatever the values are', () => {
    const parameters = new Map([
      ['f.area', '330<&"]]>\u0000'],
      ['f.to.day', '1'],
    ])
    const text = written({ call: call({ qualified: true, version: '1.2' }), parameters })
    expect(bodyOf(text)).toBe(
      '<q:query xmlns:q="urn:t?a&amp;b"><q:f><q:area>330&lt;&amp;&quot;]]&gt;</q:area><q:to><q:day>1</q:day></q:to></q:f></q:query>',
    )
    expect(xmlTree(text, null)).toMatchObject({
      name: 'Envelope',
      namespace: 'http://www.w3.org/2003/05/soap-envelope',
    })
  })

  it('has a document as the text of a parameter', () => {
    const document = { parameter: 'arg0', root: 'request', parameters: new Map([['head.user', 'a&b']]) }
    const tree = xmlTree(written({ parameters: new Map([['arg1', 'x']]), document }), 'query')
    expect(tree.rows).toEqual([{ arg0: '<request><head><user>a&amp;b</user></head></request>', arg1: 'x' }])
  })

  it('names its action as its version does', () => {
    expect(callHeaders(call())).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      soapaction: '"urn:q"',
    })
    expect(callHeaders(call({ action: '' })).soapaction).toBe('""')
    expect(callHeaders(call({ version: '1.2' }))['content-type']).toBe(
      'application/soap+xml; charset=utf-8; action="urn:q"',
    )
  })
})

describe('a UsernameToken', () => {
  const token = (type: 'text' | 'digest') => {
    const text = written({
      token: { username: 'u<', password: 'p&ss-Word', type, nowMs: Date.UTC(2024, 3, 15) },
    })
    const [found] = xmlTree(text, 'UsernameToken').rows
    return found as Readonly<Record<string, string>>
  }

  it('has the password as text where that is agreed', () => {
    expect(token('text')).toEqual({ Username: 'u<', Password: 'p&ss-Word' })
  })

  it('proves the password by a digest of a nonce of its own, without showing it', () => {
    const [one, other] = [token('digest'), token('digest')]
    const nonce = Buffer.from(one['Nonce'] ?? '', 'base64')
    const wanted = createHash('sha1').update(nonce).update(`${one['Created']}p&ss-Word`).digest('base64')
    expect(one).toMatchObject({ Created: '2024-04-15T00:00:00.000Z', Password: wanted })
    expect(nonce).toHaveLength(16)
    expect(other['Nonce']).not.toBe(one['Nonce'])
  })

  it('stands beside an element of the service’s own', () => {
    const text = written({ header: { name: 'Auth', namespace: 'urn:h', values: { user: 'u', key: '<k>' } } })
    expect(text).toContain(
      '<s:Header><h:Auth xmlns:h="urn:h"><h:user>u</h:user><h:key>&lt;k&gt;</h:key></h:Auth></s:Header>',
    )
  })
})
