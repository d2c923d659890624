import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { LINKS_AT_ONCE } from '#flow/trace/link-groups.ts'
import { traceLot } from '#flow/trace/trace-lot.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const follower = logFollower('matching', 500, [matchingReader])

const common = {
  occurredAt: { at: '2024-04-15T08:00:00+08:00', precision: 'minute' },
  sites: [
    { role: 'market', name: '示例市场', ids: [] },
    { role: 'stall', name: 'A1', ids: [] },
  ],
  product: { name: '番茄', class: 'vegetable' },
} satisfies Partial<Body>
const ENTRIES = 1500
const TICKETS = 500
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n)
const entryCode = (n: number): string => `E${10_000 + n}`
const lot = (value: string) => [{ role: 'subject' as const, scheme: 'cn.mofcom.batch16', value }]
const entry = (n: number): Written => ({
  kind: 'entry',
  system: 'one',
  key: `entry-${n}`,
  body: { ...common, lots: lot(entryCode(n)) },
})
const ticket = (n: number): Written => ({
  kind: 'sale',
  system: 'one',
  key: `ticket-${n}`,
  body: { ...common, saleKind: 'retail', lots: lot('SOLD') },
})
/** The same at another stall, of another lot. */
const moved = (one: Written, stall: string, code: string): Written => ({
  ...one,
  key: `${stall}-${one.key}`,
  body: {
    ...one.body,
    sites: [...common.sites.slice(0, 1), { role: 'stall', name: stall, ids: [] }],
    lots: lot(code),
  },
})

const upstream = { direction: 'back', systems: [] } as const

test('a code that was sold 500 times at a stall with 1,500 entries is traced, page after page, each in a few pieces that take no long time', async () => {
  await storeRecords(pool, [...numbers(ENTRIES).map(entry), ...numbers(TICKETS).map(ticket)])
  while ((await follower.step(pool)) === 'more');
  const first = await traceLot(pool, { ...upstream, code: 'lot:SOLD', limit: 12 })
  const second = await traceLot(pool, {
    ...upstream,
    code: 'lot:SOLD',
    limit: 12,
    after: first.next as string,
  })
  expect([...first.nodes, ...second.nodes].map(({ code }) => code)).toEqual([
    'lot:SOLD',
    ...numbers(23).map((n) => `lot:${entryCode(n)}`),
  ])
  for (const { edges } of [first, second])
    expect(edges.every(({ rule, confidence }) => rule === 'stall' && confidence === 0.8)).toBe(true)
  // Each entry meets each ticket, once.
  expect([first.edges.length, second.edges.length]).toEqual([11 * TICKETS, 12 * TICKETS])
  expect(
    new Set([...first.edges, ...second.edges].map((edge) => `${edge.from} ${edge.record} ${edge.with}`)).size,
  ).toBe(23 * TICKETS)
})

test('goods that a stall took in 1,500 times under one code are traced from what it sold 500 times', async () => {
  await storeRecords(pool, [
    ...numbers(ENTRIES).map((n) => moved(entry(n), 'B2', 'SAME')),
    ...numbers(TICKETS).map((n) => moved(ticket(n), 'B2', 'SOLD-TOO')),
  ])
  while ((await follower.step(pool)) === 'more');
  const { nodes, edges } = await traceLot(pool, { ...upstream, code: 'lot:SOLD-TOO' })
  expect(nodes.map(({ code }) => code)).toEqual(['lot:SOLD-TOO', 'lot:SAME'])
  expect(edges).toHaveLength(LINKS_AT_ONCE)
})
