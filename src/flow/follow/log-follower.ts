import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '#store/database.ts'
import { lockFollowers, moveFollowers } from '#store/followers.ts'
import type { Follower, StepEnd } from './follower.ts'
import { type LogReader, notePage, type Reading } from './noted-page.ts'

/** A reader that failed is left out for so long: the others go on without it, and its error is told again with each try. */
const FAILED_REST_MS = 60_000

/**
 * Readers that follow the change log together. Each step takes the next changes, gives them to all readers that stand at the same
 * place, and moves their positions, in one transaction under the locks of their rows: what was applied and where a reader stands can
 * never disagree, whenever the process is killed, and two processes cannot apply the same change. One that is behind, because it is
 * new or failed, reads alone until it has caught up. What a reader that fails did is taken back, and only that.
 * @param changesAtOnce asked before each step where it is a function
 * @param now milliseconds of a clock that never goes back
 */
export function logFollower(
  name: string,
  changesAtOnce: number | (() => number),
  readers: readonly LogReader[],
  now: () => number = () => performance.now(),
): Follower {
  const restingUntil = new Map<string, number>()
  const limit = typeof changesAtOnce === 'number' ? () => changesAtOnce : changesAtOnce
  const awake = (): readonly LogReader[] =>
    readers.filter((reader) => (restingUntil.get(reader.name) ?? 0) <= now())

  const page = async (client: PoolClient, write: Write): Promise<Step> => {
    const rows = awake().map((reader) => reader.name)
    const places = await lockFollowers(client, rows)
    const first = places.reduce<bigint | null>((a, { position: b }) => (a === null || b < a ? b : a), null)
    if (first === null) return { end: rows.length > 0 ? 'busy' : 'done', failed: [] }
    const others = places.map(({ position }) => position).filter((position) => position > first)
    const upTo = others.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined)
    const here = readers.filter(({ name }) =>
      places.some((place) => place.name === name && place.position === first),
    )
    const of = { after: first, limit: limit(), upTo, readers: here }
    const { readings, isEmpty, next, atHead } = await notePage(client, of)
    if (next === first) return { end: 'done', failed: [] }
    if (!isEmpty) for (const reading of readings) if (reading.failure === null) await write(client, reading)
    const moved = readings.filter(({ failure }) => failure === null).map((reading) => reading.name)
    await moveFollowers(client, moved, next)
    return {
      end: atHead && upTo === undefined ? 'done' : 'more',
      failed: readings.filter(({ failure }) => failure !== null),
    }
  }

  const step = async (pool: Pool): Promise<StepEnd> => {
    const { end, failed } = await inTransaction(pool, (client) => page(client, writeAll)).catch(() =>
      inTransaction(pool, (client) => page(client, writeApart)),
    )
    for (const { name: failing } of failed) restingUntil.set(failing, now() + FAILED_REST_MS)
    if (failed[0]?.failure) throw failed[0].failure.error
    return end
  }
  return { name, rows: readers.map((reader) => reader.name), everyMs: null, step }
}

interface Step {
  readonly end: StepEnd
  readonly failed: readonly Reading[]
}

type Write = (client: PoolClient, reading: Reading) => Promise<void>

/** Without savepoints, which are a tenth of a page's time: where a reader fails, the whole page is taken back and written again by `writeApart`. */
const writeAll: Write = (client, reading) => reading.write(client)

/** What a reader that fails did is taken back, and only that. */
const writeApart: Write = async (client, reading) => {
  await client.query('savepoint reader')
  try {
    await reading.write(client)
    await client.query('release savepoint reader')
  } catch (error) {
    // A connection that broke fails here as well, and with it the step.
    await client.query('rollback to savepoint reader')
    reading.failure = { error }
  }
}
