import type { Figure } from '#cli/bench/figures.ts'
import { sendPaced } from '#cli/bench/paced-load.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { tradeMaker } from '#cli/bench/trades.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { percentile, startReceivers } from './receivers.ts'

const PER_SECOND = 500
const GOAL_MS = 300

/** From the answer to a push until its record is at the receiver of a link, at 500 records a second pushed one by one. */
export async function benchLag(stage: Stage, quick: boolean): Promise<Figure[]> {
  const receivers = await startReceivers()
  try {
    await emptyTables(stage.pool)
    const link = await receivers.link(stage, '/lag')
    const load = async (seconds: number): Promise<number[]> => {
      const make = tradeMaker(`L${Date.now().toString(36)}`)
      const accepted = await sendPaced({
        url: stage.pushUrl,
        key: stage.pushKey,
        contentType: 'application/json',
        perSecond: PER_SECOND,
        seconds,
        connections: 32,
        next: () => {
          const trade = make()
          return { name: trade['billNo'] as string, body: Buffer.from(JSON.stringify(trade)) }
        },
      })
      return await receivers.lags(accepted, 1)
    }
    await load(2)
    const lags = await load(quick ? 8 : 30)
    await stage.calls.post(`/v1/links/${link}/pause`, {})
    await emptyTables(stage.pool)
    return [
      {
        name: `accepted to delivered at ${PER_SECOND} records/s, median`,
        value: percentile(lags, 0.5),
        unit: 'ms',
        baseline: '',
        ratio: null,
      },
      {
        name: `accepted to delivered at ${PER_SECOND} records/s, 95th percentile`,
        value: percentile(lags, 0.95),
        unit: 'ms',
        baseline: `limit of ${GOAL_MS}`,
        ratio: percentile(lags, 0.95) / GOAL_MS,
      },
    ]
  } finally {
    await receivers.stop()
  }
}
