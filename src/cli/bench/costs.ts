import { randomBytes } from 'node:crypto'
import type { Settings } from '#cli/settings.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { type Figure, median } from './figures.ts'
import { sendLoad } from './load.ts'
import { openStage, type Stage } from './stage.ts'
import { batchBody, tradeMaker } from './trades.ts'

const GOAL = 0.8
const CONNECTIONS = 8
/** Records of a push, and how many are pushed in a turn: batches, and one record at a time. */
const LOADS = [
  { name: 'batches of 500', records: 500, pushes: 60 },
  { name: 'one record a push', records: 1, pushes: 6000 },
] as const

/**
 * What protection costs intake: a hub that seals what it stores and bounds its callers, beside one that does neither; in turns. Neither does anything
 * beside intake.
 */
export async function benchCosts(settings: Settings, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 2 : 7
  const off = { ...settings, dataKey: undefined, dataKeyBefore: undefined }
  const bare = await openStage({ ...off, rates: { perKey: null, perAddress: null } }, 'api')
  try {
    const rates = { perKey: 30_000, perAddress: 60_000 }
    const guarded = await openStage({ ...off, dataKey: randomBytes(32), rates }, 'api')
    try {
      const figures: Figure[] = []
      for (const load of LOADS) {
        const found = { off: [] as number[], on: [] as number[] }
        for (let round = 0; round <= rounds; round++)
          for (const [turn, stage] of [
            ['off', bare],
            ['on', guarded],
          ] as const) {
            const rate = await push(stage, load, quick ? 5 : 1)
            if (round > 0) found[turn].push(rate)
          }
        figures.push(...figuresOf(load.name, median(found.off), median(found.on)))
      }
      return figures
    } finally {
      await guarded.close()
    }
  } finally {
    await bare.close()
  }
}

/** Records a second. */
async function push(
  stage: Stage,
  { records, pushes }: (typeof LOADS)[number],
  part: number,
): Promise<number> {
  await emptyTables(stage.pool)
  const make = tradeMaker(`C${Date.now().toString(36)}`)
  const bodies = Array.from({ length: pushes / part }, () => batchBody(make, records))
  const seconds = await sendLoad({
    url: stage.pushUrl,
    key: stage.pushKey,
    connections: CONNECTIONS,
    bodies,
  })
  return (records * bodies.length) / seconds
}

const figuresOf = (load: string, off: number, on: number): Figure[] => [
  { name: `intake without protection, ${load}`, value: off, unit: 'trades/s', baseline: '', ratio: null },
  {
    ...{ name: `intake, sealed and with rates, ${load}`, value: on, unit: 'trades/s' },
    ...{ baseline: `without; goal of ${GOAL}`, ratio: on / off },
  },
]
