import { randomUUID } from 'node:crypto'
import type { Figure } from '#cli/bench/figures.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { copyChanges, fillLog, pushTickets, ticketKey } from './log-and-tickets.ts'
import { percentile, startReceivers } from './receivers.ts'

const CHANGES = 300_000
const QUICK_CHANGES = 60_000
const SEED_CHANGES = 10_000
const PATH = '/replayed'

/** What sources say goes over a link while very many changes of a replay do. */
export async function benchReplayed(stage: Stage, quick: boolean): Promise<Figure[]> {
  const changes = quick ? QUICK_CHANGES : CHANGES
  const receivers = await startReceivers()
  try {
    await emptyTables(stage.pool)
    await fillLog(stage, SEED_CHANGES)
    await receivers.link(stage, PATH)
    const key = await ticketKey(stage)
    const live = (seconds: number): Promise<number[]> =>
      pushTickets(stage, receivers, { key, seconds, links: 1 })
    await live(2)
    const before = await live(quick ? 5 : 15)
    const taken = await receivers.taken(PATH)
    await copyChanges(stage.pool, changes, randomUUID())
    const during: number[] = []
    const started = performance.now()
    // Each ticket is a sale and a payment.
    const left = async (): Promise<number> =>
      changes - ((await receivers.taken(PATH)) - taken - 2 * during.length)
    while ((await left()) > 0) during.push(...(await live(2)))
    const seconds = (performance.now() - started) / 1000
    await emptyTables(stage.pool)
    const [p95Before, p95During] = [percentile(before, 0.95), percentile(during, 0.95)]
    return [
      {
        name: `${changes.toLocaleString('en-US')} changes of a replay over a link`,
        value: changes / seconds,
        unit: 'records/s',
        baseline: '',
        ratio: null,
      },
      {
        name: 'what sources say over the same link before it, 95th percentile',
        value: p95Before,
        unit: 'ms',
        baseline: '',
        ratio: null,
      },
      {
        name: 'the same meanwhile, 95th percentile',
        value: p95During,
        unit: 'ms',
        baseline: 'before it',
        ratio: p95During / p95Before,
      },
    ]
  } finally {
    await receivers.stop()
  }
}
