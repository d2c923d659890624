/** What a hub answers a peer on one change: `openapi/receiver.json`. */
export interface ChangeResult {
  readonly verdict: 'ok' | 'duplicate' | 'retry' | 'reject'
  readonly code?: string
  readonly detail?: string
  /** The claim as which it was kept; not told. */
  readonly claim?: string
}
