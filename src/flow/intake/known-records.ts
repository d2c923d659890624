import type { ClaimRow } from '#store/claims.ts'
import type { ConfirmedOrder } from '#store/confirmed-orders.ts'
import type { Head, NewestBody, PastVersion } from '#store/heads.ts'
import type { EdgeRow, VersionRow } from '#store/intake.ts'
import type { Owner, PeerVersionRow } from '#store/peer-versions.ts'
import type { Restoration } from '#store/restorations.ts'
import type { WaitingVoid } from '#store/waiting-voids.ts'
import type { KnownWhole } from './wholes.ts'

/** What the store knows about the records that the messages touch. */
export interface Known {
  /** Of a record that this transaction writes, the version that it writes. */
  readonly heads: Map<string, Head | WrittenVersion>
  /** The highest orders with which heads were said again; the heads have them. */
  readonly confirmed: Map<string, string>
  readonly bodies: ReadonlyMap<string, NewestBody>
  /** Versions that are stored; those of this transaction are found by `historyOf`. */
  readonly history: Map<string, PastVersion[]>
  /** Versions of this transaction that it itself replaced: a key may occur twice. */
  readonly replaced: Map<string, WrittenVersion[]>
  /** Voids that waited for a record that comes now. */
  readonly waiting: Map<string, WaitingVoid>
  /** Records that a void waits for, whether they come now or not. */
  readonly awaited: Set<string>
  /** When the heads arrived that a deferred message would change; empty for all others. */
  readonly arrivals: Map<string, { readonly receivedAtMs: number }>
  /** Orders that are told with all their lines, each by its key. */
  readonly wholes: ReadonlyMap<string, KnownWhole>
  /** The sheets that told a record last, where its key does not say which. */
  readonly tellers: Map<string, KnownWhole>
  /** Of the records that would change, the owners of those of other hubs. */
  readonly owners: Map<string, Owner>
  /** That the hub was restored from a backup; null where it never was. */
  readonly restoration: Restoration | null
}

/** A version of this transaction, with the digest of the bytes of its message. */
export interface WrittenVersion extends VersionRow {
  readonly message: Buffer
  readonly replay: string | null
}

/** Whether the newest version of a record is one of this transaction. */
export const isWritten = (head: Head | WrittenVersion | undefined): head is WrittenVersion =>
  head !== undefined && 'body' in head

/**
 * The number of the next version of a record of this hub. What it gave out after the backup from which it was restored, others know and it does not:
 * no such number comes again.
 * @param occurredAtMs of what a source tells: nobody was told before the restore what happened after it
 */
export function nextNumber(id: string, known: Known, occurredAtMs: number | null = null): number {
  const head = known.heads.get(id)
  const next = (head?.version ?? 0) + 1
  const { restoration } = known
  if (restoration === null || next > restoration.versionsAfter) return next
  if (!head && occurredAtMs !== null && occurredAtMs > restoration.atMs) return next
  return restoration.versionsAfter + 1
}

/** All versions of a record that are known: a resend may share the transaction of its first message and of the void between them. */
export function historyOf(id: string, known: Known): readonly PastVersion[] | undefined {
  const stored = known.history.get(id)
  const head = known.heads.get(id)
  if (!isWritten(head)) return stored
  return [...(stored ?? []), ...(known.replaced.get(id) ?? []), head]
}

/** The rows that follow, to be written in one transaction. */
export interface Decision {
  readonly versions: VersionRow[]
  readonly edges: EdgeRow[]
  readonly newWaiting: WaitingVoid[]
  /** Records whose waiting void is applied now. */
  readonly applied: string[]
  /** Roads of those of the versions that came from peers. */
  readonly peerVersions: PeerVersionRow[]
  /** Versions that were said again with a higher order, by their records. */
  readonly confirmed: Map<string, ConfirmedOrder>
  /** What was said of records that others own. */
  readonly claims: ClaimRow[]
}

export const noDecision = (): Decision => ({
  versions: [],
  edges: [],
  newWaiting: [],
  applied: [],
  confirmed: new Map(),
  peerVersions: [],
  claims: [],
})
