import type { Figure } from '#cli/bench/figures.ts'
import { sendLoad } from '#cli/bench/load.ts'
import { sendPaced } from '#cli/bench/paced-load.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { ticketMaker } from '#cli/bench/tickets.ts'
import { batchBody, tradeMaker } from '#cli/bench/trades.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { percentile, type Receivers, startReceivers } from './receivers.ts'

const CHANGES = 1_000_000
const QUICK_CHANGES = 60_000
const GOAL = 5000
const LIVE = 5
const PER_SECOND = 20
const SEED_TRADES = 5000

/** A link that is a million changes behind catches up, while other links get what is new; and what that takes in memory. */
export async function benchBehind(stage: Stage, quick: boolean): Promise<Figure[]> {
  const changes = quick ? QUICK_CHANGES : CHANGES
  const receivers = await startReceivers()
  try {
    await emptyTables(stage.pool)
    for (let i = 0; i < LIVE; i++)
      await receivers.link(stage, `/live/${i}`, { filter: { systems: ['market-scales'] } })
    const behind = await receivers.link(stage, '/counts/behind', {
      filter: { systems: ['jiaxing-wholesale'] },
    })
    await stage.calls.post(`/v1/links/${behind}/pause`, {})
    await fillLog(stage, changes)
    const { key } = await stage.calls.post<{ key: string }>('/v1/keys', {
      name: 'bench scales',
      scopes: ['push:market-scales'],
    })
    const live = (seconds: number): Promise<number[]> => pushTickets(stage, receivers, key, seconds)
    await live(2)
    const before = await live(quick ? 5 : 15)
    const peakBefore = await stage.peakBytes()

    await stage.calls.post(`/v1/links/${behind}/resume`, {})
    const caughtUp = receivers.until('/counts/behind', changes)
    const tenth = receivers.until('/counts/behind', changes / 10).then(() => stage.peakBytes())
    const during: number[] = []
    let isOver = false
    void caughtUp.then(
      () => (isOver = true),
      () => (isOver = true),
    )
    // Rounds that began while it caught up; the time of the last one is not all of it.
    while (!isOver) during.push(...(await live(2)))
    const seconds = (await caughtUp) / 1000
    const [atTenth, atEnd] = [await tenth, await stage.peakBytes()]
    await emptyTables(stage.pool)
    const rate = changes / seconds
    const [p95Before, p95During] = [percentile(before, 0.95), percentile(during, 0.95)]
    return [
      {
        name: `${changes.toLocaleString('en-US')} changes behind, caught up at`,
        value: rate,
        unit: 'records/s',
        baseline: `goal of ${GOAL}`,
        ratio: rate / GOAL,
      },
      {
        name: `${LIVE} other links before it, 95th percentile`,
        value: p95Before,
        unit: 'ms',
        baseline: '',
        ratio: null,
      },
      {
        name: `${LIVE} other links meanwhile, 95th percentile`,
        value: p95During,
        unit: 'ms',
        baseline: 'before it',
        ratio: p95During / p95Before,
      },
      {
        name: 'resident memory of the hub, peak after a tenth',
        value: atTenth / 1e6,
        unit: 'MB',
        baseline: 'before it',
        ratio: atTenth / peakBefore,
      },
      {
        name: 'resident memory of the hub, peak at the end',
        value: atEnd / 1e6,
        unit: 'MB',
        baseline: 'after a tenth',
        ratio: atEnd / atTenth,
      },
    ]
  } finally {
    await receivers.stop()
  }
}

async function pushTickets(
  stage: Stage,
  receivers: Receivers,
  key: string,
  seconds: number,
): Promise<number[]> {
  const accepted = await sendPaced({
    url: `${stage.calls.url}/v1/systems/market-scales/records/ticket`,
    key,
    contentType: 'application/x-ndjson',
    perSecond: PER_SECOND,
    seconds,
    connections: 4,
    next: ticketMaker(`T${Date.now().toString(36)}`),
  })
  return await receivers.lags(accepted, LIVE)
}

/**
 * Fills the log with so many changes: some thousand trades that were pushed, and copies of what became of them under other numbers. The
 * followers of the log are moved on: what they would make of the copies is not what is measured.
 */
async function fillLog({ pool, pushUrl, pushKey }: Stage, changes: number): Promise<void> {
  const make = tradeMaker(`W${Date.now().toString(36)}`)
  const bodies = Array.from({ length: SEED_TRADES / 500 }, () => batchBody(make, 500))
  await sendLoad({ url: pushUrl, key: pushKey, connections: 4, bodies })
  const { rows: columns } = await pool.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'record_versions'::regclass and attnum > 0 and not attisdropped`,
  )
  const others = columns.map(({ name }) => name).filter((name) => name !== 'record_id' && name !== 'position')
  const { rows } = await pool.query('select count(*)::int as n, max(position) as last from record_versions')
  const { n: seed, last } = rows[0] as { readonly n: number; readonly last: string }
  for (let known = seed, copy = 1; known < changes; copy++) {
    const missing = Math.min(seed, changes - known)
    await pool.query(
      `insert into record_versions (record_id, ${others.join(', ')})
       select record_id || '-' || $1::text, ${others.join(', ')} from record_versions where position <= $2 order by position limit $3`,
      [copy, last, missing],
    )
    known += missing
  }
  await pool.query('analyze record_versions')
  await pool.query('update followers set position = (select max(position) from record_versions)')
}
