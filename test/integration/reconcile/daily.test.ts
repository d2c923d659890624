import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createReconciliation } from '#flow/reconcile/create-reconciliation.ts'
import { dailyReports, noteDailyReports } from '#flow/reconcile/daily.ts'
import { runReconciliation } from '#flow/reconcile/run.ts'
import { createSchedules } from '#flow/schedule/create-schedules.ts'
import { type JobBackend, openJobBackend } from '#jobs/backend.ts'
import { createQueues } from '#jobs/queues.ts'
import { startWorkers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { createLink, type Link } from '#store/links.ts'
import { listFindings } from '#store/reconciliation-findings.ts'
import { readDifferingLinks } from '#store/reconciliation-reports.ts'
import { listReconciliations, readReconciliation } from '#store/reconciliations.ts'
import { createSystem } from '#store/systems.ts'
import { withDatabase } from '#test/database.ts'
import { rewrite } from '#test/rewrite.ts'
import { deliveryAt } from '../delivery/setting.ts'
import { type CountingReceiver, startCountingReceiver } from './counting-receiver.ts'
import { reconcile, saleRow, storeAndFollow } from './setting.ts'

const database = withDatabase()
let pool: Pool
let receiver: CountingReceiver
let link: Link

beforeAll(async () => {
  pool = createPool({ url: database.url })
  await createSystem(pool, { id: 'jiaxing-wholesale', title: { zh: '嘉兴', en: 'Jiaxing' } })
})
afterAll(() => pool.end())
beforeEach(async () => {
  await rewrite(
    pool,
    'truncate record_versions, record_buckets, links, reconciliations, schedules cascade; update followers set position = 0',
  )
  receiver = await startCountingReceiver()
  const made = await createLink(pool, { name: 'city', url: receiver.url, allowAddress: [receiver.allow] })
  receiver.secret = made.secret ?? ''
  link = made.link
  await pool.query(`update links set created_at = '2024-04-01'`)
})
afterEach(() => receiver.close())

const at = (text: string): number => Date.parse(`${text}+08:00`)
const reports = async () =>
  (await listReconciliations(pool, { sight: null, daily: true, limit: 99 }))
    .map(({ daily, linkId, outcome }) => `${daily} ${linkId ? 'link' : 'system'} ${outcome}`)
    .sort()
const id = (key: string): string => `urn:cnft:sale:jiaxing-wholesale:trade:${key}`
const deliver = async (): Promise<void> => {
  const { delivery } = deliveryAt(pool)
  while (!(await delivery.deliverLink(link.id)).done);
}
it('a day that is over is reported once for each link and system, and days that were left out are made up', async () => {
  await storeAndFollow(pool, [saleRow('A'), saleRow('B', { at: '2024-04-13T10:00:00+08:00' })])
  await deliver()
  // An hour after midnight the day may still come in; the day before is due.
  await noteDailyReports(pool, at('2024-04-16T01:00:00'))
  expect((await reports()).filter((one) => one.startsWith('2024-04-15'))).toEqual([])
  const noted = await noteDailyReports(pool, at('2024-04-16T02:00:00'))
  expect(await noteDailyReports(pool, at('2024-04-16T23:00:00'))).toEqual([])
  expect(noted).toHaveLength(2)
  const linked = ['08', '09', '10', '11', '12', '13', '14', '15'].map((day) => `2024-04-${day} link null`)
  const counted = ['13', '15'].map((day) => `2024-04-${day} system null`)
  expect(await reports()).toEqual([...linked, ...counted].sort())
})

it('reports are done though every job is lost: the sweep finds the day, and the loss of that day is in it', {
  timeout: 60_000,
}, async () => {
  await storeAndFollow(pool, [saleRow('A'), saleRow('B'), saleRow('C')])
  await deliver()
  receiver.kept.delete(id('B'))
  const backend = await openJobBackend({ databaseUrl: database.url, onError: () => {} })
  // Every job is thrown away: nothing that is handed to the queue ever comes to a worker.
  const losing: JobBackend = {
    ...backend,
    queue: (name) =>
      Object.assign(backend.queue(name), {
        add: async () => undefined,
      }),
  }
  const queues = createQueues(losing)
  const http = createHttpDelivery()
  const now = (): number => at('2024-04-16T02:00:01')
  const workers = startWorkers({
    backend,
    queues,
    pool,
    delivery: createDelivery({ pool, send: http.send }),
    schedules: createSchedules({ pool, schedules: [dailyReports({ pool, onNoted: () => {}, now })] }),
    reconcile: (one, signal) =>
      runReconciliation(
        {
          pool,
          post: http.post,
          mappingOf: () => null,
          hasOwnProtocol: () => false,
          onResent: () => {},
          settleMs: 0,
        },
        one,
        { signal },
      ),
    sweepEveryMs: 100,
  })
  try {
    const deadline = performance.now() + 30_000
    for (;;) {
      const all = await reports()
      if (all.length > 0 && !all.some((one) => one.endsWith('null'))) break
      if (performance.now() > deadline) throw new Error(all.join('\n'))
      await pause(100)
    }
  } finally {
    await workers.close()
    await queues.close()
    await backend.close()
    http.close()
  }
  const done = await reports()
  expect(done).toContain('2024-04-15 link different')
  expect(done).toContain('2024-04-15 system one-sided')
  expect(done.filter((one) => one.includes('link') && !one.startsWith('2024-04-15'))).toEqual(
    ['09', '10', '11', '12', '13', '14'].map((day) => `2024-04-${day} link equal`),
  )
  const different = await listReconciliations(pool, { sight: null, outcome: 'different', limit: 9 })
  const report = { id: different[0]?.id ?? '' }
  expect(await listFindings(pool, report.id, { limit: 9 })).toMatchObject([
    { recordId: id('B'), state: 'missing' },
  ])
})

it('a worker that dies in a reconciliation is followed by another, which goes on behind its last step', async () => {
  await storeAndFollow(
    pool,
    ['13', '14', '15'].map((day) => saleRow(`D${day}`, { at: `2024-04-${day}T05:00:00+08:00` })),
  )
  await deliver()
  receiver.kept.delete(id('D13'))
  receiver.kept.delete(id('D15'))
  const { id: one } = await createReconciliation(
    { pool, clock: Date.now, isSystem: () => true },
    { link: link.id, from: '2024-04-13', to: '2024-04-15' },
    null,
    'test',
  )
  const http = createHttpDelivery()
  let calls = 0
  const stuck = Promise.withResolvers<void>()
  // The third question is never answered: its worker hangs there, and its lease is another's by the time that it wakes.
  void reconcile(pool, one, {
    post: async (request) => {
      if (++calls < 3) return await http.post(request)
      stuck.resolve()
      return await new Promise<never>(() => {})
    },
  })
  await stuck.promise
  await pool.query(`update reconciliations set leased_until = now() - interval '1 second', fence = fence + 1`)
  receiver.asked.length = 0
  expect((await reconcile(pool, one)).finished).toBe(true)
  http.close()
  // The days of the first two steps are not asked for again, and a bucket that is empty there has no keys to be asked for.
  expect(receiver.asked.map((path) => path.split('/').at(-1))).toEqual(['counts'])
  expect(await readReconciliation(pool, one)).toMatchObject({
    outcome: 'different',
    counts: { records: 3, theirRecords: 1, missing: 2 },
  })
})

it('an operator is told of a link whose receiver has other records, until a comparison finds none', async () => {
  await storeAndFollow(pool, [saleRow('A'), saleRow('B')])
  await deliver()
  const compare = async (): Promise<void> => {
    const wish = { link: link.id, from: '2024-04-15' }
    const asked = { pool, clock: Date.now, isSystem: () => true }
    await reconcile(pool, (await createReconciliation(asked, wish, null, 'test')).id)
  }
  const kept = receiver.kept.get(id('B'))
  receiver.kept.delete(id('B'))
  await compare()
  const [differing] = await readDifferingLinks(pool, 0)
  expect(differing).toMatchObject({
    link: link.id,
    name: 'city',
    from: '2024-04-15T00',
    missing: 1,
    surplus: 0,
  })
  if (kept) receiver.kept.set(id('B'), kept)
  await compare()
  expect(await readDifferingLinks(pool, 0)).toEqual([])
})
