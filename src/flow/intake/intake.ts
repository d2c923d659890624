import type { Receipt } from '#core/receipt.ts'
import type { ClaimDecision } from '#flow/peers/decide-claim.ts'
import type { ChangesRequest, EventResult } from '#flow/peers/take-changes.ts'
import type { SignedHeaders } from '#flow/signers/check-signer.ts'
import type { ChannelStep } from '#store/channels.ts'
import type { MissingRequest } from './void-missing.ts'
import type { AnewRequest } from './write-anew.ts'
import type { OwnRequest, OwnResult } from './write-own.ts'

/** One message pushed by a system, as it came over the wire. */
export interface PushRequest {
  readonly system: string
  readonly record: string
  readonly bytes: Uint8Array
  readonly contentType: string
  /** Key that pushed it, for the log; null for the hub itself. */
  readonly keyId: string | null
  readonly idempotencyKey?: string
  /** Headers of the request, where it came over HTTP: they may hold signatures. */
  readonly headers?: SignedHeaders
  /** The channel that read it; its state is written in the transaction that stores the message, or neither is. */
  readonly channel?: ChannelStep
}

/** A message that comes in pieces, because it is too large to be done when answered or because its sender will not wait. */
export interface LargeRequest extends Omit<PushRequest, 'bytes'> {
  /** The whole message in order; a chunk is there until the next is asked for. What it throws ends the upload, and nothing of it is kept. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Canonical records pushed as JSON, single or in a list. */
export interface CanonicalRequest {
  readonly bytes: Uint8Array
  readonly keyId: string | null
  readonly idempotencyKey?: string
  readonly headers?: SignedHeaders
  /** Throws where the caller may not push for this system. */
  readonly mayPush: (system: string) => void
}

/** The way in: bytes → message → records, all in one transaction; the promise settles after COMMIT. */
export interface Intake {
  /**
   * Takes a message; one with more records than can be done at once goes the way of `pushLarge`. Throws a HubError when the message as a whole is refused (unknown system, unreadable, busy, database gone);
   * what became of each record is in the receipt.
   */
  push(request: PushRequest): Promise<Receipt>
  /**
   * Stores a message piece by piece and gives its receipt in the state `waiting`; it is worked on later. The promise settles after
   * COMMIT. Throws like `push`, but for a message that cannot be read: its receipt says so.
   */
  pushLarge(request: LargeRequest): Promise<Receipt>
  /** Takes canonical records (`POST /v1/records`), all of one system; the same receipt. */
  pushCanonical(request: CanonicalRequest): Promise<Receipt>
  /** Takes changes that a peer sent, and gives the verdict on each. Throws where the batch as a whole is refused; nothing is stored then. */
  takeChanges(request: ChangesRequest): Promise<EventResult[]>
  /** Makes what a claim on a record of this hub says its next version, and gives its number. Throws where this hub cannot decide it. */
  acceptClaim(id: string, by: ClaimDecision & { readonly keyId: string | null }): Promise<number>
  /** Makes records void that their source does not have any more, by a message of the hub's own; gives how many. Settles after COMMIT. */
  voidMissing(request: MissingRequest): Promise<number>
  /**
   * Writes records of the hub's own system, by a message of its own: what flow code finds or orders. Same key and same content is `unchanged`.
   * Gives what became of each. Settles after COMMIT; see write-own.ts.
   */
  writeOwn(request: OwnRequest): Promise<OwnResult[]>
  /** Says records of this hub once more as they are, above the versions that others know; gives those that were. Settles after COMMIT; see write-anew.ts. */
  writeAnew(request: AnewRequest): Promise<string[]>
  /** Writes what was counted of the habits of the senders so far; it is written by itself within two seconds. */
  writeCounts(): Promise<void>
  /** Waits for what is under way and takes nothing more. */
  close(): Promise<void>
}
