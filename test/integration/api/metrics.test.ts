import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const HERE = ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']
const ELSEWHERE = ['10.0.0.9', '::ffff:10.0.0.9', '2001:db8::1', '0.0.0.0']

function asking(api: ReturnType<typeof withApi>) {
  return async (
    remoteAddress: string,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    await api.app.inject({ method: 'GET', url: '/metrics', remoteAddress, headers })
}

describe('metrics', () => {
  const api = withApi()
  const ask = asking(api)

  it.each(HERE)('are for who is on the machine of the hub: %s', async (address) => {
    const answer = await ask(address)
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('hub_database_up 1')
  })

  it.each(ELSEWHERE)('are for nobody else without a key: %j', async (address) => {
    expect((await ask(address)).statusCode).toBe(401)
  })

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host', 'via'])(
    'are not for whom a proxy on the machine hands on (%s)',
    async (header) => {
      expect((await ask('127.0.0.1', { [header]: '127.0.0.1' })).statusCode).toBe(401)
    },
  )

  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '127.8.9.1', '[::1]:8080'])(
    'are for who asks the machine by a name of its own: %s',
    async (host) => {
      expect((await ask('127.0.0.1', { host })).statusCode).toBe(200)
    },
  )

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.9',
  ])('are not for a page that lets its own name point to the machine (DNS rebinding): "%s"', async (host) => {
    expect((await ask('127.0.0.1', { host })).statusCode).toBe(401)
    const key = await api.key('metrics')
    expect((await ask('127.0.0.1', { host, authorization: `Bearer ${key}` })).statusCode).toBe(200)
  })

  it('are for a key of their scope from anywhere, and for no other, which sees nothing else', async () => {
    const own = await api.key('metrics')
    const bearer = (key: string) => ({ authorization: `Bearer ${key}`, 'x-forwarded-for': '10.0.0.9' })
    expect((await ask('10.0.0.9', bearer(own))).statusCode).toBe(200)
    for (const scope of ['read', 'audit', 'case', 'push:jiaxing-wholesale', 'read:jiaxing-wholesale'])
      expect((await ask('10.0.0.9', bearer(await api.key(scope)))).statusCode, scope).toBe(403)
    // Who shows a key is who he says he is, also on the machine.
    expect((await ask('127.0.0.1', { authorization: 'Bearer hub_wrong' })).statusCode).toBe(401)
    for (const path of ['/v1/records', '/v1/systems', '/v1/keys', '/v1/links'])
      expect((await api.call('GET', path, { key: own })).statusCode, path).toBe(403)
  })
})

describe('metrics with HUB_METRICS=key', () => {
  const ask = asking(withApi(undefined, { metricsAccess: 'key' }))
  it('need a key on the machine too', async () => {
    expect((await ask('127.0.0.1')).statusCode).toBe(401)
  })
})

describe('metrics with HUB_METRICS=open', () => {
  const ask = asking(withApi(undefined, { metricsAccess: 'open' }))
  it('are for everyone', async () => {
    expect((await ask('10.0.0.9', { 'x-forwarded-for': '10.0.0.9' })).statusCode).toBe(200)
  })
})
