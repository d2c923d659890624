import { afterEach, beforeEach, expect, test } from 'vitest'
import { messageId } from '#flow/intake/message-id.ts'
import { createBackfill } from '#store/backfills.ts'
import { inTransaction } from '#store/database.ts'
import { patchLink } from '#store/links.ts'
import { resendVersions } from '#store/resend.ts'
import { withApi } from '#test/api.ts'
import { allOk, type Receiver, startReceiver } from './receiver.ts'
import { deliveryAt, linkTo, someRows, store } from './setting.ts'

const api = withApi()
let receiver: Receiver

beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
  await api.pool.query('delete from links')
})

/** The histogram of a lane as Prometheus reads it: changes within each bound, all of them, and their seconds together. */
async function timesOf(link: string, lane = 'live') {
  const { body } = await api.call('GET', '/metrics')
  const of = `link="${link}",lane="${lane}"`
  const value = (name: string, more = ''): number | null => {
    const line = body
      .split('\n')
      .find((one) => one.startsWith(`hub_link_delivery_seconds${name}{${of}${more}} `))
    return line === undefined ? null : Number(line.split(' ')[1])
  }
  return {
    within: (bound: string) => value('_bucket', `,le="${bound}"`),
    count: value('_count'),
    seconds: value('_sum') ?? 0,
  }
}

/** Changes that came so many seconds before `atMs`, over a link that was there already. */
async function aged(link: string, atMs: number, ...seconds: number[]) {
  await api.pool.query("update links set created_at = now() - interval '10 days' where id = $1", [link])
  await store(
    api.pool,
    seconds.flatMap((ago) => someRows(1, { receivedAtMs: atMs - ago * 1000 })),
  )
}

test('a scrape tells how long changes took as one histogram of a link and lane: buckets that hold those below, sum and count', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  const { id } = await linkTo(api.pool, receiver)
  expect((await timesOf(id)).count).toBeNull()
  await aged(id, clock.time, 0.05, 0.2, 2, 3600)
  await delivery.deliverLink(id)
  const { within, count, seconds } = await timesOf(id)
  expect(['0.1', '0.3', '1', '3', '1800', '7200', '+Inf'].map(within)).toEqual([1, 2, 2, 3, 3, 4, 4])
  expect(count).toBe(4)
  expect(seconds).toBeCloseTo(3602.25)
  const { body } = await api.call('GET', '/metrics')
  expect(body.match(/^# TYPE hub_link_delivery_seconds histogram$/gm)).toHaveLength(1)
})

test('a change that was put off is counted when it is taken, with all the time that it waited', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  const { id } = await linkTo(api.pool, receiver)
  await aged(id, clock.time, 1)
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
  await delivery.deliverLink(id)
  expect((await timesOf(id)).within('+Inf') ?? 0).toBe(0)
  receiver.answer = allOk
  clock.time += 100_000
  await delivery.deliverLink(id)
  const { within, seconds } = await timesOf(id)
  expect([within('60'), within('300')]).toEqual([0, 1])
  expect(seconds).toBeCloseTo(101)
})

test('what came before the link was made is owed since then', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  await store(api.pool, someRows(1, { receivedAtMs: clock.time - 86_400_000 }))
  const { id } = await linkTo(api.pool, receiver, { cursor: 0n, filter: { kinds: ['sale'] } })
  await delivery.deliverLink(id)
  expect((await timesOf(id)).seconds).toBeLessThan(60)
})

test('what is sent of the past, or again because somebody asked, says nothing of how quick a link is', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  const { id } = await linkTo(api.pool, receiver)
  await aged(id, clock.time, 5)
  await delivery.deliverLink(id)
  const before = await timesOf(id)
  expect(before.count).toBe(1)
  const recordId = receiver.taken[0]?.id ?? ''
  clock.time += 3_600_000
  await inTransaction(api.pool, (client) => resendVersions(client, id, [{ recordId, version: 1 }]))
  await delivery.deliverLink(id)
  await createBackfill(api.pool, id, { records: [recordId] })
  await delivery.deliverLink(id)
  // One that the receiver put off in the meantime neither.
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
  await createBackfill(api.pool, id, { records: [recordId] })
  await delivery.deliverLink(id)
  receiver.answer = allOk
  clock.time += 60_000
  await delivery.deliverLink(id)
  expect(receiver.taken).toHaveLength(4)
  expect(await timesOf(id)).toMatchObject({ count: 1, seconds: before.seconds })
})

test('what a replay made, which lets others go first, says nothing of how quick a link is', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  const { id } = await linkTo(api.pool, receiver)
  await api.pool.query("update links set created_at = now() - interval '400 days' where id = $1", [id])
  const replay = messageId(clock.time - 40_000)
  await store(api.pool, someRows(1, { receivedAtMs: clock.time - 300 * 86_400_000, replay }))
  await delivery.deliverLink(id)
  // One that the receiver put off in the meantime neither.
  receiver.answer = ({ changes }) => changes.map(({ event }) => ({ event, verdict: 'retry' }))
  await store(api.pool, someRows(1, { receivedAtMs: clock.time - 300 * 86_400_000, replay }))
  await delivery.deliverLink(id)
  receiver.answer = allOk
  clock.time += 60_000
  await delivery.deliverLink(id)
  expect(receiver.taken).toHaveLength(2)
  expect((await timesOf(id)).count).toBe(0)
})

test('a hold counts for the recall lane, and a paused link keeps what it has', async () => {
  const { delivery, clock } = deliveryAt(api.pool)
  const { id } = await linkTo(api.pool, receiver)
  await api.pool.query("update links set created_at = now() - interval '10 days' where id = $1", [id])
  await store(api.pool, someRows(1, { kind: 'hold', receivedAtMs: clock.time - 7000 }))
  await delivery.deliverLink(id, { lane: 'recall' })
  await patchLink(api.pool, id, { state: 'paused' })
  const { within, seconds } = await timesOf(id, 'recall')
  expect([within('3'), within('10')]).toEqual([0, 1])
  expect(seconds).toBeCloseTo(7)
})
