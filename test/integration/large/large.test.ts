import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { leftovers, tradesJson, versionsOf, workOn } from './setting.ts'

const api = withApi()
const ASYNC = { headers: { prefer: 'respond-async' } }

interface Receipt {
  receipt: string
  state: string
  sha256: string
  received: number
  accepted: number
  unchanged: number
  rejected: number
  results: { index: number; key: string[] | null; result: string }[]
  next?: string | null
  progress?: { records: number; total: number | null; bytes: number; totalBytes: number }
  problem?: { code: string; path: string }
}

const receiptOf = async (id: string, query = ''): Promise<Receipt> =>
  (await api.call('GET', `/v1/receipts/${id}${query}`)).json()

describe('a message that is larger than can be done at once', () => {
  it('is answered with 202 and the place of its receipt after its bytes are stored, and nothing is a record yet', async () => {
    const body = tradesJson('A', 3)
    const answer = await api.push(TRADES, body, ASYNC)
    expect(answer.statusCode).toBe(202)
    expect(answer.headers['preference-applied']).toBe('respond-async')
    const receipt: Receipt = answer.json()
    expect(answer.headers['location']).toBe(`/v1/receipts/${receipt.receipt}`)
    expect(receipt).toMatchObject({ state: 'waiting', received: 0, results: [] })
    expect(receipt.progress).toEqual({
      records: 0,
      total: null,
      bytes: 0,
      totalBytes: Buffer.byteLength(body),
    })
    expect(api.woken).toContain(receipt.receipt)
    expect(await versionsOf(api, 'A')).toBe(0)
    expect(await receiptOf(receipt.receipt)).toEqual(receipt)
    expect((await api.call('GET', `/v1/messages/${receipt.receipt}`)).body).toBe(body)

    expect(await workOn(api, receipt.receipt)).toBe('done')
    const done = await receiptOf(receipt.receipt)
    expect(done).toMatchObject({ state: 'done', received: 3, accepted: 3, next: null })
    expect(done.results.map(({ index, key, result }) => [index, key, result])).toEqual([
      [0, ['A0'], 'created'],
      [1, ['A1'], 'created'],
      [2, ['A2'], 'created'],
    ])
    expect(await versionsOf(api, 'A')).toBe(6)
  })

  it('goes the large way beyond 8 MiB', async () => {
    const filler = 'x'.repeat(1800)
    const body = JSON.stringify(Array.from({ length: 4800 }, (_, i) => trade(`B${i}`, { cardNo: filler })))
    expect(Buffer.byteLength(body)).toBeGreaterThan(8 * 1024 * 1024)
    const answer = await api.push(TRADES, body)
    expect(answer.statusCode).toBe(202)
    const { receipt }: Receipt = answer.json()
    expect(await workOn(api, receipt)).toBe('done')
    expect(await receiptOf(receipt)).toMatchObject({ received: 4800, accepted: 4800 })
    expect(await versionsOf(api, 'B')).toBe(9600)
  })

  it('goes the large way with more than 5,000 records in a small body, and every one has its result, page by page', async () => {
    const answer = await api.push(TRADES, tradesJson('D', 5001))
    expect(answer.statusCode).toBe(202)
    const { receipt }: Receipt = answer.json()
    expect(await workOn(api, receipt)).toBe('done')
    const first = await receiptOf(receipt)
    expect(first).toMatchObject({ received: 5001, accepted: 4951, rejected: 50, unchanged: 0 })
    const seen: Receipt['results'] = []
    let after: string | null | undefined
    do {
      const page = await receiptOf(receipt, `?limit=777${after ? `&after=${after}` : ''}`)
      expect(page.results.length).toBeLessThanOrEqual(777)
      seen.push(...page.results)
      after = page.next
    } while (after)
    expect(seen.map(({ index }) => index)).toEqual(Array.from({ length: 5001 }, (_, i) => i))
    expect(seen.filter(({ result }) => result === 'rejected')).toHaveLength(50)
    const rejections = await api.pool.query(
      `select index from rejections where message_id = $1 order by index`,
      [receipt],
    )
    expect(rejections.rows.map(({ index }) => index)).toEqual(
      Array.from({ length: 50 }, (_, i) => 100 * i + 99),
    )
  })

  it('sent again is a new receipt in which every record is unchanged', async () => {
    const body = tradesJson('D', 5001)
    const { receipt }: Receipt = (await api.push(TRADES, body)).json()
    await workOn(api, receipt)
    expect(await receiptOf(receipt)).toMatchObject({
      received: 5001,
      accepted: 0,
      unchanged: 4951,
      rejected: 50,
    })
  })

  it('with the same Idempotency-Key is one message, whatever its state; another body under the key is refused', async () => {
    const headers = { prefer: 'respond-async', 'idempotency-key': 'large-1' }
    const first: Receipt = (await api.push(TRADES, tradesJson('E', 2), { headers })).json()
    const again = await api.push(TRADES, tradesJson('E', 2), { headers })
    expect([again.statusCode, again.json().receipt]).toEqual([202, first.receipt])
    expect((await api.push(TRADES, tradesJson('E', 3), { headers })).statusCode).toBe(422)
    await workOn(api, first.receipt)
    const later = await api.push(TRADES, tradesJson('E', 2), { headers })
    expect([later.statusCode, later.json()]).toEqual([
      200,
      expect.objectContaining({ receipt: first.receipt, state: 'done' }),
    ])
    expect(await versionsOf(api, 'E')).toBe(4)
    expect((await leftovers(api)).messages).toBe(0)
  })

  it('with an Idempotency-Key and more than 5,000 records in a small body is answered too', async () => {
    const headers = { 'idempotency-key': 'large-2' }
    const first = await api.push(TRADES, tradesJson('F', 5001), { headers })
    const again = await api.push(TRADES, tradesJson('F', 5001), { headers })
    expect([first.statusCode, again.statusCode]).toEqual([202, 202])
    expect(again.json().receipt).toBe(first.json().receipt)
    await workOn(api, first.json().receipt)
  })

  it('that is cut gives no record, and its receipt says where', async () => {
    const body = tradesJson('G', 5200).slice(0, -20)
    const answer = await api.push(TRADES, body, ASYNC)
    expect(answer.statusCode).toBe(202)
    const { receipt }: Receipt = answer.json()
    expect(await workOn(api, receipt)).toBe('refused')
    const refused = await receiptOf(receipt)
    expect(refused).toMatchObject({
      state: 'refused',
      received: 0,
      results: [],
      problem: { code: 'E_SCHEMA' },
    })
    expect(await versionsOf(api, 'G')).toBe(0)
  })

  it('keeps no record of what arrived before a newer push, and does not bring back what that made void', async () => {
    const { receipt }: Receipt = (
      await api.push(
        TRADES,
        JSON.stringify([trade('H1'), trade('H2'), trade('', { status: '2', refBillNo: 'H3' })]),
        ASYNC,
      )
    ).json()
    await api.push(TRADES, JSON.stringify([trade('H1', { netWeight: '7.0' }), trade('H2'), trade('H3')]))
    await api.push(TRADES, JSON.stringify([trade('', { billNo: 'H2v', status: '2', refBillNo: 'H2' })]))
    await workOn(api, receipt)
    const done = await receiptOf(receipt)
    expect(done.results.slice(0, 2).map(({ result }) => result)).toEqual(['unchanged', 'unchanged'])
    const { rows } = await api.pool.query(
      `select distinct on (record_id) record_id, version, status from record_versions
        where record_id like 'urn:cnft:sale:%:H_' order by record_id, version desc`,
    )
    expect(rows.map(({ status, version }) => `${status}@${version}`)).toEqual([
      'active@1',
      'void@2',
      'active@1',
    ])
  })

  it('that brings A, then B, then A again far behind has three versions, and as many when it is sent again', async () => {
    const between = Array.from({ length: 1200 }, (_, i) => trade(`I${i}`))
    const list = [
      trade('IA'),
      ...between,
      trade('IA', { netWeight: '7.0' }),
      ...between.slice(0, 600),
      trade('IA'),
    ]
    const versions = async (): Promise<number> => versionsOf(api, 'IA')
    const one: Receipt = (await api.push(TRADES, JSON.stringify(list), ASYNC)).json()
    await workOn(api, one.receipt)
    expect(await versions()).toBeGreaterThanOrEqual(3)
    const before = await versions()
    const two: Receipt = (await api.push(TRADES, JSON.stringify(list), ASYNC)).json()
    await workOn(api, two.receipt)
    expect(await receiptOf(two.receipt)).toMatchObject({ accepted: 0, unchanged: list.length })
    expect(await versions()).toBe(before)
  })

  it('waits for an earlier one of the same record', async () => {
    const one: Receipt = (await api.push(TRADES, JSON.stringify([trade('J1')]), ASYNC)).json()
    const two: Receipt = (
      await api.push(TRADES, JSON.stringify([trade('J1', { netWeight: '8.0' })]), ASYNC)
    ).json()
    expect(await workOn(api, two.receipt)).toBe('idle')
    expect(await workOn(api, one.receipt)).toBe('done')
    expect(await workOn(api, two.receipt)).toBe('done')
    expect((await receiptOf(two.receipt)).results[0]?.result).toBe('updated')
  })
})

describe('a body with a content coding', () => {
  it.each([
    ['done when answered', {}, 200],
    ['large', { prefer: 'respond-async' }, 202],
  ])('is taken without it: %s', async (name, more, status) => {
    const body = tradesJson(name === 'large' ? 'K' : 'L', 5)
    const plain = await api.push(TRADES, body)
    const answer = await api.push(TRADES, gzipSync(body), {
      headers: { 'content-encoding': 'gzip', ...more },
    })
    expect(answer.statusCode).toBe(status)
    expect(answer.json().sha256).toBe(plain.json().sha256)
    if (status === 202) await workOn(api, answer.json().receipt)
    expect(await receiptOf(answer.json().receipt)).toMatchObject({ received: 5, unchanged: 5 })
  })

  it.each([
    ['not of that coding', Buffer.from('[{}]'), {}],
    ['not of that coding and large', Buffer.from('[{}]'), { prefer: 'respond-async' }],
    ['cut', gzipSync(tradesJson('M', 50)).subarray(0, 200), {}],
    ['cut and large', gzipSync(tradesJson('M', 50)).subarray(0, 200), { prefer: 'respond-async' }],
  ])('that is %s is refused with 400, and nothing is kept', async (_, body, more) => {
    const answer = await api.push(TRADES, body, { headers: { 'content-encoding': 'gzip', ...more } })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'unreadable_message', issues: [{ code: 'E_ENCODING' }] })
    expect((await leftovers(api)).messages).toBe(0)
    expect(await versionsOf(api, 'M')).toBe(0)
  })

  it('that grows beyond all measure is refused with 413, before it takes memory or place', async () => {
    const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024, 0x20))
    const before = process.memoryUsage().rss
    const answer = await api.push(TRADES, bomb, { headers: { 'content-encoding': 'gzip' } })
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'too_large'])
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
    expect(await leftovers(api)).toMatchObject({ messages: 0 })
  })
})
