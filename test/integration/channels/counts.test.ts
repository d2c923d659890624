import { beforeAll, describe, expect, it } from 'vitest'
import { AdapterError } from '#adapters/adapter.ts'
import { runChannel } from '#flow/channels/run.ts'
import { type CountingParts, readAnew, readSourceCounts } from '#flow/channels/source-counts.ts'
import { createReconciliation } from '#flow/reconcile/create-reconciliation.ts'
import { runReconciliation } from '#flow/reconcile/run.ts'
import { readScanAt } from '#store/channel-scans.ts'
import { readChannel, setChannel, setChannelState } from '#store/channels.ts'
import { readDifferences } from '#store/reconciliation-findings.ts'
import { readReconciliation } from '#store/reconciliations.ts'
import { registerSystems } from '#store/systems.ts'
import { withPlainIntake } from '#test/intake.ts'
import { numberedSource, withChannel } from '#test/numbered-source.ts'

const hub = withPlainIntake()
const NAME = { system: 'plain', name: 'numbers' }
const HOUR_MS = Date.parse('2024-04-15T03:00:00+08:00')
const source = numberedSource()
/** Keys that the source lists, and what it counts in the hour of the sales. */
let keys = 10
let counts: () => Promise<number>

const registry = withChannel({ every: '5m', counts: 'sale', scan: { cron: '30 2 * * *', fusePercent: 50 } })
const counting = (): CountingParts => ({
  pool: hub.pool,
  registry,
  now: Date.now,
  folders: [],
  log: { info: () => {}, warn: () => {} },
  adapterOf: () =>
    ({
      ...source.adapter,
      counts: async () => [{ hourMs: HOUR_MS, count: await counts() }],
      keys: async function* () {
        yield Array.from({ length: keys }, (_, i) => ({ no: `n${i + 1}` }))
      },
    }) as never,
})

async function readOn(): Promise<void> {
  await hub.pool.query('update channels set next_at = null')
  await runChannel({ ...counting(), intake: hub.intake }, NAME, new AbortController().signal)
}

async function reconciled(resend = true) {
  const made = await createReconciliation(
    { pool: hub.pool, clock: Date.now, isSystem: () => true },
    { system: 'plain', from: '2024-04-15', resend },
    null,
    'test',
  )
  const parts = {
    pool: hub.pool,
    post: async () => Promise.reject(new Error('nothing is posted')),
    mappingOf: () => null,
    hasOwnProtocol: () => false,
    onResent: () => {},
    settleMs: 0,
    sourceCounts: (system: string, range: { fromMs: number; toMs: number }, signal: AbortSignal) =>
      readSourceCounts(counting(), system, range, signal),
    readAnew: (system: string, gaps: Parameters<typeof readAnew>[2]) => readAnew(counting(), system, gaps),
  }
  await runReconciliation(parts, made.id)
  const one = await readReconciliation(hub.pool, made.id)
  const found = await readDifferences(hub.pool, made.id, { limit: 10 })
  const differs = found.map(({ kind, hour, own, theirs }) => `${kind} ${hour} ${own?.count} ${theirs?.count}`)
  return { ...one, differs }
}

beforeAll(async () => {
  await registerSystems(hub.pool, [{ id: 'plain', title: { zh: '测试系统', en: 'Plain' } }])
  await setChannel(hub.pool, NAME, { isOn: true })
  source.count = 10
  counts = async () => source.count
  await readOn()
})

describe('what the source of a channel counts', () => {
  it('is compared with what is here, where nobody has said what the source has', async () => {
    expect(await reconciled()).toMatchObject({ side: 'figures', outcome: 'equal', differs: [] })
  })

  it('names the hour in which rows are missing, and the channel is read anew until they are here', async () => {
    // Two rows that the watermark has gone past.
    source.count = 12
    await setChannelState(hub.pool, NAME, { at: 12 })
    expect(await reconciled(false)).toMatchObject({
      outcome: 'different',
      differs: ['sale 2024-04-15T03 10 12'],
    })
    expect((await readChannel(hub.pool, NAME))?.state, 'nobody asked for them').toEqual({ at: 12 })
    await reconciled()
    expect((await readChannel(hub.pool, NAME))?.state).toBeNull()
    await readOn()
    expect(await reconciled()).toMatchObject({ outcome: 'equal' })
  })

  it('lets the keys be scanned where the source has fewer', async () => {
    counts = async () => 11
    keys = 11
    expect(await reconciled()).toMatchObject({ outcome: 'different', differs: ['sale 2024-04-15T03 12 11'] })
    expect(await readScanAt(hub.pool, NAME)).toBe(0)
    expect((await readChannel(hub.pool, NAME))?.state).toEqual({ at: 12 })
    await readOn()
    const { rows } = await hub.pool.query(`select record_id from record_versions where status = 'void'`)
    expect(rows.map(({ record_id }) => record_id.split(':').at(-1))).toEqual(['n12'])
    expect(await reconciled(), 'what is known to be gone there is not missing').toMatchObject({
      outcome: 'equal',
    })
  })

  it('is waited for where the source cannot be asked, and a person is told where that does not help', async () => {
    counts = async () => Promise.reject(new AdapterError('retry', 'nobody answers'))
    expect(await reconciled()).toMatchObject({
      side: 'none',
      state: 'running',
      outcome: null,
      detail: 'nobody answers',
    })
    counts = async () => Promise.reject(new AdapterError('config', 'no such address'))
    expect(await reconciled()).toMatchObject({ problem: 'receiver_refused', detail: 'no such address' })
  })

  it('is not asked for where the channel is off: the report is of our side', async () => {
    await setChannel(hub.pool, NAME, { isOn: false })
    expect(await reconciled()).toMatchObject({ side: 'none', outcome: 'one-sided' })
  })
})
