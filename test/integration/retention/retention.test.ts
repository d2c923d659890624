import { beforeAll, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { dropMonths } from '#flow/retention/drop-months.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const YEAR_MS = 366 * 86_400_000

/** The calendar of a hub that runs on for years. */
const later = (years: number): number => Date.now() + years * YEAR_MS
let receipt = ''

beforeAll(async () => {
  await ensurePartitions(api.pool, Date.now())
  const pushed = await api.push(TRADES, JSON.stringify([trade('R1')]), {
    headers: { 'idempotency-key': 'once' },
  })
  receipt = pushed.json().receipt
  await sealBatch(api.pool)
})

it('rules below what the law wants are refused, and what is set is shown with what is there', async () => {
  const patch = (body: object) => api.call('PATCH', '/v1/retention', { body })
  for (const body of [
    { messages: 5 },
    { deliveries: 35 },
    { audit: 35 },
    { messages: '6' },
    { records: 6 },
    {},
  ])
    expect((await patch(body)).statusCode, JSON.stringify(body)).toBe(400)
  expect((await patch({ messages: 12 })).json()).toEqual({ messages: 12, deliveries: 36, audit: 36 })
  const { rules, months } = (await api.call('GET', '/v1/retention')).json()
  expect(rules.messages).toBe(12)
  expect(new Set(months.map(({ table }: { table: string }) => table))).toEqual(
    new Set(['messages', 'message_parts', 'message_results', 'deliveries', 'audit_log']),
  )
  expect(months.every(({ due }: { due: boolean }) => !due)).toBe(true)
})

it('while an authority holds a time nothing of it is dropped, however old it is; who may not administer can neither hold nor end', async () => {
  const reader = await api.key('read')
  const body = { from: '2020-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z', reason: 'case 7' }
  expect((await api.call('POST', '/v1/retention/holds', { body, key: reader })).statusCode).toBe(403)
  expect(
    (await api.call('POST', '/v1/retention/holds', { body: { ...body, until: body.from } })).json().issues[0]
      .path,
  ).toBe('/until')
  const { id } = (await api.call('POST', '/v1/retention/holds', { body })).json()
  expect(await dropMonths(api.pool, later(20))).toEqual([])
  expect((await api.call('GET', `/v1/receipts/${receipt}`)).statusCode).toBe(200)
  expect((await api.call('DELETE', `/v1/retention/holds/${id}`)).statusCode).toBe(204)
  expect((await api.call('DELETE', `/v1/retention/holds/${id}`)).statusCode).toBe(404)
  expect((await api.call('GET', '/v1/retention/holds')).json().holds).toMatchObject([
    { id, endedBy: 'administrator' },
  ])
})

it('what is old is dropped month by month: receipts go, records stay, the log says from when on is kept and is whole', async () => {
  expect(await dropMonths(api.pool, Date.now())).toEqual([])
  const dropped = await dropMonths(api.pool, later(2))
  expect(new Set(dropped.map(({ table }) => table))).toEqual(
    new Set(['messages', 'message_parts', 'message_results']),
  )
  expect((await api.call('GET', `/v1/receipts/${receipt}`)).statusCode).toBe(404)
  const { records } = (await api.call('GET', '/v1/records?kind=sale')).json()
  expect(records).toHaveLength(1)
  await sealBatch(api.pool)
  const verified = await verifyLog(api.pool)
  expect(verified.findings).toEqual([])
  expect(verified.dropped.map(({ table }) => table)).toContain('messages')
  // The memory of keys went with the receipts, so a sender that comes back after years is served.
  await ensurePartitions(api.pool, Date.now())
  const again = await api.push(TRADES, JSON.stringify([trade('R1')]), {
    headers: { 'idempotency-key': 'once' },
  })
  expect(again.json()).toMatchObject({ unchanged: 1 })
})
