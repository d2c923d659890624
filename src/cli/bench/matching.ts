import type { Settings } from '#cli/settings.ts'
import { CHANGES_AT_ONCE, logReaders } from '#flow/follow/followers.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { matchingReader } from '#flow/matching/follow-matching.ts'
import { createPool } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { type Figure, median } from './figures.ts'
import { sendLoad } from './load.ts'
import { openStage } from './stage.ts'
import { batchBody, tradeMaker } from './trades.ts'

const BATCH = 500
const CONNECTIONS = 4
const TURNS = ['on', 'off', 'nobody'] as const
/** A trade is a sale and its payment. */
const RECORDS_OF_TRADE = 2
const GOAL_RECORDS = 5000

/**
 * Intake while the log is followed with the ways in which records meet, the same without them, and while nobody follows it; in turns. Beside it,
 * how fast the log is followed with and without them.
 */
export async function benchMatching(settings: Settings, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 2 : 5
  const batches = quick ? 20 : 60
  const stage = await openStage(settings, 'api')
  const pool = createPool({ url: stage.databaseUrl, max: 2 })
  const followers = {
    on: logFollower('log', CHANGES_AT_ONCE, logReaders),
    off: logFollower(
      'log',
      CHANGES_AT_ONCE,
      logReaders.filter((reader) => reader !== matchingReader),
    ),
  }
  const intake = { on: [] as number[], off: [] as number[], nobody: [] as number[] }
  const follow = { on: [] as number[], off: [] as number[] }
  try {
    for (let round = 0; round <= rounds; round++)
      for (const turn of TURNS) {
        await emptyTables(stage.pool)
        const make = tradeMaker(`M${Date.now().toString(36)}${round}`)
        const bodies = Array.from({ length: batches }, () => batchBody(make, BATCH))
        let isOver = false
        const started = performance.now()
        const following = (async () => {
          if (turn === 'nobody') return
          for (let end = 'more'; end === 'more' || !isOver; ) end = await followers[turn].step(pool)
        })()
        const seconds = await sendLoad({
          url: stage.pushUrl,
          key: stage.pushKey,
          connections: CONNECTIONS,
          bodies,
        })
        isOver = true
        await following
        if (round === 0) continue // warms up all three
        const trades = batches * BATCH
        intake[turn].push(trades / seconds)
        if (turn !== 'nobody') follow[turn].push(trades / ((performance.now() - started) / 1000))
      }
    await emptyTables(stage.pool)
  } finally {
    await pool.end()
    await stage.close()
  }
  const rate = (name: string, value: number, baseline = '', to?: number): Figure => ({
    ...{ name, value, unit: 'trades/s', baseline },
    ratio: to === undefined ? null : value / to,
  })
  return [
    rate('intake while nobody follows', median(intake.nobody)),
    rate('intake, followed without matching', median(intake.off), 'nobody follows', median(intake.nobody)),
    rate('intake, followed with matching', median(intake.on), 'without matching', median(intake.off)),
    rate('pushed and followed without matching', median(follow.off)),
    rate('pushed and followed with matching', median(follow.on), 'without matching', median(follow.off)),
    {
      name: 'pushed and followed with matching, two records a trade',
      value: RECORDS_OF_TRADE * median(follow.on),
      unit: 'records/s',
      baseline: `goal of ${GOAL_RECORDS}`,
      ratio: (RECORDS_OF_TRADE * median(follow.on)) / GOAL_RECORDS,
    },
  ]
}
