import { readPiece } from '#flow/intake/results-text.ts'
import { readPieces } from '#store/message-results.ts'
import type { StoredReceipt } from '#store/receipts.ts'
import type { Reader } from '#store/sighted.ts'

/** Some results of a large message, and the place of the first that is not among them, if there is one already. */
export interface PlacedResults {
  readonly results: ReturnType<typeof readPiece>
  readonly next: number | null
}

/** The results of a large message from one place on, in the order in which they were decided. */
export async function readPage(
  reader: Reader,
  { id, receivedAt, system, record, received }: StoredReceipt,
  from: number,
  limit: number,
): Promise<PlacedResults> {
  const receivedAtMs = Date.parse(receivedAt)
  const pieces = await readPieces(reader, { id, receivedAtMs }, from, limit)
  const results = pieces.flatMap(({ first, text }) =>
    readPiece(text, { system, record }, Math.max(from - first, 0), Math.max(from + limit - first, 0)),
  )
  const end = from + results.length
  return { results, next: results.length > 0 && end < received ? end : null }
}
