import type { Pool } from 'pg'
import { restAfter } from '#flow/schedule/rest.ts'
import { headPosition } from '#store/changes.ts'
import { type FollowerState, readFollowers } from '#store/followers.ts'
import type { Follower } from './follower.ts'

/** The followers of a process. */
export interface Follow {
  /** Those that have something to do, or look whether they have because it is time, with the sum of their positions, by which progress shows. */
  readonly find: () => Promise<
    { readonly name: string; readonly position: bigint; readonly isTimed: boolean }[]
  >
  /** Lets one of them go on until nothing is left, its time is up, or the signal comes; false where something is left. */
  readonly run: (name: string, signal: AbortSignal) => Promise<boolean>
}

/** A job does not run longer than this at a stretch. */
const BUDGET_MS = 10_000
/**
 * While the log grows fast a follower rests twice as long as each step took, so that it never has more than a third of the database's time; where it grows slower, so much
 * less. Beside a push now and then it would take an hour for what a large message brought in minutes.
 */
const REST = 2
/** It cannot keep up with a large message, and what is urgent does not wait for it: beside one it leaves it the time. */
const BESIDE = 16
/** Changes a second from which on the log grows fast. */
const FAST = 1000
const REST_MAX_MS = 1000

export function createFollow(parts: {
  readonly pool: Pool
  readonly followers: readonly Follower[]
  /** Whether this process works on a large message. */
  readonly isBusy?: () => boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly rest?: typeof restAfter
  /** Milliseconds that never go back. */
  readonly elapsed?: () => number
}): Follow {
  const { pool, followers, isBusy, now = Date.now, rest: restNow = restAfter } = parts
  const { elapsed = () => performance.now() } = parts
  const known = new Map(followers.map((follower) => [follower.name, follower]))

  const isDue = ({ everyMs }: Follower, states: readonly FollowerState[], end: bigint): boolean =>
    states.some(({ position, updatedAt }) =>
      everyMs === null ? position < end : updatedAt === null || Date.parse(updatedAt) + everyMs <= now(),
    )
  return {
    async find() {
      if (known.size === 0) return []
      const head = await headPosition(pool)
      const states = await readFollowers(pool, [
        ...new Set(followers.flatMap(({ rows, behind }) => (behind ? [...rows, behind] : rows))),
      ])
      const endOf = ({ behind }: Follower): bigint =>
        behind === undefined ? head : (states.find(({ name }) => name === behind)?.position ?? 0n)
      return followers
        .map((follower) => ({ follower, own: states.filter(({ name }) => follower.rows.includes(name)) }))
        .filter(({ follower, own }) => isDue(follower, own, endOf(follower)))
        .map(({ follower: { name, everyMs }, own }) => ({
          name,
          isTimed: everyMs !== null,
          position: own.reduce((sum, one) => sum + one.position, 0n),
        }))
    },
    async run(name, signal) {
      const follower = known.get(name)
      if (!follower) return true
      const deadline = performance.now() + BUDGET_MS
      let head = await headPosition(pool)
      let lookedAt = elapsed()
      while (!signal.aborted) {
        const began = performance.now()
        if ((await follower.step(pool)) !== 'more') return true
        if (performance.now() >= deadline) return false
        const before = { head, at: lookedAt }
        head = await headPosition(pool)
        lookedAt = elapsed()
        const growth = (Number(head - before.head) * 1000) / Math.max(1, lookedAt - before.at)
        // Where the log was emptied it grew by less than nothing.
        const rest = REST * Math.min(1, Math.max(0, growth) / FAST)
        await restNow(began, { rest, isBusy, beside: BESIDE, most: REST_MAX_MS })
      }
      return false
    },
  }
}
