import { readFileSync } from 'node:fs'
import { encode } from 'iconv-lite'
import { BasicAuthSecurity, type Client, createClientAsync, type ISecurity, WSSecurity } from 'soap'
import { beforeAll, describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const PATH = '/v1/systems/livestock-quarantine/records/product-a'
const envelope = readFileSync('mappings/livestock-quarantine/samples/valid/one.xml', 'utf8')
/** The document inside of a sample, with a number of its own. */
const row = (number: string) =>
  (/<!\[CDATA\[([\s\S]*)\]\]>/.exec(envelope)?.[1] ?? '').replace('3413020988', number)

let base = ''
let key = ''
beforeAll(async () => {
  base = await api.app.listen({ port: 0, host: '127.0.0.1' })
  key = await api.key('push:livestock-quarantine')
})

type Answer = { readonly return: string }
type Called = Client & {
  uploadProductAAsync(args: { arg0: unknown }): Promise<[Answer, string, object, string]>
}
const basic = (password = key) => new BasicAuthSecurity('terminal', password)
const clientOf = async (version: 'Soap11' | 'Soap12', security: ISecurity = basic()): Promise<Called> => {
  const headers: Record<string, string> = {}
  basic().addHeaders(headers)
  const client = (await createClientAsync(`${base}${PATH}?wsdl`, {
    wsdl_headers: headers,
    forceSoap12Headers: version === 'Soap12',
  })) as Called
  client.setSecurity(security)
  return client
}
const documentOf = async (number: string) =>
  (await api.call('GET', `/v1/documents/product_A/${number}`)).statusCode

describe.each(['Soap11', 'Soap12'] as const)(
  'a client that was made by others, from the WSDL, with %s',
  (version) => {
    const number = version === 'Soap11' ? '3413020911' : '3413020912'

    it('finds the operation with its text, and the answer of the system', async () => {
      const client = await clientOf(version)
      expect(client.describe()).toEqual({
        uploadProductAService: {
          [`uploadProductASoap11`]: {
            uploadProductA: expect.objectContaining({
              input: { arg0: 'xs:string' },
              output: { return: 'xs:string' },
            }),
          },
          [`uploadProductASoap12`]: {
            uploadProductA: expect.objectContaining({
              input: { arg0: 'xs:string' },
              output: { return: 'xs:string' },
            }),
          },
        },
      })
    })

    it('uploads a document as CDATA and as escaped text, and reads 1', async () => {
      const client = await clientOf(version)
      const [escaped] = await client.uploadProductAAsync({ arg0: row(number) })
      expect(escaped).toEqual({ return: '<row><CODE>1</CODE></row>' })
      const [answer, raw, , sent] = await client.uploadProductAAsync({
        arg0: { $xml: `<![CDATA[${row(`${number}1`)}]]>` },
      })
      expect(sent).toContain('<![CDATA[<?xml version="1.0" encoding="GB2312"?><row>')
      expect(answer).toEqual({ return: '<row><CODE>1</CODE></row>' })
      const uri =
        version === 'Soap11'
          ? 'http://schemas.xmlsoap.org/soap/envelope/'
          : 'http://www.w3.org/2003/05/soap-envelope'
      expect(raw).toContain(`xmlns:soap="${uri}"`)
      expect([await documentOf(number), await documentOf(`${number}1`)]).toEqual([200, 200])
    })
  },
)

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'
const VERSIONS = [
  ['text/xml; charset=utf-8', SOAP_11],
  ['application/soap+xml; charset=utf-8; action="uploadProductA"', SOAP_12],
] as const

/** An envelope of our own, where the client of others cannot be made to send it. */
const written = (uri: string, body: string, header = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${uri}">${header}<s:Body>${body}</s:Body></s:Envelope>`
const called = (text: string, operation = 'uploadProductA') =>
  `<q:${operation} xmlns:q="http://qs.example.gov.cn/"><arg0><![CDATA[${text}]]></arg0></q:${operation}>`
const post = (
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = { authorization: `Bearer ${key}` },
) =>
  fetch(base + PATH, { method: 'POST', headers: { 'content-type': type, ...headers }, body: body as string })

/** Code, reason and problem of a fault, as its version has them; null where there is none. */
function faultIn(
  text: string,
  uri: string,
): { code: string; reason: string; problem: string | undefined } | null {
  if (!text.includes(`<soap:Envelope xmlns:soap="${uri}"><soap:Body><soap:Fault>`)) return null
  const found =
    uri === SOAP_11
      ? /<faultcode>soap:(\w+)<\/faultcode><faultstring>([^<]+)<\/faultstring>/.exec(text)
      : /<soap:Code><soap:Value>soap:(\w+)<\/soap:Value><\/soap:Code><soap:Reason><soap:Text xml:lang="en">([^<]+)<\/soap:Text><\/soap:Reason>/.exec(
          text,
        )
  const problem = /<(?:soap:D|d)etail><ns:problem [^>]+><error>(\w+)<\/error>/.exec(text)?.[1]
  return found ? { code: found[1] as string, reason: found[2] as string, problem } : null
}

describe.each(VERSIONS)('a request of %s that is refused gets a fault of its version', (type, uri) => {
  const [client, server] = uri === SOAP_11 ? ['Client', 'Server'] : ['Sender', 'Receiver']
  const must = (more = '') =>
    `<s:Header><w:Route xmlns:w="http://w.example/" s:mustUnderstand="1"${more}>1</w:Route></s:Header>`
  const refusals: readonly (readonly [
    string,
    number,
    string,
    string | undefined,
    () => Promise<Response>,
  ])[] = [
    [
      'of a key that does not count',
      401,
      client as string,
      'unauthenticated',
      () => post(type, written(uri, called(row('1'))), { authorization: 'Basic eDp5' }),
    ],
    [
      'without any key',
      401,
      client as string,
      'unauthenticated',
      () => post(type, written(uri, called(row('1'))), {}),
    ],
    [
      'for another operation',
      400,
      client as string,
      'unreadable_message',
      () => post(type, written(uri, called(row('1'), 'uploadProductB'))),
    ],
    [
      'with a document type',
      400,
      client as string,
      'unreadable_message',
      () => post(type, `<!DOCTYPE x>${written(uri, called(row('1'))).slice(38)}`),
    ],
    [
      'with a document type inside',
      400,
      client as string,
      'unreadable_message',
      () => post(type, written(uri, called(`<!DOCTYPE row [<!ENTITY a "b">]>${row('1')}`))),
    ],
    [
      'of an envelope that is cut',
      400,
      client as string,
      'unreadable_message',
      () => post(type, written(uri, called(row('1'))).slice(0, -40)),
    ],
    [
      'with a header that must be understood',
      400,
      'MustUnderstand',
      undefined,
      () => post(type, written(uri, called(row('1')), must())),
    ],
  ]
  it.each(refusals)('%s', async (_, status, code, problem, call) => {
    const answer = await call()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe(
      uri === SOAP_11 ? 'text/xml; charset=utf-8' : 'application/soap+xml; charset=utf-8',
    )
    expect(faultIn(await answer.text(), uri)).toEqual({ code, reason: expect.any(String), problem })
  })

  it('of a body that is too large', async () => {
    // Only said to be: what is not taken is not read.
    const answer = await api.app.inject({
      method: 'POST',
      url: PATH,
      headers: { 'content-type': type, authorization: `Bearer ${key}`, 'content-length': '3000000000' },
      payload: '',
    })
    expect(answer.statusCode).toBe(413)
    expect(faultIn(answer.body, uri)).toMatchObject({ code: client, problem: 'too_large' })
    expect(server).toMatch(/Server|Receiver/)
  })

  it('and a header that is for another on the way, or need not be understood, is passed over', async () => {
    const actor = uri === SOAP_11 ? ' s:actor="http://other.example/"' : ' s:role="http://other.example/"'
    for (const header of [must(actor), must().replace('"1"', '"0"')]) {
      const answer = await post(
        type,
        written(uri, called(row(`34130209${VERSIONS.findIndex(([one]) => one === type)}7`)), header),
      )
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<CODE>1</CODE>')])
    }
  })
})

it('a content type that is no XML gets a fault of SOAP 1.1 and an envelope of an unknown version one of VersionMismatch', async () => {
  const other = await post('application/json', '{}')
  expect([other.status, faultIn(await other.text(), SOAP_11)]).toEqual([
    415,
    { code: 'Client', reason: expect.any(String), problem: 'unsupported_media_type' },
  ])
  const version = await post('text/xml', written('http://www.w3.org/2001/12/soap-envelope', called(row('1'))))
  expect([version.status, faultIn(await version.text(), SOAP_11)]).toEqual([
    400,
    { code: 'VersionMismatch', reason: expect.any(String), problem: undefined },
  ])
})

it('bytes of GBK under a header of UTF-8 are read for what they are', async () => {
  const answer = await post(
    'text/xml; charset=utf-8',
    encode(written(SOAP_11, called(row('3413020931'))), 'gbk'),
  )
  expect(await answer.text()).toContain('<CODE>1</CODE>')
  const paper = await api.call('GET', '/v1/documents/product_A/3413020931')
  expect(paper.body).toContain('猪白条')
})

describe('a client that only knows WS-Security', () => {
  it('is let in by the key as the password of its token, in a header that must be understood', async () => {
    for (const version of ['Soap11', 'Soap12'] as const) {
      const client = await clientOf(
        version,
        new WSSecurity('terminal', key, { passwordType: 'PasswordText', mustUnderstand: true }),
      )
      const [answer, , , sent] = await client.uploadProductAAsync({ arg0: row(`341302094${version.at(-1)}`) })
      expect(sent).toMatch(/mustUnderstand="(?:1|true)"/)
      expect(answer).toEqual({ return: '<row><CODE>1</CODE></row>' })
      expect(await documentOf(`341302094${version.at(-1)}`)).toBe(200)
    }
  })

  it('is refused with a wrong password, with a digest, and with the key of another system', async () => {
    const stranger = await api.key('push:jiaxing-wholesale')
    const tries = [
      [new WSSecurity('terminal', `${key}x`, { passwordType: 'PasswordText' }), 401],
      [new WSSecurity('terminal', key, { passwordType: 'PasswordDigest' }), 401],
      [new WSSecurity('terminal', stranger, { passwordType: 'PasswordText' }), 403],
    ] as const
    for (const [security, status] of tries) {
      const client = await clientOf('Soap11', security)
      await expect(client.uploadProductAAsync({ arg0: row('3413020949') })).rejects.toMatchObject({
        response: { status },
      })
    }
    expect(await documentOf('3413020949')).toBe(404)
  })

  it('gets nothing by a body that ends before its body, and needs no more of a body than its head', async () => {
    const cut = await post('text/xml', `<s:Envelope xmlns:s="${SOAP_11}"><s:Header></s:Header>`, {})
    expect([cut.status, faultIn(await cut.text(), SOAP_11)?.problem]).toEqual([401, 'unauthenticated'])
    const empty = await fetch(base + PATH, { method: 'POST', headers: { 'content-type': 'text/xml' } })
    expect([empty.status, faultIn(await empty.text(), SOAP_11)?.problem]).toEqual([401, 'unauthenticated'])
    // A body that never comes to its end is answered as soon as its head has no key.
    const endless = new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from(written(SOAP_11, called('x')).slice(0, 250))),
    })
    const answer = await fetch(base + PATH, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: endless,
      duplex: 'half',
    } as RequestInit)
    expect(answer.status).toBe(401)
    await answer.body?.cancel()
  })
})

describe('the description of the service', () => {
  const get = (query: string, auth?: string, path = PATH) =>
    fetch(base + path + query, auth ? { headers: { authorization: auth } } : {})

  it('is for those who may push, and nobody else learns whether there is one', async () => {
    const stranger = await api.key('push:jiaxing-wholesale', 'read')
    const none = await get('?wsdl')
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer, Basic realm="trace-hub", charset="UTF-8"',
    ])
    expect((await get('?wsdl', `Bearer ${stranger}`)).status).toBe(403)
    expect((await get('?wsdl', `Bearer ${stranger}`, '/v1/systems/no-such/records/nothing')).status).toBe(403)
    for (const query of ['?wsdl', '?WSDL', '?singleWsdl', '?wsdl=1']) {
      const found = await get(query, `Bearer ${key}`)
      expect([found.status, found.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    }
  })

  it('names the address at which it was asked for, and believes a proxy only towards https', async () => {
    const at = async (headers: Record<string, string>) =>
      /location="([^"]+)"/.exec(
        (
          await api.app.inject({
            url: `${PATH}?wsdl`,
            headers: { authorization: `Bearer ${key}`, host: 'hub.example', ...headers },
          })
        ).body,
      )?.[1]
    expect(await at({})).toBe(`http://hub.example${PATH}`)
    expect(await at({ 'x-forwarded-proto': 'https' })).toBe(`https://hub.example${PATH}`)
    expect(await at({ 'x-forwarded-proto': 'gopher' })).toBe(`http://hub.example${PATH}`)
  })

  it('is not there for a record that is not pushed by SOAP, and a path that is only pushed to says so', async () => {
    const other = await api.key('push:jiaxing-wholesale')
    expect(
      (await get('?wsdl', `Bearer ${other}`, '/v1/systems/jiaxing-wholesale/records/trade')).status,
    ).toBe(404)
    const plain = await get('', `Bearer ${key}`)
    expect([plain.status, plain.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

it('a key comes as the password of Basic where records are pushed and nowhere else', async () => {
  const admin = Buffer.from(`x:${await api.key('admin')}`).toString('base64')
  expect((await fetch(`${base}/v1/systems`, { headers: { authorization: `Basic ${admin}` } })).status).toBe(
    401,
  )
  const pushed = await fetch(`${base}/v1/systems/jiaxing-wholesale/records/trade`, {
    method: 'POST',
    headers: { authorization: `Basic ${admin}`, 'content-type': 'application/json' },
    body: '[]',
  })
  expect(pushed.status).toBe(200)
})

it('a large message is refused for its operation like any other, before anything of it is stored', async () => {
  const many = row('3413020951').replace(/<\?xml[^>]*>/, '')
  const large = (operation: string) =>
    written(SOAP_11, called(`<rows>${many.repeat(60_000)}</rows>`, operation))
  const before = await api.pool.query('select count(*)::int as n from messages')
  const refused = await post('text/xml', large('uploadProductB'))
  expect([refused.status, faultIn(await refused.text(), SOAP_11)?.problem]).toEqual([
    400,
    'unreadable_message',
  ])
  expect((await api.pool.query('select count(*)::int as n from messages')).rows).toEqual(before.rows)
  const taken = await post('text/xml', large('uploadProductA'))
  expect(taken.status).toBe(202)
})
