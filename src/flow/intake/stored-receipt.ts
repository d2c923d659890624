import type { Receipt } from '#core/receipt.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import { readCompleted, readResults } from './results-text.ts'

/** The receipt of a stored message: what its sender was answered, and what later messages mended of it. */
export function receiptOf(stored: StoredReceipt): Receipt {
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
    results: readResults(stored.results, mended, system, record),
    ...(completed === null ? {} : { completed: readCompleted(completed, system, record) }),
  }
}
