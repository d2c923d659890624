import { startChild } from '#cli/bench/child.ts'
import { type Figure, median } from '#cli/bench/figures.ts'
import type { JobPerRecord } from '#cli/bench/job-per-record-process.ts'
import { sendLoad } from '#cli/bench/load.ts'
import { startOwnRedis } from '#cli/bench/own-redis.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { batchBody, tradeMaker } from '#cli/bench/trades.ts'
import { DEFAULT_SEES, type SharingClass } from '#core/model/sharing.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { startReceivers } from './receivers.ts'

const GOAL = 5000
const RATIO_GOAL = 5

/** Records a second over one link, against one BullMQ job for each of the same records, on each backend that there is. */
export async function benchSpeed(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 1 : 2
  const redis = await startOwnRedis()
  const receivers = await startReceivers()
  const rates = {
    link: [] as number[],
    narrow: [] as number[],
    postgres: [] as number[],
    redis: [] as number[],
  }
  try {
    await emptyTables(stage.pool)
    const make = tradeMaker(`Y${Date.now().toString(36)}`)
    const bodies = Array.from({ length: quick ? 20 : 60 }, () => batchBody(make, 500))
    await sendLoad({ url: stage.pushUrl, key: stage.pushKey, connections: 4, bodies })
    const changes = await countChanges(stage)
    const sales = await countChanges(stage, 'sale')
    const jobs = async (redisUrl?: string): Promise<number> => {
      const child = await startChild<{ seconds: number; records: number }>('./job-per-record-process.ts', {
        databaseUrl: stage.databaseUrl,
        receiver: receivers.address('/counts/jobs'),
        records: quick ? 1000 : 3000,
        ...(redisUrl === undefined ? {} : { redisUrl }),
      } satisfies JobPerRecord)
      await child.stop()
      return child.first.records / child.first.seconds
    }
    // The first round opens connections and is not measured.
    for (let round = 0; round <= rounds; round++) {
      const over = async (
        path: string,
        sees?: readonly SharingClass[],
        expected = changes,
      ): Promise<number> => {
        const link = await receivers.link(stage, path, sees ? { sees } : {})
        const seconds = (await receivers.until(path, expected)) / 1000
        await stage.calls.post(`/v1/links/${link}/pause`, {})
        return expected / seconds
      }
      const rate = await over(`/counts/all-${round}`)
      const narrow = await over(`/counts/narrow-${round}`, DEFAULT_SEES, sales)
      const onPostgres = await jobs()
      const onRedis = redis && (await jobs(redis.url))
      if (round === 0) continue
      rates.link.push(rate)
      rates.narrow.push(narrow)
      rates.postgres.push(onPostgres)
      if (onRedis !== null) rates.redis.push(onRedis)
    }
    await emptyTables(stage.pool)
  } finally {
    await receivers.stop()
    await redis?.stop()
  }
  const rate = median(rates.link)
  const perJob = (name: string, jobs: readonly number[]): Figure[] =>
    jobs.length === 0
      ? []
      : [
          {
            name: `one BullMQ job for each record, ${name}`,
            value: median(jobs),
            unit: 'records/s',
            baseline: '',
            ratio: null,
          },
          {
            name: `one link, to one job for each record, ${name}`,
            value: rate / median(jobs),
            unit: 'times',
            baseline: `goal of ${RATIO_GOAL}`,
            ratio: rate / median(jobs) / RATIO_GOAL,
          },
        ]
  return [
    { name: 'one link', value: rate, unit: 'records/s', baseline: `goal of ${GOAL}`, ratio: rate / GOAL },
    {
      name: 'one link that sees what links see by default',
      value: median(rates.narrow),
      unit: 'records/s',
      baseline: 'one that sees all',
      ratio: median(rates.narrow) / rate,
    },
    ...perJob('PostgreSQL', rates.postgres),
    ...perJob('Redis', rates.redis),
  ]
}

async function countChanges({ pool }: Stage, kind?: string): Promise<number> {
  const { rows } = await pool.query(
    'select count(*)::int as n from record_versions where $1::text is null or kind = $1',
    [kind ?? null],
  )
  return rows[0].n as number
}
