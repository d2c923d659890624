import type { Pool, PoolClient } from 'pg'
import { type Change, readChanges } from '#store/changes.ts'
import { inTransaction } from '#store/database.ts'
import { type FollowerPlace, lockFollower, moveFollower } from '#store/followers.ts'

/** `more`: it moved and there may be more; `done`: nothing is left for now; `busy`: another process is at it. */
export type StepEnd = 'more' | 'done' | 'busy'

/** Someone who reads what was committed, in its order, and makes something of it. */
export interface Follower {
  /** Of its row in `followers`; it is never another one's. */
  readonly name: string
  /** Follows the change log, or looks at the messages once in so many milliseconds. */
  readonly everyMs: number | null
  /** One step, in a transaction of its own. */
  readonly step: (pool: Pool) => Promise<StepEnd>
}

/**
 * A follower of the change log. Each step takes the next changes, applies a function to all of them at once and moves the position, in
 * one transaction under the lock of its row: what was applied and where it stands can never disagree, whenever the process is
 * killed, and two processes cannot apply the same change.
 */
export function logFollower(
  name: string,
  changesAtOnce: number,
  apply: (client: PoolClient, changes: readonly Change[]) => Promise<void>,
): Follower {
  return {
    name,
    everyMs: null,
    step: (pool) =>
      stepUnderLock(pool, name, async (client, { position }) => {
        const page = await readChanges(client, { after: position, limit: changesAtOnce })
        if (page.next === position) return 'done'
        if (page.rows.length > 0) await apply(client, page.rows)
        await moveFollower(client, name, { position: page.next })
        return page.atHead ? 'done' : 'more'
      }),
  }
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
