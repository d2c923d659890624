import type { Pool } from 'pg'
import type { Follow } from '#flow/follow/create-follow.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { sweepWaiting } from './sweep-waiting.ts'

const TABLES_EVERY_MS = 600_000

export interface SweepParts {
  readonly pool: Pool
  /** Hands a link to the queue; false where the queue does not take it. */
  readonly wake: (linkId: string) => Promise<boolean>
  /** Delivers over a link in this process, without the queue. */
  readonly deliver: (linkId: string) => void
  readonly follow: Pick<Follow, 'find'>
  /** Hands a follower to the queue; false where the queue does not take it. */
  readonly wakeFollower: (name: string) => Promise<boolean>
  /** Lets a follower go on in this process, without the queue. */
  readonly followHere: (name: string) => void
  readonly now: () => number
}

/**
 * One look for work that nobody does. A link that the look before found at the same place was woken in vain: its job was lost, or hangs
 * on a worker that died; it is delivered here. The same for followers. So the queue can be lost, down or stuck, and the work goes on.
 */
export function createSweep(parts: SweepParts): () => Promise<void> {
  let seen = new Map<string, bigint>()
  let tablesAtMs = Number.NEGATIVE_INFINITY
  let stood = new Map<string, bigint>()
  return async () => {
    const links = await findLinksWithWork(parts.pool, parts.now())
    const before = seen
    seen = new Map(links.map(({ id, cursor }) => [id, cursor]))
    for (const { id, cursor } of links) {
      if (before.get(id) === cursor || !(await parts.wake(id))) parts.deliver(id)
    }
    const followers = await parts.follow.find()
    const stoodBefore = stood
    stood = new Map(followers.map(({ name, position }) => [name, position]))
    for (const { name, position } of followers) {
      if (stoodBefore.get(name) === position || !(await parts.wakeFollower(name))) parts.followHere(name)
    }
    const nowMs = performance.now()
    if (nowMs - tablesAtMs < TABLES_EVERY_MS) return
    await ensurePartitions(parts.pool, parts.now())
    await sweepWaiting(parts.pool, parts.now())
    tablesAtMs = nowMs
  }
}
