import { encode } from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { AdapterError, HttpAnswer } from '#adapters/adapter.ts'
import { readAnswer } from '#adapters/soap/answer/answer.ts'

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope'
const enveloped = (body: string, uri = SOAP_11) =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${uri}" xmlns:xsi="x"><s:Body>${body}</s:Body></s:Envelope>`
const answer = (body: string | Buffer, status = 200, headers: HttpAnswer['headers'] = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(body as string),
})
const read = (given: HttpAnswer, inside?: string) =>
  readAnswer(
    given,
    { row: 'row', inside, accessSetting: '/secrets/password', urlSetting: '/settings/url', at: '/settings' },
    0,
  )
const refused = (given: HttpAnswer, inside?: string): AdapterError => {
  try {
    read(given, inside)
  } catch (error) {
    return error as AdapterError
  }
  throw new Error('nothing was thrown')
}

describe('an answer', () => {
  it.each([SOAP_11, SOAP_12])(
    'of %s has its rows wherever they stand, and what is told around them',
    (uri) => {
      const body = `<n:r xmlns:n="urn:n"><return code="0"><n:total>2</n:total><list><n:row><a>1</a><b/></n:row><row id="7"><a>2</a><a>3</a><c xsi:nil="true"/></row></list></return></n:r>`
      const found = read(answer(enveloped(body, uri)))
      expect(found.rows).toEqual([
        { a: '1', b: '' },
        { '@id': '7', a: ['2', '3'], c: null },
      ])
      expect(found.response).toMatchObject({ return: { '@code': '0', total: '2' } })
    },
  )

  it.each([
    [
      'CDATA',
      '<![CDATA[<?xml version="1.0" encoding="GB2312"?><rows><total>1</total><row><a>番茄</a></row></rows>]]>',
    ],
    ['escaped text', '&lt;rows>&lt;total>1&lt;/total>&lt;row>&lt;a>番茄&lt;/a>&lt;/row>&lt;/rows>'],
  ])('with a document as %s has its rows, and its members in place of the text', (_, text) => {
    for (const bytes of [
      enveloped(`<r><return>${text}</return></r>`),
      encode(enveloped(`<r><return>${text}</return></r>`), 'gbk'),
    ]) {
      const found = read(answer(bytes), 'return')
      expect(found.rows).toEqual([{ a: '番茄' }])
      expect(found.response).toMatchObject({ return: { total: '1' } })
    }
  })

  it('without anything in it has no rows', () => {
    for (const [body, inside] of [
      ['<r/>'],
      ['<r/>', 'return'],
      ['<r><return/></r>', 'return'],
      ['<r><return xsi:nil="1"/></r>', 'return'],
      [''],
    ] as const)
      expect(read(answer(enveloped(body)), inside).rows).toEqual([])
  })

  it('is never read beyond what it is', () => {
    const deep = `<r>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</r>`
    const cases: readonly (readonly [HttpAnswer, string?])[] = [
      [answer(enveloped(deep))],
      [answer(`<!DOCTYPE x [<!ENTITY a "b">]>${enveloped('<r/>').slice(38)}`)],
      [answer(enveloped('<r><return>&lt;!DOCTYPE x&gt;&lt;x/&gt;</return></r>')), 'return'],
      [answer(enveloped('<r>').slice(0, -20))],
      [answer(enveloped('<r/>', 'urn:other'))],
      [answer('<r><row/></r>')],
      [answer('<html><body>login</body></html>')],
      [answer('')],
      [answer('--x\r\n', 200, { 'content-type': 'multipart/related; boundary=x' })],
      [answer(Buffer.from([0x3c, 0xff, 0xff, 0xff]))],
      [answer(enveloped('<r><return>a</return><x><return>b</return></x></r>')), 'return'],
      [answer(enveloped('<r><return><row/></return></r>')), 'return'],
      [answer(enveloped('<r><other>1</other></r>')), 'return'],
    ]
    for (const [given, inside] of cases)
      expect(refused(given, inside).class, String(given.body).slice(0, 200)).toBe('source')
  })

  it('does not reach for a prototype by the names of its elements', () => {
    const { response } = read(
      answer(enveloped('<r><__proto__><x>1</x></__proto__><constructor>2</constructor></r>')),
    )
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(Object.keys(response ?? {})).toEqual(['__proto__', 'constructor'])
  })
})

const fault11 = (code: string) =>
  enveloped(
    `<s:Fault><faultcode>${code}</faultcode><faultstring>张三 13800000000 secret</faultstring></s:Fault>`,
  )
const fault12 = (...codes: string[]) =>
  enveloped(
    `<s:Fault>${codes.reduceRight((inner, code, i) => `<s:${i === 0 ? 'Code' : 'Subcode'}><s:Value>${code}</s:Value>${inner}</s:${i === 0 ? 'Code' : 'Subcode'}>`, '')}<s:Reason><s:Text xml:lang="en">张三</s:Text></s:Reason></s:Fault>`,
    SOAP_12,
  )

describe('a fault says who has to do something', () => {
  it.each([
    ['Server', fault11('s:Server'), 500, 'retry', undefined],
    ['Receiver', fault12('s:Receiver'), 500, 'retry', undefined],
    ['Server with 200', fault11('s:Server'), 200, 'retry', undefined],
    ['Client', fault11('s:Client'), 500, 'config', '/settings/parameters'],
    ['Sender', fault12('s:Sender', 'q:BadArguments'), 400, 'config', '/settings/parameters'],
    [
      'a failed authentication of WS-Security',
      fault11('wsse:FailedAuthentication'),
      500,
      'auth',
      '/secrets/password',
    ],
    ['one below Sender', fault12('s:Sender', 'wsse:InvalidSecurityToken'), 400, 'auth', '/secrets/password'],
    ['Client.Authentication', fault11('Client.Authentication'), 500, 'auth', '/secrets/password'],
    ['MustUnderstand', fault11('s:MustUnderstand'), 500, 'config', '/settings/auth'],
    ['VersionMismatch', fault11('s:VersionMismatch'), 500, 'config', '/settings/version'],
    ['one of its own', fault11('E4711'), 500, 'source', undefined],
  ])('%s', (_, body, status, what, setting) => {
    const error = refused(answer(body, status))
    expect([error.class, error.setting]).toEqual([what, setting])
    expect(error.message).not.toMatch(/张三|138|secret/)
  })

  it('and a status says it where there is no fault, or before one', () => {
    expect(refused(answer('down', 500)).class).toBe('retry')
    expect(refused(answer(fault11('s:Client'), 503, { 'retry-after': '7' }))).toMatchObject({
      class: 'retry',
      retryAfterMs: 7000,
    })
    expect(refused(answer(fault11('s:Server'), 401))).toMatchObject({
      class: 'auth',
      setting: '/secrets/password',
    })
    expect(refused(answer('', 404))).toMatchObject({ class: 'config', setting: '/settings/url' })
    expect(refused(answer(enveloped('<r/>'), 500)).class).toBe('retry')
    expect(refused(answer('', 302)).class).toBe('config')
  })
})
