import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { order, orderMapping } from '#test/orders.ts'

const api = withApi()
const STALL = `system: stall
title: { zh: 摊位, en: Stall }
adapter: push
records:
  order: { mapping: order.yaml, accepts: [application/json] }
`
const text = orderMapping({ version: 1, order: 'base.rev' })
const post = (url: string, body?: unknown) => api.call('POST', url, body === undefined ? {} : { body })
const push = (...orders: readonly object[]) => api.push('stall/order', JSON.stringify(orders))

it('a receipt tells at the last line of an order what ended, when it is given and when it is read again', async () => {
  expect((await post('/v1/systems', { systemFile: STALL })).statusCode).toBe(201)
  expect((await post('/v1/systems/stall/mappings', { text })).statusCode).toBe(201)
  expect((await post('/v1/systems/stall/mappings/order/1/activate')).statusCode).toBe(200)
  await push(order('A1', ['1', '2', '3'], { rev: 1 }))
  const answer = await push(order('A1', ['2'], { rev: 2 }))
  expect(answer.statusCode).toBe(200)
  const results = [
    {
      index: 0,
      key: ['A1', '2'],
      result: 'updated',
      ended: 2,
      records: ['2', '1', '3'].map((line, i) => ({
        kind: 'sale',
        id: `urn:cnft:sale:stall:order:A1:${line}`,
        version: i === 0 ? 1 : 2,
      })),
    },
  ]
  expect(answer.json()).toMatchObject({ received: 1, accepted: 1, unchanged: 0, rejected: 0, results })
  const again = await api.call('GET', `/v1/receipts/${answer.json().receipt}`)
  expect(again.json().results).toEqual(answer.json().results)
  const record = await api.call('GET', '/v1/records/urn:cnft:sale:stall:order:A1:1')
  expect(record.json()).toMatchObject({
    status: 'void',
    version: 2,
    void: { reason: '整单已不再含此明细 · Its order tells this line no more' },
  })
})

it('says in the language of the caller why a line of a late order was made void, and why an order without its time ends nothing', async () => {
  const late = await api.push('stall/order', JSON.stringify([order('A1', ['9'], { rev: 1 })]), {
    headers: { 'accept-language': 'zh' },
  })
  expect(late.json().results).toMatchObject([
    {
      result: 'voided',
      issues: [{ code: 'W_LATE', reason: '其整单已有比 1 更新且不含此明细的版本；已保存并作废' }],
    },
  ])
  await push(order('A2', ['1', '2'], { rev: 1 }))
  const mute = await api.push('stall/order', JSON.stringify([order('A2', ['2'])]), {
    headers: { 'accept-language': 'zh' },
  })
  expect(mute.json().results[0].issues).toMatchObject([
    { path: '/0/rev', reason: '整单缺少顺序号或时间，无法判断是否最新：未列出的明细保持有效' },
  ])
})

it('a trial tells it too, and what is wrong with the word in the language of the caller', async () => {
  const sample = JSON.stringify([order('A1', ['1', '2'], { rev: 1 }), order('A1', ['1'], { rev: 2 })])
  const tried = await post('/v1/mappings/try', { mapping: text, sample })
  expect(tried.json().results).toMatchObject([
    { key: ['A1', '1'] },
    { key: ['A1', '2'], whole: { key: ['A1'], lines: 2, ends: 0 } },
    { key: ['A1', '1'], whole: { key: ['A1'], lines: 1, ends: 1 } },
  ])
  expect(tried.json().results[0]).not.toHaveProperty('whole')
  const wrong = await api.call('POST', '/v1/mappings/try', {
    body: { mapping: text.replace('whole: [base.no]', 'whole: [line]'), sample },
    headers: { 'accept-language': 'zh' },
  })
  expect(wrong.statusCode).toBe(422)
  expect(wrong.json().mistakes).toContainEqual(
    expect.objectContaining({
      target: 'whole',
      line: 9,
      advice: '请写列表之外的字段，如 whole: [base.orderNo]。',
    }),
  )
})
