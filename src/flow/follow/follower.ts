import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '#store/database.ts'
import { type FollowerPlace, lockFollower } from '#store/followers.ts'

/** `more`: it moved and there may be more; `done`: nothing is left for now; `busy`: another process is at it. */
export type StepEnd = 'more' | 'done' | 'busy'

/** Someone who reads what was committed, in its order, and makes something of it. */
export interface Follower {
  /** By which it is woken. */
  readonly name: string
  /** Of its rows in `followers`; they are never another one's. */
  readonly rows: readonly string[]
  /** Follows the change log, or looks at the messages once in so many milliseconds. */
  readonly everyMs: number | null
  /** Another one, by its row, that it rests on: it goes no further than that. */
  readonly behind?: string
  /** One step, in a transaction of its own. */
  readonly step: (pool: Pool) => Promise<StepEnd>
}

/** A step in one transaction that holds the row of the follower; `busy` where another process holds it. */
export function stepUnderLock(
  pool: Pool,
  name: string,
  step: (client: PoolClient, place: FollowerPlace) => Promise<StepEnd>,
): Promise<StepEnd> {
  return inTransaction(pool, async (client) => {
    const place = await lockFollower(client, name)
    return place ? await step(client, place) : 'busy'
  })
}
