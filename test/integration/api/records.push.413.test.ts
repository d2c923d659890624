import type { AddressInfo } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
let url = ''
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/v1/systems/jiaxing-wholesale/records/trade`
})

const MAX = 8 * 1024 * 1024
const post = (body: Buffer): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
  })

it('8 MiB and one byte is too large, and the sender learns it over the wire', async () => {
  const answer = await post(Buffer.alloc(MAX + 1, ' '))
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ code: 'too_large', status: 413 })
})

it('8 MiB are taken', async () => {
  const body = Buffer.alloc(MAX, ' ')
  body.write(JSON.stringify([trade('A1')]))
  const answer = await post(body)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ received: 1, accepted: 1 })
})

it('5,001 records are too many for one message, and none of them is stored', async () => {
  const rows = Array.from({ length: 5001 }, (_, i) => ({ billNo: `B${i}` }))
  const answer = await api.push(TRADES, JSON.stringify(rows))
  expect(answer.statusCode).toBe(413)
  expect(answer.json().detail).toContain('5001')
  expect((await api.call('GET', '/v1/rejections')).json().rejections).toEqual([])
})
