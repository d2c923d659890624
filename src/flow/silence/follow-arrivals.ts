import { type Follower, stepUnderLock } from '#flow/follow/follower.ts'
import { noteArrivals, noteLargeArrivals } from '#store/arrivals.ts'
import { moveFollower } from '#store/followers.ts'

export const ARRIVALS_FOLLOWER = 'arrivals'
const EVERY_MS = 30_000
const MESSAGES_AT_ONCE = 20_000
/** A message is committed this long after its receipt at the latest, or is known as a large one that is coming in. */
export const SETTLE_MS = 300_000
/** What is kept to learn a rhythm from; the sweep takes out what is older. */
export const KEPT_MS = 35 * 86_400_000

/**
 * Notes by system, record and hour when messages came. The last minutes are looked at again each time, because a message may be committed
 * after one that came later; what was noted stays the same.
 */
export const arrivalsFollower = (now: () => number = Date.now): Follower => ({
  name: ARRIVALS_FOLLOWER,
  rows: [ARRIVALS_FOLLOWER],
  everyMs: EVERY_MS,
  step: (pool) =>
    stepUnderLock(pool, ARRIVALS_FOLLOWER, async (client, place) => {
      const nowMs = now()
      const since = place.floor ?? new Date(nowMs - KEPT_MS).toISOString()
      const { last, isFull } = await noteArrivals(client, since, MESSAGES_AT_ONCE)
      await noteLargeArrivals(client, nowMs)
      const settled = new Date(nowMs - SETTLE_MS).toISOString()
      await moveFollower(client, ARRIVALS_FOLLOWER, { floor: isFull && last !== null ? last : settled })
      return isFull ? 'more' : 'done'
    }),
})
