/** The receiver's word on one change. */
export interface Verdict {
  readonly verdict: 'ok' | 'duplicate' | 'retry' | 'reject'
  readonly code?: string | undefined
  readonly detail?: string | undefined
  /** Milliseconds that the receiver asks to wait before the change is sent again. */
  readonly afterMs?: number | undefined
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
}

/** What came of one request. */
export type SendAnswer =
  | { readonly kind: 'verdicts'; readonly verdicts: ReadonlyMap<string, Verdict> }
  | ({ readonly kind: 'failed' } & Failure)

/** Sends one batch to a receiver. Never throws for what a receiver or network can do. */
export type Send = (request: {
  readonly url: string
  readonly allow: readonly string[]
  readonly secret: string
  readonly batch: string
  readonly messageId: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly signal: AbortSignal
}) => Promise<SendAnswer>

/** Posts one body to a receiver with a protocol of its own. Never throws for what a receiver or network can do. */
export type Post = (request: {
  readonly url: string
  readonly allow: readonly string[]
  readonly body: string
  readonly contentType: string
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | ({ readonly kind: 'failed' } & Failure)
>
