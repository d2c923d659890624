import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const body = JSON.stringify([trade('A1')])

it('without a key nothing is taken, and the answer says how to send one', async () => {
  const answer = await api.push(TRADES, body, { key: null })
  expect(answer.statusCode).toBe(401)
  expect(answer.headers['www-authenticate']).toBe('Bearer')
  expect(answer.json()).toMatchObject({ code: 'unauthenticated', status: 401 })
})

it.each([
  ['a wrong key', 'Bearer hub_wrong'],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
  ['an empty key', 'Bearer '],
  ['a key of 10,000 characters', `Bearer ${'x'.repeat(10_000)}`],
])('%s is not a key', async (_name, authorization) => {
  const answer = await api.push(TRADES, body, { key: null, headers: { authorization } })
  expect(answer.statusCode).toBe(401)
})

it('a key ends when it is revoked, at once', async () => {
  const made = (
    await api.call('POST', '/v1/keys', { body: { name: 'market', scopes: ['push:jiaxing-wholesale'] } })
  ).json()
  expect((await api.push(TRADES, body, { key: made.key })).statusCode).toBe(200)
  expect((await api.call('DELETE', `/v1/keys/${made.id}`)).statusCode).toBe(204)
  const answer = await api.push(TRADES, body, { key: made.key })
  expect(answer.statusCode).toBe(401)
  expect(answer.json().detail).toContain('revoked')
})

it('a key ends when it expires', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  await api.pool.query(`update keys set expires_at = now() - interval '1 second'`)
  const answer = await api.push(TRADES, body, { key })
  expect(answer.statusCode).toBe(401)
  expect(answer.json().detail).toContain('expired')
})
