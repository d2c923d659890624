import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it('another body under a used Idempotency-Key is refused, and nothing of it is stored', async () => {
  const headers = { 'idempotency-key': 'attempt-1' }
  expect((await api.push(TRADES, JSON.stringify([trade('A1')]), { headers })).statusCode).toBe(200)
  const answer = await api.push(TRADES, JSON.stringify([trade('A2')]), { headers })
  expect(answer.statusCode).toBe(422)
  expect(answer.json()).toMatchObject({ code: 'idempotency_conflict' })
  expect((await api.call('GET', '/v1/records?kind=sale')).json().records).toHaveLength(1)
})

it('the key of one system is not the key of another', async () => {
  const headers = { 'idempotency-key': 'attempt-1' }
  const answer = await api.push('zj-agri-certificate/certificate', '[]', { headers })
  expect(answer.statusCode).not.toBe(422)
})
