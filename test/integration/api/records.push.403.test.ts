import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it.each([
  ['push:shaoxing-slaughter'],
  ['read'],
  ['push:jiaxing-wholesale2'],
  ['link:0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2'],
])('a key with the scope %s may not push for another system', async (scope) => {
  const key = await api.key(scope)
  const answer = await api.push(TRADES, JSON.stringify([trade('A1')]), { key })
  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({ code: 'forbidden' })
  expect(answer.json().detail).toContain('push:jiaxing-wholesale')
  expect((await api.call('GET', '/v1/records')).json().records).toEqual([])
})

it('whether a system exists is not told to a key of another one', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const known = await api.push('shaoxing-slaughter/trade', '{}', { key })
  const unknown = await api.push('no-such-system/trade', '{}', { key })
  expect([known.statusCode, unknown.statusCode]).toEqual([403, 403])
  expect(unknown.json().known).toBeUndefined()
})
