import { setTimeout as pause } from 'node:timers/promises'
import { type Figure, median } from '#cli/bench/figures.ts'
import { sendPaced } from '#cli/bench/paced-load.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { tradeMaker } from '#cli/bench/trades.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { percentile, startReceivers } from './receivers.ts'

const WELL = 30
const HANGING = 10
const PER_SECOND = 2
const LIMIT = 1.2

/** Thirty links alone, and the same thirty beside ten whose receivers take the request and never answer; in turns. */
export async function benchHanging(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 2 : 3
  const seconds = quick ? 12 : 20
  const receivers = await startReceivers()
  const alone: number[] = []
  const beside: number[] = []
  try {
    await emptyTables(stage.pool)
    for (let i = 0; i < WELL; i++) await receivers.link(stage, `/well/${i}`)
    const hanging: string[] = []
    for (let i = 0; i < HANGING; i++) hanging.push(await receivers.link(stage, `/hangs/${i}`))
    const all = async (word: 'pause' | 'resume'): Promise<void> => {
      for (const id of hanging) await stage.calls.post(`/v1/links/${id}/${word}`, {})
    }
    await all('pause')
    const p95 = async (): Promise<number> => {
      const make = tradeMaker(`H${Date.now().toString(36)}`)
      const accepted = await sendPaced({
        url: stage.pushUrl,
        key: stage.pushKey,
        contentType: 'application/json',
        perSecond: PER_SECOND,
        seconds,
        connections: 4,
        next: () => {
          const trade = make()
          return { name: trade['billNo'] as string, body: Buffer.from(JSON.stringify(trade)) }
        },
      })
      const lags = await receivers.lags(accepted, WELL)
      return percentile(lags, 0.95)
    }
    await p95()
    for (let round = 0; round < rounds; round++) {
      alone.push(await p95())
      // Resumed, they are tried at once, whatever they backed off to.
      await all('resume')
      await pause(500)
      beside.push(await p95())
      await all('pause')
      await pause(1000)
    }
    await emptyTables(stage.pool)
  } finally {
    await receivers.stop()
  }
  const ratio = median(beside) / median(alone)
  return [
    {
      name: `${WELL} links alone, 95th percentile`,
      value: median(alone),
      unit: 'ms',
      baseline: '',
      ratio: null,
    },
    {
      name: `the same beside ${HANGING} that hang, 95th percentile`,
      value: median(beside),
      unit: 'ms',
      baseline: `${WELL} links alone; limit of ${LIMIT}`,
      ratio,
    },
  ]
}
