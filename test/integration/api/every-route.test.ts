import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { withApi } from '#test/api.ts'

// Its own test has who gets metrics without a key.
const api = withApi(undefined, { metricsAccess: 'key' })

interface Route {
  readonly method: string
  readonly path: string
  readonly needsKey: boolean
  /** Scopes that open the route beside `admin`; null where the route decides by what is asked for. */
  readonly scopes: readonly string[] | null
}
const document = (await openapiDocument()) as {
  paths: Record<string, Record<string, { security: { key: string[] }[] }>>
}
const uuid = '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2'
const routes: Route[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security }]) => ({
    method: method.toUpperCase(),
    path: path
      .replace('{system}', 'jiaxing-wholesale')
      .replace('{record}', 'trade')
      .replaceAll(/\{\w+\}/g, uuid),
    needsKey: security.length > 0,
    scopes: security[0]?.key.length
      ? security[0].key.map((scope) => scope.replace('{system}', 'jiaxing-wholesale').replace('{id}', uuid))
      : null,
  })),
)
const guarded = routes.filter(({ needsKey }) => needsKey)

const scopes = [
  'push:jiaxing-wholesale',
  'push:shaoxing-slaughter',
  'read',
  `link:${uuid}`,
  'link:11111111-37d2-4c41-9d2e-5f3a5c0198f2',
  'admin',
]
const keys = new Map<string, string>()
let url = ''
beforeAll(async () => {
  for (const scope of scopes) keys.set(scope, await api.key(scope))
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`
})

it.each(guarded)('$method $path is closed without a key', async ({ method, path }) => {
  const answer = await api.call(method, path, { key: null })
  expect(answer.statusCode).toBe(401)
})

it.each(guarded.filter((route) => route.scopes))(
  '$method $path opens to its scopes and to no other',
  async ({ method, path, scopes: opening }) => {
    for (const scope of scopes) {
      const { statusCode } = await api.call(method, path, { key: keys.get(scope) ?? '' })
      const isOpen = scope === 'admin' || (opening ?? []).includes(scope)
      expect(statusCode === 403, `${scope}: ${statusCode}`).toBe(!isOpen)
      expect(statusCode).not.toBe(401)
      expect(statusCode).toBeLessThan(500)
    }
  },
)

it.each(routes)(
  '$method $path carries the security headers and no mark of the framework',
  async ({ method, path }) => {
    for (const key of [null, keys.get('admin') ?? '']) {
      const { headers, body, statusCode } = await api.call(method, path, { key })
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['content-security-policy']).toMatch(/default-src 'none'/)
      expect(headers['content-security-policy']).not.toMatch(/unsafe-(inline|eval)|\*/)
      expect(headers['x-frame-options']).toBe('DENY')
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers['x-powered-by']).toBeUndefined()
      expect(headers['server']).toBeUndefined()
      expect(body).not.toMatch(/FST_ERR|fastify/i)
      if (path.startsWith('/v1/')) expect(headers['cache-control']).toBe('no-store')
      if (statusCode >= 400 && !path.startsWith('/t/')) {
        // Errors of tokens are spelt by RFC 6749, section 5.2; the members of a problem are in them too.
        const type = path === '/oauth/token' ? /^application\/json/ : /^application\/problem\+json/
        expect(headers['content-type']).toMatch(type)
        expect(JSON.parse(body)).toMatchObject({
          status: statusCode,
          type: expect.stringMatching(/^\/docs\/errors#\w+$/),
        })
      }
    }
  },
)

it.each([
  ['PUT', '/v1/records', 'GET, HEAD, POST'],
  ['GET', '/v1/systems/jiaxing-wholesale/records/trade', 'POST'],
  ['DELETE', `/v1/receipts/${uuid}`, 'GET, HEAD'],
  ['OPTIONS', '/v1/keys', 'GET, HEAD, POST'],
  ['POST', '/healthz', 'GET, HEAD'],
])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
  const answer = await api.call(method, path, { body: 'x', headers: { 'content-type': 'text/plain' } })
  expect(answer.statusCode).toBe(405)
  expect(answer.headers['allow']).toBe(allow)
  expect(answer.json()).toMatchObject({ code: 'method_not_allowed' })
})

it.each(['/', '/v2/records', '/v1/', '/v1/records/a/b', '/favicon.ico'])(
  '%s is 404, whatever is sent to it',
  async (path) => {
    for (const method of ['GET', 'POST']) {
      const answer = await api.call(method, path, {
        key: null,
        ...(method === 'POST' ? { body: '<x/>', headers: { 'content-type': 'text/xml' } } : {}),
      })
      expect([404, 405]).toContain(answer.statusCode)
    }
  },
)

it('a path that is not UTF-8 is a problem too', async () => {
  const answer = await api.call('GET', '/v1/records/%ff')
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid_request' })
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
})

it('the language follows Accept-Language; codes do not', async () => {
  const zh = await api.call('GET', '/v1/keys', { key: null, headers: { 'accept-language': 'zh-CN' } })
  const en = await api.call('GET', '/v1/keys', { key: null, headers: { 'accept-language': 'en' } })
  expect([zh.json().title, en.json().title]).toEqual(['没有有效的密钥', 'No valid key'])
  expect(zh.json().code).toBe(en.json().code)
})

it('control calls take JSON alone', async () => {
  const answer = await api.call('POST', '/v1/keys', {
    body: 'name=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(answer.statusCode).toBe(415)
  expect(answer.json()).toMatchObject({ accepted: ['application/json'] })
  const twice = await api.call('POST', '/v1/keys', { body: '{"name":"a","name":"b","scopes":["admin"]}' })
  expect(twice.statusCode).toBe(400)
  expect(twice.json().code).toBe('invalid_request')
})

it('what is no HTTP is answered with a problem and the connection is closed', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
    let received = ''
    socket.on('data', (bytes) => (received += bytes))
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
  expect(text).toMatch(/^HTTP\/1\.1 400 /)
  expect(text).toContain('application/problem+json')
})
