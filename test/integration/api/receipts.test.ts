import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
let own = ''
let receipt: { receipt: string }
beforeAll(async () => {
  own = await api.key('push:jiaxing-wholesale')
  receipt = (await api.push(TRADES, JSON.stringify([trade('A1'), trade('')]), { key: own })).json()
})
const get = (key: string | null, id = receipt.receipt) => api.call('GET', `/v1/receipts/${id}`, { key })

it('the key that pushed gets the receipt again, word for word', async () => {
  const answer = await get(own)
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual(receipt)
})

it('a reader and the administrator get it too', async () => {
  expect((await get(await api.key('read'))).json()).toEqual(receipt)
  expect((await api.call('GET', `/v1/receipts/${receipt.receipt}`)).json()).toEqual(receipt)
})

it('for any other key it does not exist: the answer is that for a receipt that there is not', async () => {
  const absent = '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37'
  for (const scope of [
    'push:jiaxing-wholesale',
    'push:shaoxing-slaughter',
    'link:0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2',
  ]) {
    const key = await api.key(scope)
    const [foreign, none] = [await get(key), await get(key, absent)]
    expect([foreign.statusCode, none.statusCode]).toEqual([404, 404])
    const { request: _a, detail: __a, ...one } = foreign.json()
    const { request: _b, detail: __b, ...other } = none.json()
    expect(one).toEqual(other)
  }
})

it.each(['x', '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2', '%00', "';--"])('%s is no receipt', async (id) => {
  expect([400, 404]).toContain((await get(own, id)).statusCode)
})

it('the bytes of a message are for the administrator alone', async () => {
  const path = `/v1/messages/${receipt.receipt}`
  expect((await api.call('GET', path, { key: own })).statusCode).toBe(403)
  expect((await api.call('GET', path, { key: await api.key('read') })).statusCode).toBe(403)
  expect((await api.call('GET', path)).body).toBe(JSON.stringify([trade('A1'), trade('')]))
})
