import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it('a trade becomes a sale and a payment, and the receipt adds up', async () => {
  const answer = await api.push(TRADES, JSON.stringify([trade('A1'), trade('A2', { payType: '' })]))
  expect(answer.statusCode).toBe(200)
  const receipt = answer.json()
  expect(receipt).toMatchObject({
    system: 'jiaxing-wholesale',
    record: 'trade',
    state: 'done',
    received: 2,
    accepted: 2,
    unchanged: 0,
    rejected: 0,
  })
  expect(receipt.results[0].records).toEqual([
    { kind: 'sale', id: 'urn:cnft:sale:jiaxing-wholesale:trade:A1', version: 1 },
    { kind: 'payment', id: 'urn:cnft:payment:jiaxing-wholesale:trade:A1', version: 1 },
  ])
  expect(receipt.results[1].records.map((record: { kind: string }) => record.kind)).toEqual(['sale'])
})

it('the same bytes again get a receipt of their own in which every record is unchanged', async () => {
  const body = JSON.stringify([trade('B1'), trade('B2')])
  const first = (await api.push(TRADES, body)).json()
  const second = (await api.push(TRADES, body)).json()
  expect(second.receipt).not.toBe(first.receipt)
  expect(second).toMatchObject({ received: 2, accepted: 0, unchanged: 2, rejected: 0, sha256: first.sha256 })
})

it('the same Idempotency-Key with the same body gets the same receipt, word for word', async () => {
  const call = { headers: { 'idempotency-key': 'attempt-1' } }
  const body = JSON.stringify([trade('C1')])
  const first = await api.push(TRADES, body, call)
  const second = await api.push(TRADES, body, call)
  expect(second.statusCode).toBe(200)
  expect(second.json()).toEqual(first.json())
})

it('a row without its key is rejected and its neighbours live', async () => {
  const answer = await api.push(TRADES, JSON.stringify([trade('D1'), trade(''), trade('D3')]))
  expect(answer.statusCode).toBe(200)
  const receipt = answer.json()
  expect(receipt).toMatchObject({ received: 3, accepted: 2, rejected: 1 })
  expect(receipt.results[1]).toMatchObject({ index: 1, result: 'rejected', records: [] })
  expect(receipt.results[1].issues[0]).toMatchObject({ code: 'E_NO_KEY', path: '/1/billNo' })
})

it.each([
  ['NUL in a text', '"goodsName":"a\\u0000b"', 'E_SCHEMA'],
  ['a lone surrogate', '"goodsName":"\\ud800"', 'E_SCHEMA'],
  ['a key twice', '"goodsName":"番茄","goodsName":"黄瓜"', 'E_SCHEMA'],
  ['a key that reaches the prototype', '"__proto__":{"admin":true}', 'E_SCHEMA'],
])('%s rejects its record alone, with the reason', async (name, member, code) => {
  const bad = `{"billNo":"E-${name.length}",${member},"tradeTime":"2024/4/15 3:42:10"}`
  const answer = await api.push(TRADES, `[${JSON.stringify(trade(`F-${name.length}`))},${bad}]`)
  expect(answer.statusCode).toBe(200)
  const receipt = answer.json()
  expect(receipt).toMatchObject({ received: 2, accepted: 1, rejected: 1 })
  expect(receipt.results[0].result).toBe('created')
  expect(receipt.results[1].issues.map((issue: { code: string }) => issue.code)).toContain(code)
})

it('a code that lost digits as a number is left out and marked; in the key it rejects its record', async () => {
  const lost = (name: string, billNo: string) =>
    JSON.stringify({ ...trade(billNo), [name]: 'lost' }).replace('"lost"', '12345678901234567890')
  const answer = await api.push(TRADES, `[${lost('sellerCode', 'H1')},${lost('billNo', 'H2')}]`)
  const { results } = answer.json()
  expect(results[0]).toMatchObject({
    result: 'created',
    issues: [{ code: 'E_PRECISION_LOST', path: '/0/sellerCode' }],
  })
  expect(results[1]).toMatchObject({
    result: 'rejected',
    issues: [{ code: 'E_PRECISION_LOST', path: '/1/billNo' }],
  })
})

it('a list with nothing in it is a message with no records', async () => {
  const answer = await api.push(TRADES, '[]')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ received: 0, accepted: 0, unchanged: 0, rejected: 0, results: [] })
})

it('reasons are in the language of the sender; codes and places are the same in both', async () => {
  const body = JSON.stringify([trade('')])
  const [zh, en] = await Promise.all(
    ['zh-CN', 'en'].map(async (language) => {
      const answer = await api.push(TRADES, body, { headers: { 'accept-language': language } })
      return answer.json().results[0].issues[0]
    }),
  )
  expect(zh.reason).toBe('缺少记录主键')
  expect(en.reason).toBe('the key of the record is missing')
  expect([zh.code, zh.path]).toEqual([en.code, en.path])
})
