import type { Figure } from '#cli/bench/figures.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { fillLog, pushTickets, ticketKey } from './log-and-tickets.ts'
import { percentile, startReceivers } from './receivers.ts'

const CHANGES = 1_000_000
const QUICK_CHANGES = 60_000
const GOAL = 5000
const LIVE = 5

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
    const key = await ticketKey(stage)
    const live = (seconds: number): Promise<number[]> =>
      pushTickets(stage, receivers, { key, seconds, links: LIVE })
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
