import { setTimeout as pause } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { versionsOf, workOn } from './setting.ts'

const api = withApi()
const SOON = { timeout: 45_000, interval: 20 }
/** More than one transaction takes. */
const FAR = 300

const take = async (trades: readonly unknown[]): Promise<string> =>
  (await api.push(TRADES, JSON.stringify(trades), { headers: { prefer: 'respond-async' } })).json().receipt
const receiptOf = async (id: string) => (await api.call('GET', `/v1/receipts/${id}`)).json()

/** Holds up every transaction that writes versions, until it is let go. */
async function holdWriters(): Promise<PoolClient> {
  const client = await api.pool.connect()
  await client.query('begin')
  await client.query('select lock_positions()')
  onTestFinished(async () => {
    await client.query('rollback')
    client.release()
  })
  return client
}

/** Server processes that wait for the writer in front of them. */
async function heldUp(): Promise<number[]> {
  const { rows } = await api.pool.query(
    `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.map(({ pid }) => pid)
}

it('a key that stands twice in a large message with other content is told where it comes again, in whichever transactions', async () => {
  const amount = (key: string, value: string) => trade(key, { amount: value })
  const others = Array.from({ length: FAR }, (_, i) => trade(`apart${i}`))
  const id = await take([
    amount('near', '1.00'),
    amount('near', '2.00'),
    amount('far', '1.00'),
    ...others,
    amount('far', '2.00'),
  ])
  expect(await workOn(api, id)).toBe('done')
  const { results: first } = await receiptOf(id)
  expect(first[1]).toMatchObject({
    result: 'updated',
    issues: [{ code: 'W_KEY_TWICE', path: '/1', reason: expect.stringMatching(/index 0 .* version 1,/) }],
  })
  const last = FAR + 3
  const issues = []
  for (let page = await receiptOf(id); page; ) {
    for (const { index, issues: own = [] } of page.results) issues.push(...own.map(() => index))
    page =
      page.next && (await api.call('GET', `/v1/receipts/${id}?after=${encodeURIComponent(page.next)}`)).json()
  }
  expect(issues).toEqual([1, last])
})

it('a record that comes again in the next transaction of its message is compared with what the one before made of it', async () => {
  const amount = (value: string) => trade('again', { netWeight: '100.0', amount: value })
  await api.push(TRADES, JSON.stringify([amount('480.00')]))
  const others = Array.from({ length: FAR }, (_, i) => trade(`between${i}`))
  const id = await take([amount('481.00'), ...others, amount('480.00')])
  const held = await holdWriters()
  const work = workOn(api, id)
  await expect.poll(heldUp, SOON).toHaveLength(1)
  // Time for the next transaction to read what is known, if it would not wait.
  await pause(700)
  await held.query('rollback')
  expect(await work).toBe('done')
  expect(await receiptOf(id)).toMatchObject({ received: FAR + 2, rejected: 0, unchanged: 0 })
  const { rows } = await api.pool.query(
    `select version, body::json->'amount'->>'value' as amount from record_versions
      where record_id like '%:again' and kind = 'sale' order by version`,
  )
  expect(rows).toEqual([
    { version: 1, amount: '480' },
    { version: 2, amount: '481' },
    { version: 3, amount: '480' },
  ])
})

it('where a transaction of a message fails, nothing behind it is written, and the next attempt begins with it', async () => {
  const id = await take(Array.from({ length: 4 * FAR }, (_, i) => trade(`broken${i}`)))
  const held = await holdWriters()
  const work = workOn(api, id)
  await expect.poll(heldUp, SOON).toHaveLength(1)
  await api.pool.query('select pg_terminate_backend($1)', [(await heldUp())[0]])
  expect(await work).toBe('later')
  expect(await receiptOf(id)).toMatchObject({ received: 0, progress: { records: 0 } })
  expect(await versionsOf(api, 'broken')).toBe(0)
  await held.query('rollback')
  await api.pool.query('update large_messages set next_at = null')
  expect(await workOn(api, id)).toBe('done')
  expect(await receiptOf(id)).toMatchObject({ received: 4 * FAR, accepted: 4 * FAR, unchanged: 0 })
  expect(await versionsOf(api, 'broken')).toBe(2 * 4 * FAR)
})

it('a message whose records all come once is written whole while others write', async () => {
  const id = await take(Array.from({ length: 4 * FAR }, (_, i) => trade(`whole${i}`)))
  const [end] = await Promise.all([
    workOn(api, id),
    ...Array.from({ length: 20 }, (_, i) => api.push(TRADES, JSON.stringify([trade(`whole-beside${i}`)]))),
  ])
  expect(end).toBe('done')
  expect(await receiptOf(id)).toMatchObject({ received: 4 * FAR, accepted: 4 * FAR, unchanged: 0 })
  expect(await versionsOf(api, 'whole')).toBe(2 * (4 * FAR + 20))
})
