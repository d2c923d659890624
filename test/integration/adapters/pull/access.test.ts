import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { pull } from '#adapters/pull/pull.ts'
import type { Asked, Told } from './platform.ts'
import { type PullOptions, partsOf, platformOf, pulled } from './pulling.ts'

const ROWS = { body: { rows: [{ id: 'a' }] } }
const settingsOf = (origin: string, more: object) => ({ url: `${origin}/list`, rows: 'rows', ...more })

async function asked(more: object, options: PullOptions = {}): Promise<Asked> {
  const platform = await platformOf(() => ROWS)
  const { error } = await pulled(platform, settingsOf(platform.origin, more), options)
  expect(error).toBeNull()
  return platform.asked[0]!
}

describe('the source knows the hub by', () => {
  it('a header', async () => {
    const auth = { header: { name: 'Authorization', prefix: 'APPCODE ' } }
    const { headers } = await asked({ auth }, { secrets: { token: 'T0ken-1234' } })
    expect(headers.authorization).toBe('APPCODE T0ken-1234')
  })

  it('a parameter', async () => {
    const { query } = await asked({ auth: { query: { parameter: 'key' } } }, { secrets: { token: 'T0k en' } })
    expect(query.get('key')).toBe('T0k en')
  })

  it('name and password', async () => {
    const { headers } = await asked(
      { auth: { basic: { username: '县平台' } } },
      { secrets: { password: 'p:w' } },
    )
    expect(headers.authorization).toBe(`Basic ${Buffer.from('县平台:p:w').toString('base64')}`)
  })
})

describe('a token of OAuth 2', () => {
  /** Tokens that hold for so many requests. */
  const start = async (uses: number, token: (asked: Asked, issued: number) => Told) => {
    let issued = 0
    let left = 0
    const platform = await platformOf((request) => {
      if (request.path === '/token') {
        issued++
        left = uses
        return token(request, issued)
      }
      if (request.headers.authorization !== `Bearer t${issued}` || left-- <= 0) return { status: 401 }
      const page = Number(request.query.get('page'))
      return { body: { rows: page < 4 ? [{ id: `p${page}` }] : [] } }
    })
    const auth = { oauth2: { tokenUrl: `${platform.origin}/token`, clientId: 'hub' } }
    const settings = settingsOf(platform.origin, { auth, paging: { page: { parameter: 'page' } } })
    const tokens = () => platform.asked.filter(({ path }) => path === '/token')
    return { platform, settings, tokens }
  }
  const secrets = { clientSecret: 's3cret&=' }
  const good = (_: Asked, issued: number): Told => ({
    body: { access_token: `t${issued}`, expires_in: 3600 },
  })

  it('is asked for once in a reading, with client and secret', async () => {
    const { platform, settings, tokens } = await start(100, good)
    expect((await pulled(platform, settings, { secrets })).ids).toEqual(['p1', 'p2', 'p3'])
    expect(tokens().length).toBe(1)
    const form = new URLSearchParams(tokens()[0]?.body)
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'hub',
      client_secret: 's3cret&=',
    })
  })

  it('that ran out is renewed once for a request, and reading goes on', async () => {
    const { platform, settings, tokens } = await start(2, good)
    const { ids, error } = await pulled(platform, settings, { secrets })
    expect([ids, error]).toEqual([['p1', 'p2', 'p3'], null])
    expect(tokens().length).toBe(2)
  })

  it('that is refused although it is new is an error, not a loop', async () => {
    const { platform, settings, tokens } = await start(0, good)
    const { error } = await pulled(platform, settings, { secrets })
    expect(error).toMatchObject({ class: 'auth', setting: '/secrets/clientSecret' })
    expect(tokens().length).toBe(2)
  })

  it('is renewed before it runs out', async () => {
    const { platform, settings, tokens } = await start(100, (_, issued) => ({
      body: { access_token: `t${issued}`, expires_in: 5 },
    }))
    expect((await pulled(platform, settings, { secrets })).ids.length).toBe(3)
    expect(tokens().length).toBe(4)
  })

  it.each<[string, Told, object]>([
    ['a client that it does not know', { status: 401 }, { class: 'auth', setting: '/secrets/clientSecret' }],
    ['another address', { status: 404 }, { class: 'config', setting: '/settings/auth/oauth2/tokenUrl' }],
    ['no token', { body: { error: 'x' } }, { class: 'auth', setting: '/settings/auth/oauth2/token' }],
    [
      'too many requests',
      { status: 429, headers: { 'retry-after': '9' } },
      { class: 'retry', retryAfterMs: 9000 },
    ],
  ])('%s is told as such, without the secret', async (_, told, wanted) => {
    const { platform, settings } = await start(1, () => told)
    const { error } = await pulled(platform, settings, { secrets })
    expect(error).toMatchObject(wanted)
    expect(JSON.stringify(error)).not.toContain('s3cret')
  })
})

describe('a signature over the parameters', () => {
  const query = { b: '2', appKey: 'hub', A: '中文', empty: '' }
  const secrets = { signSecret: 'S3cret' }
  const SORTED = 'A=中文&appKey=hub&b=2'
  const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
  const mac = (algorithm: string, text: string) => createHmac(algorithm, 'S3cret').update(text)

  it.each<[string, object, string]>([
    [
      'MD5 in capitals with &key= behind (as payments do)',
      { algorithm: 'md5', secretName: 'key', letters: 'upper' },
      digest('md5', `${SORTED}&key=S3cret`).toUpperCase(),
    ],
    [
      'MD5 of names and values with the secret around (as open platforms do)',
      { algorithm: 'md5', pair: 'namevalue', joiner: '', secretAt: 'both' },
      digest('md5', 'S3cretA中文appKeyhubb2S3cret'),
    ],
    [
      'SHA-256 of values in an order of their own',
      { algorithm: 'sha256', order: ['appKey', 'A', 'b'], pair: 'value', joiner: '' },
      digest('sha256', 'hub中文2S3cret'),
    ],
    ['SM3', { algorithm: 'sm3' }, digest('sm3', `${SORTED}S3cret`)],
    ['HMAC-SHA256', { algorithm: 'hmac-sha256' }, mac('sha256', SORTED).digest('hex')],
    [
      'HMAC-SM3 in base64, empty ones too',
      { algorithm: 'hmac-sm3', encoding: 'base64', signsEmpty: true },
      mac('sm3', 'A=中文&appKey=hub&b=2&empty=').digest('base64'),
    ],
  ])('%s', async (_, sign, wanted) => {
    const request = await asked({ query, auth: { sign: { parameter: 'sign', ...sign } } }, { secrets })
    expect(request.query.get('sign')).toBe(wanted)
  })

  it('covers timestamp and nonce, and goes into headers where it is to', async () => {
    const sign = {
      algorithm: 'sha256',
      parameter: 'X-Sign',
      in: 'header',
      timestamp: { parameter: 'X-Time', format: 'yyyyMMddHHmmss' },
      nonce: { parameter: 'X-Nonce', length: 16 },
    }
    const { headers } = await asked({ query: { a: '1' }, auth: { sign } }, { secrets })
    const { 'x-time': time, 'x-nonce': nonce } = headers
    expect(time).toMatch(/^20\d{12}$/)
    expect(nonce).toMatch(/^[0-9a-f]{16}$/)
    expect(headers['x-sign']).toBe(digest('sha256', `X-Nonce=${nonce}&X-Time=${time}&a=1S3cret`))
  })

  it('covers the text of the body where it is named', async () => {
    const sign = {
      algorithm: 'hmac-sha256',
      parameter: 'X-Sign',
      in: 'header',
      order: ['{body}'],
      pair: 'value',
    }
    const body = { format: 'json', values: { 'page.size': 10, name: '番茄' } }
    const request = await asked({ method: 'POST', body, auth: { sign } }, { secrets })
    expect(request.body).toBe('{"page":{"size":10},"name":"番茄"}')
    expect(request.headers['x-sign']).toBe(mac('sha256', request.body).digest('hex'))
  })

  it('is another one for each page', async () => {
    const platform = await platformOf(({ query: given }) => ({
      body: { rows: given.get('page') === '3' ? [] : [{ id: given.get('page') }] },
    }))
    const sign = { algorithm: 'md5', parameter: 'sign', nonce: { parameter: 'nonce' } }
    const more = { auth: { sign }, paging: { page: { parameter: 'page' } } }
    await pulled(platform, settingsOf(platform.origin, more), { secrets })
    for (const { query: given } of platform.asked)
      expect(given.get('sign')).toBe(
        digest('md5', `nonce=${given.get('nonce')}&page=${given.get('page')}S3cret`),
      )
    expect(new Set(platform.asked.map(({ query: given }) => given.get('nonce'))).size).toBe(3)
  })
})

describe('a request', () => {
  it('has its constants in path, query and headers, none of them read as anything else', async () => {
    const platform = await platformOf(() => ROWS)
    await pulled(platform, {
      url: `${platform.origin}/{region}/list?kind=1`,
      rows: 'rows',
      query: { region: '33/08', q: 'a b&c=d' },
      headers: { 'X-From': 'hub' },
    })
    const [request] = platform.asked
    expect(request?.path).toBe('/33%2F08/list')
    expect([...request!.query]).toEqual([
      ['kind', '1'],
      ['q', 'a b&c=d'],
    ])
    expect(request?.headers['x-from']).toBe('hub')
  })

  it('posts a form', async () => {
    const body = { format: 'form', values: { 类型: '合格证', n: 1 } }
    const request = await asked({ method: 'POST', body })
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({ 类型: '合格证', n: '1' })
  })

  it('whose path names what is not there is refused before it is sent', async () => {
    const platform = await platformOf(() => ROWS)
    const { error } = await pulled(platform, { url: `${platform.origin}/{region}`, rows: 'rows' })
    expect(error).toMatchObject({ class: 'config', setting: '/settings/url' })
    expect(platform.asked).toEqual([])
  })
})

describe('an answer of status 200 that is an error', () => {
  const success = { path: 'code', ok: ['0', 'true'], auth: ['401'], retry: ['busy'] }
  it.each<[string, unknown, object | null]>([
    ['a success', 0, null],
    ['a success that is no number', true, null],
    ['no access', 401, { class: 'auth', setting: '/secrets/token' }],
    ['later', 'busy', { class: 'retry' }],
    ['another', 'E-17', { class: 'source', message: 'the source answers code E-17' }],
    ['words', '用户张三不存在', { class: 'source', message: 'the source answers code of another form' }],
    ['none', null, { class: 'source', setting: '/settings/success/path' }],
  ])('%s', async (_, code, wanted) => {
    const platform = await platformOf(() => ({ body: { code, rows: [{ id: 'a' }] } }))
    const auth = { header: { name: 'X-Token' } }
    const settings = settingsOf(platform.origin, { success, auth })
    const { error, ids } = await pulled(platform, settings, { secrets: { token: 'T0ken-1234' } })
    if (wanted === null) expect([error, ids]).toEqual([null, ['a']])
    else expect(error).toMatchObject(wanted)
  })
})

describe('a confirmation', () => {
  const start = async (confirm: object) => {
    const platform = await platformOf(({ path }) =>
      path === '/list' ? { body: { batch: 'B7', rows: [{ id: 'a' }] } } : { text: 'OK' },
    )
    const settings = settingsOf(platform.origin, {
      confirm: { url: `${platform.origin}/confirm`, method: 'POST', ...confirm },
    })
    const { pages, error } = await pulled(platform, settings)
    return { platform, settings, pages, error }
  }
  const taken = { receipt: 'R-1', state: 'done', received: 1, rejected: 0 } as const

  it('names the page by its own token, in the form of the source', async () => {
    const { platform, settings, pages } = await start({
      token: 'batch',
      parameter: 'batchNo',
      receipt: 'receipt',
      body: { format: 'json', values: { result: 'ok' } },
    })
    const { parts, close } = partsOf(platform, settings)
    await pull.acknowledge(parts, pages[0]!, taken)
    close()
    expect(JSON.parse(platform.asked[1]!.body)).toEqual({ result: 'ok', batchNo: 'B7', receipt: 'R-1' })
  })

  it('whose token is not there is an error before the page is taken', async () => {
    const { error, pages } = await start({ token: 'batchId', parameter: 'b' })
    expect(pages).toEqual([])
    expect(error).toMatchObject({ class: 'source', setting: '/settings/confirm/token' })
  })
})
