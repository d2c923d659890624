import type { Acknowledged } from '#core/recall/deadlines.ts'

/** The receiver's word on one change. */
export interface Verdict {
  readonly verdict: 'ok' | 'duplicate' | 'retry' | 'reject'
  readonly code?: string | undefined
  readonly detail?: string | undefined
  /** Milliseconds that the receiver asks to wait before the change is sent again. */
  readonly afterMs?: number | undefined
  /** Of a hold: the receiver has acted on it. */
  readonly acknowledged?: Acknowledged | undefined
}

/** Why a batch got no verdicts. `refused` is the batch's own fault: the receiver is well and does not take these bytes. */
export type FailureClass = 'retry' | 'auth' | 'config' | 'refused'

export interface Failure {
  readonly class: FailureClass
  /** HTTP status; null where no answer came. */
  readonly status: number | null
  readonly detail: string
  /** Code with which a receiver refused in its own protocol. */
  readonly code?: string
  readonly retryAfterMs?: number | undefined
  /** It was the disk of this machine that failed, and no receiver. */
  readonly ownDisk?: true
}

/** What came of one request. */
export type SendAnswer =
  | { readonly kind: 'verdicts'; readonly verdicts: ReadonlyMap<string, Verdict> }
  | ({ readonly kind: 'failed' } & Failure)

/** Sends one batch to a receiver. Never throws for what a receiver or network can do. */
export type Send = (
  request: {
    readonly url: string
    readonly allow: readonly string[]
    readonly batch: string
  } & Proof & { readonly signal: AbortSignal },
) => Promise<SendAnswer>

/** By what a receiver knows that a message is the hub's. */
export interface Proof {
  /** `whsec_…` and `whsk_…`, divided by blanks: one for each signature. */
  readonly secret: string
  /** Sent as `Authorization: Bearer …`. */
  readonly token: string | null
  readonly messageId: string
  /** Seconds since 1970. */
  readonly timestamp: number
}

/** Posts one body to a receiver with a protocol of its own. Never throws for what a receiver or network can do. */
export type Post = (request: {
  readonly url: string
  readonly allow: readonly string[]
  readonly body: string | Uint8Array
  readonly contentType: string
  readonly proof: Proof
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | ({ readonly kind: 'failed' } & Failure)
>

/** Puts a file into a folder, or takes it away. Never throws for what a file system can do. */
export interface DropFile {
  write(request: {
    readonly folder: string
    readonly name: string
    readonly bytes: Uint8Array
  }): Promise<DropAnswer>
  remove(request: { readonly folder: string; readonly name: string }): Promise<DropAnswer>
}

export type DropAnswer =
  | { readonly kind: 'written' | 'same' }
  | { readonly kind: 'failed'; readonly class: 'retry' | 'auth' | 'config'; readonly detail: string }

/** A folder on another host, with what opens it. */
export interface RemoteTarget {
  readonly url: string
  readonly allow: readonly string[]
  readonly secrets: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Opens folders on other hosts for some files. Nothing of it throws for what a host can do. */
export interface RemoteDropFile {
  open(target: RemoteTarget): Promise<OpenRemoteDrop | Extract<DropAnswer, { readonly kind: 'failed' }>>
}

export interface OpenRemoteDrop {
  readonly kind: 'open'
  write(name: string, bytes: Uint8Array): Promise<DropAnswer>
  remove(name: string): Promise<DropAnswer>
  close(): void
}
