import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from 'pg'
import { headPosition } from '#store/changes.ts'
import { type FollowerState, readFollowers } from '#store/followers.ts'
import type { Follower } from './follower.ts'

/** The followers of a process. */
export interface Follow {
  /** Those that have something to do, with the position by which progress shows. */
  readonly find: () => Promise<{ readonly name: string; readonly position: bigint }[]>
  /** Lets one of them go on until nothing is left, its time is up, or the signal comes; false where something is left. */
  readonly run: (name: string, signal: AbortSignal) => Promise<boolean>
}

/** A job does not run longer than this at a stretch. */
const BUDGET_MS = 10_000
/** After each step a follower rests as long as the step took, so that it never has more than half of the database's time. */
const REST_MAX_MS = 250

export function createFollow(parts: {
  readonly pool: Pool
  readonly followers: readonly Follower[]
  /** Milliseconds since 1970. */
  readonly now?: () => number
}): Follow {
  const { pool, followers, now = Date.now } = parts
  const known = new Map(followers.map((follower) => [follower.name, follower]))

  const isDue = ({ name, position, updatedAt }: FollowerState, head: bigint): boolean => {
    const everyMs = known.get(name)?.everyMs ?? null
    if (everyMs === null) return position < head
    return updatedAt === null || Date.parse(updatedAt) + everyMs <= now()
  }
  return {
    async find() {
      if (known.size === 0) return []
      const head = await headPosition(pool)
      const states = await readFollowers(pool, [...known.keys()])
      return states.filter((state) => isDue(state, head)).map(({ name, position }) => ({ name, position }))
    },
    async run(name, signal) {
      const follower = known.get(name)
      if (!follower) return true
      const deadline = performance.now() + BUDGET_MS
      while (!signal.aborted) {
        const began = performance.now()
        if ((await follower.step(pool)) !== 'more') return true
        const ended = performance.now()
        if (ended >= deadline) return false
        await pause(Math.min(ended - began, REST_MAX_MS), undefined, { ref: false })
      }
      return false
    },
  }
}
