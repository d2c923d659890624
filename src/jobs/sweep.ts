import type { Pool } from 'pg'
import type { Follow } from '#flow/follow/create-follow.ts'
import type { Schedules } from '#flow/schedule/create-schedules.ts'
import { NONCE_KEPT_MS } from '#flow/signers/check-signer.ts'
import { KEPT_MS } from '#flow/silence/follow-arrivals.ts'
import { dropArrivalsBefore } from '#store/arrivals.ts'
import { findDueChannels } from '#store/channels.ts'
import { dropOldShares } from '#store/drift.ts'
import type { Lane } from '#store/lanes.ts'
import { findLargeWithWork } from '#store/large-messages.ts'
import { findLinksWithWork } from '#store/link-lease.ts'
import { dropNoncesBefore } from '#store/message-nonces.ts'
import { deleteLostUploads } from '#store/message-parts.ts'
import { dropAssertionsBefore } from '#store/oauth-clients.ts'
import { ensurePartitions } from '#store/partitions.ts'
import { findOpenReconciliations } from '#store/reconciliations.ts'
import { findOpenReplays } from '#store/replays.ts'
import { noteDone } from '#store/schedules.ts'
import { sweepWaiting } from './sweep-waiting.ts'

const TABLES_EVERY_MS = 600_000

export interface SweepParts {
  readonly pool: Pool
  /** Hands a lane of a link to the queue; false where the queue does not take it. */
  readonly wake: (linkId: string, lane: Lane) => Promise<boolean>
  /** Delivers over a lane of a link in this process, without the queue. */
  readonly deliver: (linkId: string, lane: Lane) => void
  readonly follow: Pick<Follow, 'find'>
  /** Hands a follower to the queue; false where the queue does not take it. */
  readonly wakeFollower: (name: string) => Promise<boolean>
  /** Lets a follower go on in this process, without the queue. */
  readonly followHere: (name: string) => void
  /** The same for a large message. */
  readonly wakeLarge: (id: string) => Promise<boolean>
  readonly workOn: (id: string) => void
  /** Hands a replay to the queue. */
  readonly wakeReplay: (id: string) => Promise<boolean>
  /** Goes on with a replay in this process, without the queue. */
  readonly replay: (id: string) => void
  /** Hands a reconciliation to the queue. */
  readonly wakeReconciliation: (id: string) => Promise<boolean>
  /** Goes on with a reconciliation in this process, without the queue. */
  readonly reconcile: (id: string) => void
  /** Hands a channel, `system/name`, to the queue. */
  readonly wakeChannel: (id: string) => Promise<boolean>
  /** Reads a channel in this process, without the queue. */
  readonly readFrom: (id: string) => void
  readonly schedules: Pick<Schedules, 'find'>
  /** Does what is scheduled in this process: its lease sees to it that one process does, so the queue would add nothing. */
  readonly keepTo: (name: string) => void
  readonly now: () => number
  /** Aborted: the process stops, and a look that is under way goes no further than its step. */
  readonly signal: AbortSignal
}

/**
 * One look for work that nobody does: links and followers that are behind, large messages that wait, uploads that were broken off, replays that are not done, channels and
 * schedules that are due. One
 * that the look before found at the same place was woken in vain: its job was lost, or hangs on a worker that died; the work is done
 * here. So the queue can be lost, down or stuck, and the work goes on.
 */
export function createSweep(parts: SweepParts): () => Promise<void> {
  let seen = new Map<string, bigint>()
  let stood = new Map<string, bigint>()
  let seenLarge = new Map<string, string>()
  let open = new Set<string>()
  let compared = new Set<string>()
  let seenChannels = new Map<string, string>()
  let tablesAtMs = Number.NEGATIVE_INFINITY
  const links = async (): Promise<void> => {
    const found = await findLinksWithWork(parts.pool, parts.now())
    const before = seen
    seen = new Map(found.map(({ id, lane, cursor }) => [`${lane} ${id}`, cursor]))
    for (const { id, lane, cursor } of found) {
      if (before.get(`${lane} ${id}`) === cursor || !(await parts.wake(id, lane))) parts.deliver(id, lane)
    }
  }
  const followers = async (): Promise<void> => {
    const found = await parts.follow.find()
    const before = stood
    stood = new Map(found.map(({ name, position }) => [name, position]))
    for (const { name, position, isTimed } of found) {
      // A look that finds nothing most of the time is not worth a job.
      if (isTimed || before.get(name) === position || !(await parts.wakeFollower(name)))
        parts.followHere(name)
    }
  }
  const largeMessages = async (): Promise<void> => {
    const found = await findLargeWithWork(parts.pool)
    const before = seenLarge
    seenLarge = new Map(found.map(({ id, place }) => [id, place]))
    for (const { id, place } of found) {
      if (before.get(id) === place || !(await parts.wakeLarge(id))) parts.workOn(id)
    }
  }
  const replays = async (): Promise<void> => {
    const before = open
    open = new Set(await findOpenReplays(parts.pool))
    for (const id of open) {
      if (before.has(id) || !(await parts.wakeReplay(id))) parts.replay(id)
    }
  }
  const reconciliations = async (): Promise<void> => {
    const before = compared
    compared = new Set(await findOpenReconciliations(parts.pool))
    for (const id of compared) {
      if (before.has(id) || !(await parts.wakeReconciliation(id))) parts.reconcile(id)
    }
  }
  const channels = async (): Promise<void> => {
    const found = await findDueChannels(parts.pool, parts.now())
    const before = seenChannels
    seenChannels = new Map(found.map(({ system, name, place }) => [`${system}/${name}`, place]))
    for (const [id, place] of seenChannels) {
      if (before.get(id) === place || !(await parts.wakeChannel(id))) parts.readFrom(id)
    }
  }
  const schedules = async (): Promise<void> => {
    for (const name of await parts.schedules.find()) parts.keepTo(name)
  }
  const tables = async (): Promise<void> => {
    const nowMs = performance.now()
    if (nowMs - tablesAtMs < TABLES_EVERY_MS) return
    for (const tidy of [
      () => ensurePartitions(parts.pool, parts.now()),
      () => sweepWaiting(parts.pool, parts.now()),
      () => dropOldShares(parts.pool, parts.now()),
      () => dropAssertionsBefore(parts.pool, parts.now()),
      () => dropNoncesBefore(parts.pool, parts.now() - NONCE_KEPT_MS),
      () => dropArrivalsBefore(parts.pool, parts.now() - KEPT_MS),
    ]) {
      if (parts.signal.aborted) return
      await tidy()
    }
    tablesAtMs = nowMs
  }
  const looks = [
    ...[links, followers, largeMessages, () => deleteLostUploads(parts.pool)],
    ...[replays, reconciliations, channels, schedules, () => noteDone(parts.pool, 'sweep'), tables],
  ]
  return async () => {
    for (const look of looks) {
      if (parts.signal.aborted) return
      await look()
    }
  }
}
