import type { Receipt } from '#core/receipt.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import { readResults } from './results-text.ts'

/** The receipt of a stored message, word for word what its sender was answered. */
export function receiptOf(stored: StoredReceipt): Receipt {
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
    results: readResults(stored.results, system, record),
  }
}
