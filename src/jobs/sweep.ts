import type { Pool } from 'pg'
import { dropOldShares } from '#store/drift.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { findOpenReplays } from '#store/replays.ts'

const PARTITIONS_EVERY_MS = 600_000

export interface SweepParts {
  readonly pool: Pool
  /** Hands a link to the queue; false where the queue does not take it. */
  readonly wake: (linkId: string) => Promise<boolean>
  /** Delivers over a link in this process, without the queue. */
  readonly deliver: (linkId: string) => void
  /** Hands a replay to the queue. */
  readonly wakeReplay: (id: string) => Promise<boolean>
  /** Goes on with a replay in this process, without the queue. */
  readonly replay: (id: string) => void
  readonly now: () => number
}

/**
 * One look for work that nobody does. A link that the look before found at the same place was woken in vain: its job was lost, or hangs
 * on a worker that died; it is delivered here. So the queue can be lost, down or stuck, and the work goes on.
 */
export function createSweep(parts: SweepParts): () => Promise<void> {
  let seen = new Map<string, bigint>()
  let open = new Set<string>()
  let partitionsAtMs = Number.NEGATIVE_INFINITY
  return async () => {
    const links = await findLinksWithWork(parts.pool, parts.now())
    const before = seen
    seen = new Map(links.map(({ id, cursor }) => [id, cursor]))
    for (const { id, cursor } of links) {
      if (before.get(id) === cursor || !(await parts.wake(id))) parts.deliver(id)
    }
    const openBefore = open
    open = new Set(await findOpenReplays(parts.pool))
    for (const id of open) {
      if (openBefore.has(id) || !(await parts.wakeReplay(id))) parts.replay(id)
    }
    const nowMs = performance.now()
    if (nowMs - partitionsAtMs < PARTITIONS_EVERY_MS) return
    await ensurePartitions(parts.pool, parts.now())
    await dropOldShares(parts.pool, parts.now())
    partitionsAtMs = nowMs
  }
}
