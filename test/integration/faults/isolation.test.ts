import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it('a push key sees its own receipts and nothing else: no record, change, rejection, lot, message, key, link or metric of others', async () => {
  const [own, other] = [await api.key('push:jiaxing-wholesale'), await api.key('push:zj-agri-certificate')]
  const pushed = await api.push(TRADES, JSON.stringify([trade('ISO-1')]), { key: own })
  const { receipt, results } = pushed.json()
  const id = encodeURIComponent(results[0].records[0].id)
  expect((await api.call('GET', `/v1/receipts/${receipt}`, { key: own })).statusCode).toBe(200)
  const foreign = await api.call('GET', `/v1/receipts/${receipt}`, { key: other })
  const unknown = await api.call(
    'GET',
    `/v1/receipts/${receipt.slice(0, -1)}${receipt.endsWith('0') ? 1 : 0}`,
    { key: other },
  )
  expect([foreign.statusCode, unknown.statusCode]).toEqual([404, 404])
  expect(foreign.json().code).toBe(unknown.json().code)
  const urls = [
    '/v1/records',
    `/v1/records/${id}`,
    '/v1/changes',
    '/v1/rejections',
    '/v1/rejections/groups',
    '/v1/keys',
    '/v1/links',
    '/v1/systems/jiaxing-wholesale',
    '/v1/lots/lot:1',
    '/v1/trace/lot:1',
    '/v1/documents/promise_cert/1',
    `/v1/messages/${receipt}`,
  ]
  for (const url of urls)
    for (const key of [own, other]) {
      const answer = await api.call('GET', url, { key })
      expect([url, [403, 404].includes(answer.statusCode)]).toEqual([url, true])
    }
})

it('a scope is a whole word: neither a prefix, a pattern, another case nor a system in the body gets through', async () => {
  for (const scope of ['push:jiaxing', 'push:zj-agri-certificate', 'read', 'push:shaoxing-slaughter']) {
    const key = await api.key(scope)
    expect((await api.push(TRADES, JSON.stringify([trade('ISO-2')]), { key })).statusCode).toBe(403)
    const record = { kind: 'sale', system: 'jiaxing-wholesale', key: ['ISO-2'] }
    expect((await api.call('POST', '/v1/records', { key, body: [record] })).statusCode).toBe(403)
  }
  const key = await api.key('push:jiaxing-wholesale')
  for (const path of [
    'Jiaxing-wholesale/trade',
    'jiaxing-wholesale%2Ftrade/trade',
    'jiaxing-wholesale%00/trade',
    '../trade',
    '{system}/trade',
  ])
    expect([400, 403, 404, 405]).toContain((await api.push(path, '[]', { key })).statusCode)
})

it('a message of two systems is taken for neither by a key of one', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const sale = (system: string, no: string) => ({
    kind: 'sale',
    system,
    key: [no],
    saleKind: 'wholesale',
    flags: [],
    occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second' },
    quantity: { value: '1', unit: 'KGM' },
    parties: [{ role: 'seller', name: 'x', ids: [] }],
    product: { name: 'x' },
  })
  const answer = await api.call('POST', '/v1/records', {
    key,
    body: [sale('jiaxing-wholesale', 'TWO-1'), sale('zj-agri-certificate', 'TWO-2')],
  })
  expect(answer.json()).toMatchObject({ accepted: 1, rejected: 1 })
  const { rows } = await api.pool.query(`select system from record_versions where record_id like '%:TWO-%'`)
  expect(rows).toEqual([{ system: 'jiaxing-wholesale' }])
})

it('a key that another process revoked stops within 5 s, and one that expires stops when it expires', async () => {
  const key = await api.key('push:jiaxing-wholesale')
  const asks = async () => (await api.push(TRADES, JSON.stringify([trade('ISO-3')]), { key })).statusCode
  expect(await asks()).toBe(200)
  await api.pool.query(`update keys set revoked_at = now() where revoked_at is null`)
  const started = performance.now()
  while ((await asks()) === 200) {
    expect(performance.now() - started).toBeLessThan(5500)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const made = await api.call('POST', '/v1/keys', {
    body: {
      name: 'short',
      scopes: ['push:jiaxing-wholesale'],
      expiresAt: new Date(Date.now() + 800).toISOString(),
    },
  })
  const short = made.json().key as string
  expect((await api.push(TRADES, JSON.stringify([trade('ISO-4')]), { key: short })).statusCode).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 900))
  expect((await api.push(TRADES, JSON.stringify([trade('ISO-4')]), { key: short })).statusCode).toBe(401)
})

it('the receipt of another key is not given out for its Idempotency-Key', async () => {
  const [first, second] = [await api.key('push:jiaxing-wholesale'), await api.key('push:jiaxing-wholesale')]
  const headers = { 'idempotency-key': 'mine' }
  expect((await api.push(TRADES, JSON.stringify([trade('ISO-5')]), { key: first, headers })).statusCode).toBe(
    200,
  )
  const guess = await api.push(TRADES, JSON.stringify([trade('ISO-6')]), { key: second, headers })
  expect(guess.statusCode).toBe(422)
  expect(guess.body).not.toContain('ISO-5')
})
