import type { Page } from '#adapters/adapter.ts'
import type { Listing } from '#adapters/paging/listing.ts'
import type { PageParts } from '#adapters/paging/page.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import type { Progress } from './progress.ts'
import type { Watermark } from './watermark.ts'

/** What a query of one window works with. */
export interface Reading {
  readonly parts: PageParts
  readonly listing: Listing
  readonly watermark: Watermark
  readonly progress: Progress
  /** Newest value that is held to be complete; null where there is no such bound. */
  readonly upper: bigint | null
}

export type Pages = AsyncGenerator<Page<PagingState>, void>

/** Bounds of one query, both included; null: none. */
export interface Window {
  readonly from: bigint | null
  readonly end: bigint | null
  /** Of rows with the lower bound only those behind the one of this number. */
  readonly id: string | undefined
}

/** Only the state moves. */
export const moved = ({ progress, watermark }: Reading): Page<PagingState> => ({
  contentType: 'application/json',
  bytes: null,
  state: progress.state(),
  name: `up to ${watermark.show(progress.value).replace('from ', '')}`,
})

/** Names the answers of a window. */
export function namesOf({ watermark }: Reading, { from }: Window): () => string {
  let number = 0
  return () => `${watermark.show(from)}, answer ${++number}`
}
