import { createHash, createHmac } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { HubError } from '#core/errors.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createTestApi, withApi } from '#test/api.ts'

const registry = await loadRegistry('test/support/own-answers')
const api = withApi(() => registry)

const sale = (no: string, more: object = {}) => ({
  no,
  at: '2024-04-15 03:42:10',
  seller: '嘉禾示例果蔬商行',
  goods: '番茄',
  kg: '120',
  ...more,
})
const broken = sale('', { seller: '' })
const ALL = { type: 'application/json' }

const form = (value: unknown): string => `dataStr=${encodeURIComponent(JSON.stringify(value))}`
const FORM = { type: 'application/x-www-form-urlencoded' }
const instrument = (records: unknown): string => JSON.stringify({ checkCount: '1', checkInfo: records })
const exchange = (records: readonly unknown[], head: object = {}): string =>
  JSON.stringify({
    head: { appId: 'A', timestamp: '20240415', nonce: 'n', msgId: 'M1', ...head },
    body: { items: records },
  })
const XML = { type: 'text/xml; charset=utf-8', headers: { soapaction: '"uploadProductA"' } }
const row = (no: string): string =>
  `<row><no>${no}</no><at>2024-04-15 03:42:10</at><seller>嘉禾示例果蔬商行</seller><goods>番茄</goods><kg>1</kg></row>`

const told = ({ statusCode, headers, body }: LightMyRequestResponse) => [
  statusCode,
  headers['content-type'],
  body,
]
const JSON_TYPE = 'application/json; charset=utf-8'

/** An API whose intake throws what a test says; nothing else of it is another. */
async function failing(error: unknown) {
  const intake: Intake = {
    push: async () => {
      throw error
    },
    pushLarge: async () => {
      throw error
    },
    pushCanonical: async () => {
      throw error
    },
    takeChanges: async () => {
      throw error
    },
    acceptClaim: async () => {
      throw error
    },
    writeAnew: async () => [],
    voidMissing: async () => {
      throw error
    },
    writeOwn: async () => {
      throw error
    },
    writeCounts: async () => {},
    close: async () => {},
  }
  return await createTestApi({
    pool: api.pool,
    registry: createLiveRegistry({ pool: api.pool, seed: registry }),
    intake,
  })
}
async function pushTo(
  error: unknown,
  path: string,
  type: string,
  body: string,
): Promise<LightMyRequestResponse> {
  const app = await failing(error)
  const key = await api.key('admin')
  const [system, record] = path.split('/')
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/systems/${system}/records/${record}`,
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    payload: body,
  })
  await app.close()
  return answer
}

it('the systems of these tests have no mistake', () => expect(registry.mistakes).toEqual([]))

describe('a sender that waits for one line', () => {
  it('reads true for a post that was taken, and finds the results at the receipt', async () => {
    const answer = await api.push('one-line/sale', form({ list: [sale('L1')] }), FORM)
    expect(told(answer)).toEqual([200, JSON_TYPE, '{"success":true}'])
    const receipt = await api.call('GET', String(answer.headers['location']))
    expect(receipt.json()).toMatchObject({ received: 1, accepted: 1, results: [{ result: 'created' }] })
  })

  it('reads true for a chunk with a rejected record, and for one of nothing else: sent again they would be no better', async () => {
    for (const list of [[sale('L2'), broken], [broken]]) {
      const answer = await api.push('one-line/sale', form({ list }), FORM)
      expect(told(answer)).toEqual([200, JSON_TYPE, '{"success":true}'])
      const receipt = await api.call('GET', String(answer.headers['location']))
      expect(receipt.json()).toMatchObject({ received: list.length, rejected: 1 })
    }
  })

  it('reads false for what cannot be read, with the receipt of the refused message', async () => {
    const answer = await api.push('one-line/sale', 'dataStr=%7B%22list%22', FORM)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toEqual({ success: false, message: expect.stringContaining('JSON') })
    expect(answer.body).not.toContain('\n')
    expect((await api.call('GET', String(answer.headers['location']))).json()).toMatchObject({
      state: 'refused',
    })
  })

  it('reads false before the body is looked at too, with the right status', async () => {
    const push = (call: object, path = 'one-line/sale') =>
      api.push(path, form({ list: [] }), { ...FORM, ...call })
    const other = await api.key('push:instrument')
    const unauthenticated = await push({ key: null })
    const answers = [
      [401, unauthenticated],
      [403, await push({ key: other })],
      [404, await push({}, 'one-line/nothing')],
      [415, await push(ALL)],
      [413, await push({ headers: { 'content-length': '2000000001' } })],
    ] as const
    for (const [status, answer] of answers) {
      expect(answer.statusCode).toBe(status)
      expect(answer.json()).toEqual({ success: false, message: expect.any(String) })
    }
    expect(unauthenticated.headers['www-authenticate']).toBe('Bearer')
  })

  it('reads false with the status and the patience of what passes by itself, and nothing of what failed inside', async () => {
    const type = FORM.type
    const busy = await pushTo(
      new HubError('busy', { retryAfterMs: 3000 }),
      'one-line/sale',
      type,
      form({ list: [] }),
    )
    expect([busy.statusCode, busy.headers['retry-after']]).toEqual([429, '3'])
    const gone = await pushTo(new HubError('unavailable'), 'one-line/sale', type, form({ list: [] }))
    expect([gone.statusCode, gone.json().success]).toEqual([503, false])
    const inside = await pushTo(
      new Error('relation "x" of 10.0.0.7'),
      'one-line/sale',
      type,
      form({ list: [] }),
    )
    expect([inside.statusCode, inside.json().success]).toEqual([500, false])
    expect(inside.body).not.toMatch(/relation|10\.0/)
  })

  it('a record may have another answer than its system', async () => {
    const answer = await api.push('one-line/plain', JSON.stringify([sale('R1')]))
    expect([answer.statusCode, answer.json().accepted]).toEqual([200, 1])
    const refused = await api.push('one-line/plain', '[')
    expect([refused.statusCode, refused.json().code]).toEqual([400, 'unreadable_message'])
  })

  it('a system without words of its own is answered as ever', async () => {
    const answer = await api.push('nobody/sale', '[]')
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
  })
})

describe('a test instrument', () => {
  it('reads 0, 1, 2 and 3 for taken, bad arguments, bad JSON and a failure of the hub', async () => {
    const taken = await api.push('instrument/result', instrument([sale('I1'), broken]))
    expect(told(taken)).toEqual([200, JSON_TYPE, '{"code":"0","message":"ok"}'])
    const codes = [
      [await api.push('instrument/result', '{}', { key: null }), 401, '1'],
      [await api.push('instrument/nothing', '{}'), 404, '1'],
      [await api.push('instrument/result', '{"thirdCompanyCode":"1"}'), 400, '1'],
      [await api.push('instrument/result', '{"checkInfo":['), 400, '2'],
      [await api.push('instrument/result', '<html>'), 400, '2'],
      [await pushTo(new HubError('unavailable'), 'instrument/result', 'application/json', '{}'), 503, '3'],
    ] as const
    for (const [answer, status, code] of codes) {
      expect(answer.statusCode).toBe(status)
      expect(answer.json()).toEqual({ code, message: expect.any(String) })
    }
  })
})

describe('an exchange platform', () => {
  const PATH = 'exchange/inbound'

  it('reads a code for each item, and its own message number', async () => {
    await api.push(PATH, exchange([sale('E1')]))
    const answer = await api.push(PATH, exchange([sale('E1'), sale('E2'), broken], { msgId: 'M\u00e92' }))
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      code: '0',
      message: 'ok',
      msgId: 'Mé2',
      results: [
        { index: 0, code: '2' },
        { index: 1, code: '0' },
        { index: 2, code: '3', message: expect.any(String) },
      ],
    })
    expect(answer.headers['location']).toMatch(/^\/v1\/receipts\//)
  })

  it('reads HTTP 200 and code 1 for what cannot be read, with the number that stands before the break', async () => {
    const answer = await api.push(PATH, exchange([sale('E3')]).slice(0, -20))
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { code: '1', message: expect.any(String), msgId: 'M1' },
    ])
    const unknown = await api.push(PATH, 'x', { key: null })
    expect([unknown.statusCode, unknown.json().code]).toEqual([200, '1'])
  })

  it('reads that each item shall come again where the hub cannot store, and never that it was taken', async () => {
    const down = new HubError('unavailable', { retryAfterMs: 2000 })
    const answer = await pushTo(down, PATH, 'application/json', exchange([sale('1'), sale('2')]))
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([200, '2'])
    expect(answer.json()).toMatchObject({
      code: '0',
      msgId: 'M1',
      results: [
        { index: 0, code: '5' },
        { index: 1, code: '5' },
      ],
    })
    // Which items there are cannot be told: HTTP says that it passes.
    const unreadable = await pushTo(down, PATH, 'application/json', '{"head":{"msgId":"M7"')
    expect([unreadable.statusCode, unreadable.json().msgId]).toEqual([503, 'M7'])
  })

  it('has its signature checked where a secret is set for it, and never learns or shows the secret', async () => {
    const SECRET = 'a-secret-of-the-tests'
    const signed = (no: string, secret: string): string => {
      const text = exchange([sale(no)])
      const body = text.slice(text.indexOf('"body":') + 7, -1)
      const digest = createHash('sha256').update(body).digest('hex')
      const sign = createHmac('sha256', secret).update(`A20240415nM1${digest}`).digest('hex')
      return text.replace('"msgId"', `"sign":"${sign.toUpperCase()}","msgId"`)
    }
    const unset = await api.push(PATH, signed('S0', 'another'))
    expect(unset.json().code).toBe('0')
    const patched = await api.call('PATCH', '/v1/systems/exchange', { body: { secrets: { sign: SECRET } } })
    expect([patched.statusCode, patched.json().secrets]).toEqual([200, ['sign']])
    expect(patched.body).not.toContain(SECRET)
    expect((await api.call('GET', '/v1/systems/exchange')).body).not.toContain(SECRET)
    expect((await api.call('GET', '/v1/systems')).json().systems[0].secrets).toEqual(['sign'])
    const { rows } = await api.pool.query('select sealed from system_secrets')
    expect(rows[0].sealed.includes(Buffer.from(SECRET))).toBe(false)

    expect((await api.push(PATH, signed('S1', SECRET))).json()).toMatchObject({
      code: '0',
      results: [{ code: '0' }],
    })
    for (const message of [
      signed('S2', 'another'),
      exchange([sale('S2')]),
      signed('S2', SECRET).replace('120', '12'),
    ]) {
      const refused = await api.push(PATH, message)
      expect([refused.statusCode, refused.json()]).toEqual([
        200,
        { code: '9', message: expect.any(String), msgId: 'M1' },
      ])
    }
    const found = await api.pool.query(`select record_id from record_versions where record_id like '%:S2'`)
    expect(found.rows).toEqual([])
    // A text that is cut is told as such.
    expect((await api.push(PATH, signed('S3', SECRET).slice(0, -9))).json().code).toBe('1')
    const gone = await api.call('PATCH', '/v1/systems/exchange', { body: { secrets: { sign: null } } })
    expect(gone.json().secrets).toEqual([])
    expect((await api.push(PATH, signed('S4', 'another'))).json().code).toBe('0')
  })

  it('refuses secrets without a name, of no length, or of an unknown system', async () => {
    for (const secrets of [{}, { sign: '' }, { 'Si gn': 'x' }, { sign: 7 }, 'x']) {
      const answer = await api.call('PATCH', '/v1/systems/exchange', { body: { secrets } })
      expect(answer.statusCode).toBe(400)
    }
    const body = { secrets: { 'Si gn': 'h1dden' } }
    expect((await api.call('PATCH', '/v1/systems/exchange', { body })).body).not.toContain('h1dden')
    expect(
      (await api.call('PATCH', '/v1/systems/none', { body: { secrets: { sign: 'x' } } })).statusCode,
    ).toBe(404)
  })
})

describe('a SOAP terminal', () => {
  const envelope = (inner: string, version = 'http://schemas.xmlsoap.org/soap/envelope/') =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${version}"><soap:Body>${inner}</soap:Body></soap:Envelope>`
  const response = (code: string): string =>
    envelope(
      `<ns:uploadProductAResponse xmlns:ns="http://qs.example.gov.cn/"><return><![CDATA[<row><CODE>${code}</CODE></row>]]></return></ns:uploadProductAResponse>`,
    )

  it('reads 1 where anything was stored and 0 where nothing was', async () => {
    const some = await api.push('terminal/certificate', row('T1') + row(''), XML)
    expect(told(some)).toEqual([200, 'text/xml; charset=utf-8', response('1')])
    expect((await api.call('GET', String(some.headers['location']))).json()).toMatchObject({
      accepted: 1,
      rejected: 1,
    })
    const none = await api.push('terminal/certificate', row(''), XML)
    expect(told(none)).toEqual([200, 'text/xml; charset=utf-8', response('0')])
  })

  it('gets a fault of SOAP 1.1 for what cannot be read, with its place and receipt', async () => {
    const answer = await api.push('terminal/certificate', '<row><no>1</no>', XML)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'text/xml; charset=utf-8'])
    const receipt = String(answer.headers['location']).split('/').at(-1)
    expect(answer.body).toMatch(
      new RegExp(
        `<soap:Fault><faultcode>soap:Client</faultcode><faultstring>[^<]+</faultstring><detail><ns:problem xmlns:ns="http://qs.example.gov.cn/"><error>unreadable_message</error><place>[^<]+</place><receipt>${receipt}</receipt></ns:problem></detail></soap:Fault>`,
      ),
    )
  })

  it('gets a fault for a key that does not count, in Chinese where it asks for it', async () => {
    const answer = await api.push('terminal/certificate', row('T2'), {
      ...XML,
      key: null,
      headers: { ...XML.headers, 'accept-language': 'zh-CN' },
    })
    expect(answer.statusCode).toBe(401)
    expect(answer.body).toBe(
      envelope(
        '<soap:Fault><faultcode>soap:Client</faultcode><faultstring>没有有效的密钥</faultstring><detail><ns:problem xmlns:ns="http://qs.example.gov.cn/"><error>unauthenticated</error></ns:problem></detail></soap:Fault>',
      ),
    )
  })

  it('gets a fault of SOAP 1.2 where it speaks that, and one of the receiver where the hub cannot', async () => {
    const type = 'application/soap+xml; charset=utf-8'
    const answer = await pushTo(new HubError('unavailable'), 'terminal/certificate', type, row('T3'))
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, type])
    expect(answer.body).toBe(
      envelope(
        '<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang="en">The database cannot be reached</soap:Text></soap:Reason><soap:Detail><ns:problem xmlns:ns="http://qs.example.gov.cn/"><error>unavailable</error></ns:problem></soap:Detail></soap:Fault>',
        'http://www.w3.org/2003/05/soap-envelope',
      ),
    )
  })
})
