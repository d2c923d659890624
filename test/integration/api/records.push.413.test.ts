import type { AddressInfo } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()
let url = ''
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  url = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/v1/systems/jiaxing-wholesale/records/trade`
})

const MAX = 8 * 1024 * 1024
const post = (to: string, body: Buffer): Promise<Response> =>
  fetch(to, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
  })

it('8 MiB and one byte of canonical records are too large, and the sender learns it over the wire', async () => {
  const answer = await post(new URL('/v1/records', url).href, Buffer.alloc(MAX + 1, ' '))
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ code: 'too_large', status: 413 })
})

it('8 MiB in the format of a system are done when answered; one byte more is stored and answered with 202', async () => {
  const body = Buffer.alloc(MAX, ' ')
  body.write(JSON.stringify([trade('A1')]))
  const answer = await post(url, body)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ received: 1, accepted: 1 })
  expect((await post(url, Buffer.concat([body, Buffer.from(' ')]))).status).toBe(202)
})

it('5,001 canonical records are too many for one message, and none of them is stored', async () => {
  const rows = Array.from({ length: 5001 }, (_, i) => ({
    kind: 'sale',
    system: 'jiaxing-wholesale',
    key: [`B${i}`],
  }))
  const answer = await api.call('POST', '/v1/records', { body: rows })
  expect(answer.statusCode).toBe(413)
  expect(answer.json().detail).toContain('5000')
  expect((await api.call('GET', '/v1/rejections')).json().rejections).toEqual([])
})
