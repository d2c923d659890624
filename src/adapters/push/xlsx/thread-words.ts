import type { RefusalCode } from '#adapters/push/refusal.ts'
import type { WorkbookOptions } from '#core/source.ts'
import type { WorkbookBatch } from './table.ts'
import type { OutputLimits } from './workbook.ts'

/** What a thread is asked to read: bytes, or the path of a file. */
export type WorkbookInput = { readonly bytes: Uint8Array } | { readonly path: string }

/** To the thread. `more` allows one further batch, `stop` ends the reading: its rows are not wanted any more. */
export type ToThread =
  | {
      readonly say: 'read'
      readonly input: WorkbookInput
      readonly options: WorkbookOptions
      readonly limits: OutputLimits
    }
  | { readonly say: 'more' }
  | { readonly say: 'stop' }

/** From the thread. */
export type FromThread =
  | { readonly say: 'batch'; readonly batch: WorkbookBatch }
  | { readonly say: 'end' }
  | {
      readonly say: 'refused'
      readonly code: RefusalCode
      readonly at: string
      readonly reason: string
      readonly fix: string
    }

/** Batches that may be on their way at one time: one is used while the next is made. */
export const BATCHES_AHEAD = 2
