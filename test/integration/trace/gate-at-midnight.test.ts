import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPapers } from '#flow/documents/check-papers.ts'
import { papersReader } from '#flow/documents/follow-papers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { createPool } from '#store/database.ts'
import { withDatabase } from '#test/database.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const database = withDatabase()
let pool: Pool
beforeAll(() => {
  pool = createPool({ url: database.url, max: 4 })
})
afterAll(() => pool.end())

const SITE = '330402160'
let run = 0
const told = (kind: Written['kind'], kilograms: number, at: string, body: Written['body']): Written => ({
  ...{ kind, system: 'city', key: `k${run++}` },
  body: {
    occurredAt: { at: `${at}+08:00`, precision: 'second' },
    product: { name: '番茄', class: 'vegetable' },
    quantity: { value: String(kilograms), unit: 'KGM' },
    ...body,
  },
})
const paper = (number: string) =>
  told('document', 1000, '2024-04-14T02:00:00', {
    documents: [{ role: 'self', type: 'promise_cert', number }],
  })
const came = (number: string, at: string, more: Partial<Written['body']> = {}) =>
  told('entry', 1000, at, {
    sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: SITE }] }],
    documents: [{ role: 'upstream', type: 'promise_cert', number }],
    ...more,
  })

const follower = logFollower('papers', 200, [papersReader])
/** What a gate says of the load at a time of the clock, or of a day that it names, before and after the follower knows of what was told. */
async function saidAt(number: string, at: string, on?: string): Promise<string[] | undefined> {
  const ask = async () => {
    const asked = { number, quantity: '1000', unit: '公斤', site: SITE, ...(on ? { on } : {}) }
    const { papers } = await checkPapers(pool, [asked], Date.parse(`${at}+08:00`))
    return papers[0]?.reasons.flatMap(({ code }) => (code === 'fields_missing' ? [] : code))
  }
  const before = await ask()
  while ((await follower.step(pool)) === 'more');
  expect(await ask()).toEqual(before)
  return before
}

test('a load that its market registered just before midnight may be the one that stands at the gate just after it', async () => {
  await storeRecords(pool, [paper('M1'), came('M1', '2024-04-15T23:55:00')])
  expect(await saidAt('M1', '2024-04-16T00:10:00')).toEqual(['entered_here'])
  expect(await saidAt('M1', '2024-04-15T23:58:00')).toEqual(['entered_here'])
})

test('a load of hours before midnight, or of a day without a time, is none that comes after it, nor is one for another day', async () => {
  await storeRecords(pool, [
    ...[paper('M2'), came('M2', '2024-04-15T22:00:00')],
    ...[paper('M3'), came('M3', '2024-04-15T23:55:00')],
    ...[
      paper('M4'),
      came('M4', '2024-04-15T00:00:00', {
        occurredAt: { at: '2024-04-15T00:00:00+08:00', precision: 'day' },
      }),
    ],
  ])
  expect(await saidAt('M2', '2024-04-16T00:10:00')).toEqual(['used_up'])
  expect(await saidAt('M3', '2024-04-16T00:31:00')).toEqual(['used_up'])
  expect(await saidAt('M3', '2024-04-17T00:10:00', '2024-04-16')).toEqual(['used_up'])
  expect(await saidAt('M3', '2024-04-16T00:10:00', '2024-04-16')).toEqual(['entered_here'])
  expect(await saidAt('M4', '2024-04-16T00:10:00')).toEqual(['used_up'])
})

test('what two systems tell of one load on both sides of midnight is used once, and what one system tells on both sides is two loads', async () => {
  const by = (system: string, one: Written): Written => ({ ...one, system })
  await storeRecords(pool, [
    ...[paper('M5'), came('M5', '2024-04-15T23:55:00'), by('county', came('M5', '2024-04-16T00:10:00'))],
    ...[paper('M6'), came('M6', '2024-04-15T23:55:00'), came('M6', '2024-04-16T00:10:00')],
  ])
  const used = async (number: string) => {
    const { papers } = await checkPapers(pool, [{ number, on: '2024-04-17' }], 0)
    return papers[0]?.used
  }
  expect(await used('M5')).toEqual([{ value: '1000', unit: 'KGM' }])
  expect(await used('M6')).toEqual([{ value: '2000', unit: 'KGM' }])
})
