import { expect, test } from 'vitest'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { findingSchedules } from '#flow/findings/schedules.ts'
import { sweepPapers } from '#flow/findings/sweep-papers.ts'
import { withFindings } from './setting.ts'

const { api, send, judge } = withFindings()

const record = (kind: string, key: string, more: object): object => ({
  ...{ kind, system: 'jiaxing-wholesale', key: [key], quantity: { value: '10', unit: 'KGM' } },
  occurredAt: { at: '2024-04-14T05:00:00+08:00', precision: 'second' },
  region: { code: '330402', year: 2024 },
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330402160' }] }],
  product: { name: '带皮片猪', class: 'pork' },
  ...more,
})
/** A paper that was used a day before its issue. */
const early = (number: string): object[] => [
  record('document', `paper ${number}`, {
    occurredAt: { at: '2024-04-15T02:00:00+08:00', precision: 'second' },
    parties: [{ role: 'issuer', name: '龙游示例屠宰场', ids: [] }],
    documents: [{ role: 'self', type: 'product_B', number }],
    quantity: { value: '1000', unit: 'KGM' },
  }),
  record('entry', `entry ${number}`, { documents: [{ role: 'upstream', type: 'product_B', number }] }),
]
/** As a hub is that stored this before the kind of finding was there. */
const forget = async () => {
  await judge()
  await api.pool.query(
    `begin; set local hub.rewriting = on; delete from record_versions where kind = 'finding'; delete from findings; commit`,
  )
}
const waiting = async (): Promise<string[]> =>
  (await api.pool.query('select subject from finding_checks order by 1')).rows.map(({ subject }) => subject)
const found = async (): Promise<string[]> =>
  (await api.call('GET', '/v1/findings?kind=paper_before_issue&limit=100'))
    .json()
    .findings.map(({ subject }: { subject: string }) => subject)
    .sort()
const NUMBERS = Array.from({ length: 7 }, (_, n) => `EARLY-${n}`)
const SUBJECTS = NUMBERS.map((number) => `doc:${number}`)

test('papers that are stored are looked at once when the kinds of findings change, in pieces, going on where they stopped, and no paper that nobody used', async () => {
  await send(
    ...NUMBERS.flatMap(early),
    record('document', 'unused', { documents: [{ role: 'self', type: 'product_B', number: 'UNUSED' }] }),
    record('sale', 'ticket', { documents: [{ role: 'voucher', type: 'sales_voucher', number: 'TICKET-1' }] }),
    ...Array.from({ length: 5 }, (_, n) =>
      record('sale', `person ${n}`, {
        documents: [{ role: 'upstream', type: 'product_B', number: `1380000000${n}` }],
      }),
    ),
  )
  await forget()
  expect(await waiting()).toEqual([])
  const pieces: string[][] = []
  while ((await sweepPapers(api.pool, Date.now(), { kinds: ['a', 'b'], atOnce: 3 })) > 0) {
    pieces.push(await waiting())
    const { rows } = await api.pool.query('select after from finding_sweeps')
    expect(rows[0].after).not.toContain('138000')
    await api.pool.query('delete from finding_checks')
  }
  expect(pieces.flat()).toEqual(SUBJECTS)
  expect(pieces.length).toBeGreaterThan(2)
  expect(Math.max(...pieces.map((one) => one.length))).toBeLessThan(4)
  // Once.
  expect(await sweepPapers(api.pool, Date.now(), { kinds: ['b', 'a'], atOnce: 3 })).toBe(0)
  // A further kind that comes in the midst of it begins anew.
  expect(await sweepPapers(api.pool, Date.now(), { kinds: ['a', 'b', 'c'], atOnce: 3 })).toBeGreaterThan(0)
  await api.pool.query('delete from finding_checks')
  while ((await sweepPapers(api.pool, Date.now(), { kinds: ['a', 'b', 'c', 'd'], atOnce: 3 })) > 0);
  expect(await waiting()).toEqual(SUBJECTS)
  await api.pool.query('delete from finding_checks')
})

test('the schedule judges what waits before it looks further, and finds what was stored before the kind was there', async () => {
  await api.pool.query('delete from finding_sweeps')
  expect(await found()).toEqual([])
  const parts = { pool: api.pool, intake: api.intake, isBusy: () => false }
  const [judging] = findingSchedules(parts)
  const run = async () => {
    while ((await judging?.run(new AbortController().signal)) !== null);
    await judge()
  }
  await run()
  expect(await found()).toEqual(SUBJECTS)
  expect(await waiting()).toEqual([])
  await forget()
  await run()
  expect(await found()).toEqual([])
})

test('it waits where the table of papers is far behind the log, for it does not know them all', async () => {
  await api.pool.query('delete from finding_sweeps')
  const { rows } = await api.pool.query(
    `update followers set position = 0 where name = 'papers' returning name`,
  )
  expect(rows).toHaveLength(1)
  expect(await sweepPapers(api.pool, Date.now(), { behindMost: 3n })).toBe(0)
  await judge()
  expect(await sweepPapers(api.pool, Date.now(), { behindMost: 3n })).toBeGreaterThan(0)
  await judgeDue({ pool: api.pool, intake: api.intake }, Date.now())
})
