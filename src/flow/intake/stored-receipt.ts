import type { Issue } from '#core/issue.ts'
import type { Receipt, SourceResult } from '#core/receipt.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import { readCompleted, readResults, withMended } from './results-text.ts'

/** Some results of a large message, and the cursor of those that follow. */
export interface ResultsPage {
  readonly results: readonly SourceResult[]
  readonly next: string | null
}

const NO_PAGE: ResultsPage = { results: [], next: null }

/** The receipt of a stored message, what its sender was answered and what later messages mended of it; that of a large one with a page of its results. */
export function receiptOf(stored: StoredReceipt, page: ResultsPage = NO_PAGE): Receipt {
  const { id, system, record, state, receivedAt, received, accepted, unchanged, rejected } = stored
  const { completed, mended } = stored
  return {
    receipt: id,
    system,
    record,
    sha256: stored.sha256.toString('hex'),
    state,
    receivedAt,
    received,
    accepted,
    unchanged,
    rejected,
    results: withMended(
      stored.progress ? page.results : readResults(stored.results, system, record),
      mended,
      system,
      record,
    ),
    ...(completed === null ? {} : { completed: readCompleted(completed, system, record) }),
    ...(stored.progress ? { next: page.next, progress: stored.progress } : {}),
    ...(stored.problem ? { problem: JSON.parse(stored.problem) as Issue } : {}),
  }
}
