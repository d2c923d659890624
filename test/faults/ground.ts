import { existsSync, mkdirSync } from 'node:fs'
import { hasRedis, startRedis, type TestRedis } from '../integration/jobs/redis.ts'
import { startPostgres, type TestPostgres } from './children.ts'
import type { RoundSettings } from './round.ts'

/** What all rounds stand on: one PostgreSQL, and a Redis where this machine has one. */
export interface Ground {
  /** Every other round keeps its jobs in Redis, and two of four move the clocks, where there is what that needs. */
  forRound(round: number): Pick<RoundSettings, 'postgres' | 'redis' | 'faketime'>
  /** What this machine cannot do, and what to install. */
  readonly notRun: readonly string[]
  close(): Promise<void>
}

const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/faketime/libfaketime.so.1',
]

export async function openGround(folder: string): Promise<Ground> {
  mkdirSync(folder, { recursive: true })
  const postgres: TestPostgres = await startPostgres(folder)
  const redis: TestRedis | null = hasRedis ? await startRedis() : null
  const faketime = FAKETIME.find((file) => existsSync(file)) ?? null
  const notRun = [
    ...(redis ? [] : ['Not run: faults of Redis. Install it (Debian: apt-get install redis-server).']),
    ...(faketime
      ? []
      : ['Not run: jumps of the clock. Install libfaketime (Debian: apt-get install libfaketime).']),
  ]
  return {
    forRound: (round) => ({
      postgres,
      redis: round % 2 === 0 ? redis : null,
      faketime: round % 4 >= 2 ? faketime : null,
    }),
    notRun,
    async close() {
      await redis?.kill()
      await postgres.stop()
    },
  }
}
