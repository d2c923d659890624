import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { SharingClass } from '#core/model/sharing.ts'
import { keepLease } from '#flow/keep-lease.ts'
import { peerRoads } from '#flow/peers/peer-roads.ts'
import { laneHead } from '#store/changes.ts'
import { readHeldRecords } from '#store/held-changes.ts'
import { concernsLane, type Lane } from '#store/lanes.ts'
import { extendLease, type Lease, leaseLink, releaseLease } from '#store/link-lease.ts'
import { type LinkTransport, readLinkTransport } from '#store/link-secrets.ts'
import { readPeerOfLink } from '#store/peers.ts'
import type { Failure, Send } from './answer.ts'
import { canonicalMapping } from './backward-mapping.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { BackwardMapping, Clock, Log } from './ports.ts'
import { type RunEnd, runDelivery } from './run.ts'

/** A worker that dies holds its link up for no longer than this. */
const LEASE_MS = 15_000
/** Time after which a delivery that found no end lets others have their turn. */
const BUDGET_MS = 20_000
/** Another worker had the lease: it may have looked at the log just before the change that woke this one. */
const BUSY_AGAIN_MS = 300
/** The same where the receiver has as many deliveries as it may: those that wait take turns. */
const CROWDED_BUDGET_MS = 2000
const CROWDED_AGAIN_MS = 500

export interface DeliveryParts {
  readonly pool: Pool
  readonly send: Send
  /** The backward mapping of a link; null where there is none of that name, it has mistakes, or needs what the link may not see. */
  readonly mappingOf?: (name: string, sees: readonly SharingClass[]) => BackwardMapping | null
  /** The protocol of the receiver that a mapping writes for; null where it implements the hub's contract. */
  readonly protocolOf?: (mapping: string) => OwnProtocol | null
  /** How a link to a folder is served, here or on another host; absent where this process may write no files. */
  readonly folderOf?: (mapping: string) => OwnProtocol
  readonly clock?: Clock
  /** From 0 to below 1; spreads the tries of links that failed together. */
  readonly random?: () => number
  readonly log?: Log
  readonly leaseMs?: number
}

export interface DeliveryEnd {
  /** False where there is more to send at once. */
  readonly done: boolean
  /** When to come again by itself; absent where only a new change gives work. */
  readonly nextAt?: number
  /** The receiver did not take what it was last sent, or did not answer. */
  readonly failed?: true
  /** Another worker has the lane, or the places at the receiver: how the receiver is, it knows. */
  readonly elsewhere?: true
}

export interface DeliverOptions {
  readonly lane?: Lane
  readonly signal?: AbortSignal
  readonly budgetMs?: number
  /** Told when a request to the receiver begins, and when it has ended. */
  readonly onAsking?: (isOpen: boolean) => void
}

export interface Delivery {
  /**
   * Delivers what a lane of a link (`live` where none is named) has to send, until nothing is left or `budgetMs` is over. At most one
   * call at a time works on a lane, in whatever process; the others come back at once. An aborted signal ends the request under way and gives the lease back; what the
   * receiver took without our having its answer is sent again with the same event identifiers.
   */
  deliverLink(linkId: string, options?: DeliverOptions): Promise<DeliveryEnd>
}

export function createDelivery(parts: DeliveryParts): Delivery {
  const { pool } = parts
  const clock = parts.clock ?? { now: Date.now }
  const leaseMs = parts.leaseMs ?? LEASE_MS

  const run = async (lease: Lease, signal: AbortSignal, options: DeliverOptions): Promise<RunEnd> => {
    const { budgetMs = budgetOf(lease), onAsking } = options
    const canonical = lease.mapping === 'canonical'
    const transport = (await readLinkTransport(pool, lease.linkId)) ?? NOTHING_SEEN
    const peer = canonical ? await readPeerOfLink(pool, lease.linkId) : null
    const mapping = peer
      ? peerRoads(pool, peer.hub, transport.sees)
      : canonical
        ? canonicalMapping(transport.sees)
        : (parts.mappingOf?.(lease.mapping, transport.sees) ?? null)
    const own = ownOf(lease, canonical || mapping !== null)
    const readHeld = () => readHeldRecords(pool, lease.linkId, lease.lane)
    return await runDelivery({
      pool,
      send: canonical || mapping ? told(parts.send, onAsking) : async () => noMapping(lease.mapping),
      clock,
      random: parts.random ?? Math.random,
      pause,
      lease,
      transport,
      leaseMs,
      mapping,
      own: own && { ...own, send: told((request) => own.send(request), onAsking) },
      held: await readHeld(),
      readHeld,
      log: parts.log,
      signal,
      budgetMs,
    })
  }

  const isAtHead = async ({ lane, filter }: Lease, cursor: bigint): Promise<boolean> =>
    !concernsLane(filter, lane) || (await laneHead(pool, lane)) <= cursor

  /** Null where batches of the hub's contract are sent. */
  const ownOf = ({ mapping, url }: Lease, isWritable: boolean): OwnProtocol | null => {
    if (!isWritable) return null
    if (!url.startsWith('http')) return parts.folderOf?.(mapping) ?? NO_FOLDERS
    return mapping === 'canonical' ? null : (parts.protocolOf?.(mapping) ?? null)
  }

  return {
    async deliverLink(linkId, options = {}) {
      const { lane = 'live' } = options
      const leased = await leaseLink(pool, linkId, { lane, nowMs: clock.now(), leaseMs })
      if (leased.state === 'idle') return { done: true }
      if (leased.state === 'later') return { done: true, nextAt: leased.nextAtMs, failed: true }
      if (leased.state === 'busy') return { done: true, nextAt: clock.now() + BUSY_AGAIN_MS, elsewhere: true }
      if (leased.state === 'crowded')
        return { done: true, nextAt: clock.now() + CROWDED_AGAIN_MS, elsewhere: true }
      const { lease } = leased
      const kept = keepLease((ms) => extendLease(pool, lease, ms), leaseMs, options.signal)
      let end: RunEnd | null = null
      try {
        end = await run(lease, kept.signal, options)
      } finally {
        kept.end()
        // Best effort: a lease that cannot be given back runs out.
        await releaseLease(pool, lease, end ?? lease).catch(() => {})
      }
      report(parts.log, lease, end)
      // Who stored a change while we had the lease did not wake the link: look once more, now that it is free.
      const done = end.end === 'drained' ? await isAtHead(lease, end.cursor) : end.end !== 'stopped'
      return {
        done,
        ...(end.nextAtMs === null ? {} : { nextAt: end.nextAtMs }),
        ...(end.failure ? { failed: true } : {}),
      }
    },
  }
}

/** A way to send that says when a request begins and when it has ended. */
const told =
  <Request, Answer>(
    send: (request: Request) => Promise<Answer>,
    onAsking: DeliverOptions['onAsking'],
  ): ((request: Request) => Promise<Answer>) =>
  async (request) => {
    onAsking?.(true)
    try {
      return await send(request)
    } finally {
      onAsking?.(false)
    }
  }

const budgetOf = ({ limits, lane }: Lease): number =>
  limits.concurrency === undefined || lane === 'recall' ? BUDGET_MS : CROWDED_BUDGET_MS

/** Ends early where the signal says so; the caller looks at it. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await pauseFor(ms, undefined, { signal }).catch(() => {})
}

/** A link that was deleted since it was leased sees nothing; what it would store is stored nowhere. */
const NOTHING_SEEN: LinkTransport = { sees: [], signing: [], token: null }

const NO_FOLDERS: OwnProtocol = {
  maxRecords: 500,
  send: async () => ({
    kind: 'failed',
    class: 'config',
    status: null,
    detail: 'this process may write no files: HUB_DROP_FOLDERS is not set',
  }),
}

const noMapping = (name: string): { kind: 'failed' } & Failure => ({
  kind: 'failed',
  class: 'config',
  status: null,
  detail: `the mapping ${name} of this link does not exist, has mistakes, or needs what the link may not see`,
})

function report(log: Log | undefined, lease: Lease, end: RunEnd): void {
  if (end.end === 'lost')
    log?.warn(
      { link: lease.linkId, lane: lease.lane },
      'a delivery has its lease no longer: another worker sends its last batch again, or the link was deleted',
    )
  if (!end.failure) return
  const facts = {
    link: lease.linkId,
    lane: lease.lane,
    class: end.failure.class,
    status: end.failure.status,
    detail: end.failure.detail,
    nextAt: end.nextAtMs === null ? null : new Date(end.nextAtMs).toISOString(),
  }
  log?.warn(facts, 'a receiver failed')
}
