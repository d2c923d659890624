import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { csvText } from '#core/mapping/backward/formats.ts'
import { noticeSheet } from '#core/recall/notice-sheet.ts'
import { watchOnce } from '#flow/alerts/watch.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { noticesReader } from '#flow/recall/follow-notices.ts'
import { readOpenAlerts } from '#store/alerts.ts'
import { createPool, inTransaction } from '#store/database.ts'
import type { VersionRow } from '#store/intake.ts'
import { listNotices } from '#store/recall-evidence.ts'
import { acknowledge } from '#store/recall-notices.ts'
import { escalate } from '#store/recall-urging.ts'
import { withDatabase } from '#test/database.ts'
import { allOk, type Receiver, startReceiver } from '../delivery/receiver.ts'
import { deliveryAt, linkTo, someRows, store } from '../delivery/setting.ts'

const database = withDatabase()
let pool: Pool
let receiver: Receiver
const follower = logFollower('notices', 500, [noticesReader])

beforeAll(async () => {
  pool = createPool({ url: database.url })
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await pool.end()
})

const HOUR_MS = 3_600_000
const follow = async () => {
  for (let end = 'more'; end === 'more'; ) end = await follower.step(pool)
}
const noticesOf = (hold: string, nowMs = Date.now()) => listNotices(pool, { of: hold, limit: 100, nowMs })
const sites = [
  { role: 'market', name: '大关湾示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
  { role: 'stall', name: 'B-045', ids: [] },
]
const bodied = (row: VersionRow, more: object): VersionRow => ({
  ...row,
  body: Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(row.body).toString()), ...more })),
})
/** A hold as a case writes it, stored as intake does. */
async function order(holdKind = 'stop_sale') {
  const [row] = someRows(1, { kind: 'hold', receivedAtMs: Date.now() })
  if (!row) throw new Error('no row')
  const hold = bodied(row, { holdKind, sites })
  await store(pool, [hold])
  return hold
}

test('a link is delivered what it is told of, and acknowledges by its answer; a place is told by a person; the first answer stays', async () => {
  const link = await linkTo(pool, receiver, { filter: { kinds: ['hold'] } })
  const other = await linkTo(pool, receiver, { filter: { kinds: ['sale'] } })
  receiver.answer = (batch) =>
    batch.changes.map(({ event }) => ({
      event,
      verdict: 'ok',
      acknowledged: { action: 'stopped_sale', found: '46.85', sold: 'much' },
    }))
  const hold = await order()
  const id = hold.id
  await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
  await follow()
  const told = await noticesOf(id)
  expect(told.map((one) => one.receiver)).toEqual([
    `link:${link.id}`,
    'place:330105012',
    'place:330105012#B-045',
  ])
  expect(told.some((one) => one.link === other.id)).toBe(false)
  const [first] = told
  expect(first).toMatchObject({ how: 'delivery', late: false, order: 'stop_sale', level: 0 })
  expect(first?.events.map(({ event }) => event)).toEqual(['delivered', 'acknowledged'])
  expect(first?.events[1]).toMatchObject({ action: 'stopped_sale', found: '46.85', sold: null })
  expect(first?.attempts.map(({ delivery }) => delivery)).toEqual([first?.delivery])
  const by = { recordId: id, receiver: 'place:330105012', by: 'administrator', how: 'person' as const }
  const say = (atMs: number, more: object) =>
    inTransaction(pool, (client) => acknowledge(client, { ...by, action: 'withdrawn', atMs, ...more }))
  const at = Date.now()
  expect(await say(at, { note: '=1+1' })).toBe('stored')
  expect(await say(at + HOUR_MS, { found: '40', disposed: '40' })).toBe('stored')
  const [, place] = await noticesOf(id)
  expect(place).toMatchObject({ acknowledgedAt: new Date(at).toISOString(), how: 'person' })
  expect(place?.events.map(({ event, disposed }) => [event, disposed])).toEqual([
    ['acknowledged', null],
    ['reported', '40'],
  ])
  expect(
    await inTransaction(pool, (client) =>
      acknowledge(client, { ...by, receiver: 'place:elsewhere', action: 'other', atMs: at }),
    ),
  ).toBe('not_told')
  // Neither the follower nor a second sending changes what happened.
  await follow()
  expect(await noticesOf(id)).toHaveLength(3)
  await pool.query('delete from links')
  const { columns, rows } = noticeSheet(
    (await noticesOf(id)).map((one) => ({ ...one, name: `=${one.name}` })),
    'en',
  )
  for (const row of rows) expect(row).toHaveLength(columns.length)
  expect(csvText([columns, ...rows])).not.toMatch(/,=/)
})

test('what is not acknowledged in time is raised, told again at each level, and kept as late when it comes; a newer order ends it', async () => {
  receiver.answer = allOk
  const link = await linkTo(pool, receiver, { filter: { kinds: ['hold'] } })
  const hold = await order('recall')
  await follow()
  await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
  const now = Date.now()
  const levels = async (nowMs: number) => {
    await escalate(pool, nowMs)
    await watchOnce({ pool, registry: { systems: new Map() } }, nowMs)
    const alerts = (await readOpenAlerts(pool)).filter(({ topic }) => topic === 'recall_unacknowledged')
    return alerts.map(({ subject, facts }) => [
      subject.startsWith(hold.id),
      facts['level'],
      facts['receivers'],
    ])
  }
  expect((await levels(now)).filter(([isThis]) => isThis)).toEqual([])
  expect(await levels(now + 1.1 * HOUR_MS)).toContainEqual([true, 1, 3])
  expect(await levels(now + 1.2 * HOUR_MS)).toContainEqual([true, 1, 3])
  expect(await levels(now + 2.1 * HOUR_MS)).toContainEqual([true, 2, 3])
  await inTransaction(pool, (client) =>
    acknowledge(client, {
      recordId: hold.id,
      receiver: `link:${link.id}`,
      by: 'key',
      how: 'call',
      action: 'withdrawn',
      atMs: now + 3 * HOUR_MS,
    }),
  )
  const [late] = await noticesOf(hold.id, now + 4 * HOUR_MS)
  expect(late).toMatchObject({ late: true, level: 2, deliveredAt: expect.any(String) })
  expect(late?.events.map(({ event, level }) => [event, level])).toEqual([
    ['delivered', null],
    ['escalated', 1],
    ['escalated', 2],
    ['acknowledged', null],
  ])
  await store(pool, [{ ...bodied(hold, { holdKind: 'release' }), version: 2 }])
  await follow()
  expect((await levels(now + 9 * HOUR_MS)).filter(([isThis]) => isThis)).toEqual([])
  expect((await noticesOf(hold.id)).filter(({ version }) => version === 2)).toHaveLength(3)
})

test('a stall that a newer version of a hold names no more is told that it is released, and urged no more', async () => {
  const hold = await order()
  await follow()
  const market = sites.slice(0, 1)
  await store(pool, [{ ...bodied(hold, { holdKind: 'stop_sale', sites: market }), version: 2 }])
  await store(pool, [{ ...bodied(hold, { holdKind: 'recall', sites: market }), version: 3 }])
  await follow()
  const places = async () =>
    (await noticesOf(hold.id, Date.now()))
      .filter(({ receiver: told }) => told.startsWith('place:'))
      .map(({ version, receiver: told, order: kind }) => `${version} ${told} ${kind}`)
      .sort()
  expect(await places()).toEqual([
    '1 place:330105012 stop_sale',
    '1 place:330105012#B-045 stop_sale',
    '2 place:330105012 stop_sale',
    '2 place:330105012#B-045 release',
    '3 place:330105012 recall',
  ])
  const late = Date.now() + 9 * HOUR_MS
  await escalate(pool, late)
  const urged = (await noticesOf(hold.id, late)).filter(({ level }) => level > 0)
  expect(
    urged.map(({ receiver: told, version }) => [told.split('#')[1] ?? 'market', version]),
  ).not.toContainEqual(['B-045', 1])
})

test('what happened cannot be changed or deleted', async () => {
  for (const statement of [
    'delete from recall_notices',
    'delete from recall_notice_events',
    "update recall_notice_events set at = now(), note = 'x'",
    'update recall_notices set delivered_at = now() where delivered_at is not null',
    "update recall_notices set due_at = due_at + interval '1 hour'",
    'update recall_notices set level = level - 1',
  ])
    await expect(pool.query(statement)).rejects.toThrow(/never changed/)
})

test('a version that no longer fits the filter of a link is a release to it, told before or by its delivery', async () => {
  const filter = { kinds: ['hold'], regions: ['330401'] }
  for (const isToldFirst of [true, false]) {
    const link = await linkTo(pool, receiver, { filter })
    const hold = await order()
    await follow()
    await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
    await store(pool, [{ ...hold, version: 2, region: '110101' }])
    if (isToldFirst) await follow()
    await deliveryAt(pool).delivery.deliverLink(link.id, { lane: 'recall' })
    await follow()
    const mine = (await noticesOf(hold.id)).filter(({ receiver: who }) => who === `link:${link.id}`)
    expect(mine.map(({ version, order: ordered }) => [version, ordered]).sort()).toEqual([
      [1, 'stop_sale'],
      [2, 'release'],
    ])
    await pool.query('delete from links where id = $1', [link.id])
  }
})
