import type { Issue } from '#core/issue.ts'
import type { Receipt, SourceResult } from '#core/receipt.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import { readResults } from './results-text.ts'

/** Some results of a large message, and the cursor of those that follow. */
export interface ResultsPage {
  readonly results: readonly SourceResult[]
  readonly next: string | null
}

const NO_PAGE: ResultsPage = { results: [], next: null }

/** The receipt of a stored message, word for word what its sender was answered; that of a large one with a page of its results. */
export function receiptOf(stored: StoredReceipt, page: ResultsPage = NO_PAGE): Receipt {
  const { id, system, record, state, receivedAt, received, accepted, unchanged, rejected } = stored
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
    results: stored.progress ? page.results : readResults(stored.results, system, record),
    ...(stored.progress ? { next: page.next, progress: stored.progress } : {}),
    ...(stored.problem ? { problem: JSON.parse(stored.problem) as Issue } : {}),
  }
}
