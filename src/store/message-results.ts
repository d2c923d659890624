import type { PoolClient } from 'pg'
import { copyRows } from './copy-binary.ts'
import { uuidBytes } from './intake.ts'
import { type Coding, decodeBytes, encodeBytes, resultsPlace } from './message-bytes.ts'
import type { MessageName } from './message-parts.ts'
import type { Reader } from './sighted.ts'
import type { WriteStep } from './write-together.ts'

/** Results of a large message that stand in one row. */
export interface ResultsPiece {
  /** Results before it. */
  readonly first: number
  readonly count: number
  /** As `results-text.ts` of intake writes them. */
  readonly text: string
}

/** Most results in one row; a page is found by it. */
export const PIECE_MAX = 1000

const COPY = `copy message_results (message_id, received_at, first, count, coding, results) from stdin (format binary)`

/** A row of results, as a step of `writeTogether`. */
export function copyResults(
  client: PoolClient,
  { id, receivedAtMs }: MessageName,
  piece: ResultsPiece,
): WriteStep {
  const text = Buffer.from(piece.text)
  const { coding, bytes } = encodeBytes(client, text, resultsPlace(id, piece.first))
  const rows = copyRows(bytes.length + 256)
  rows.row(6)
  rows.uuid(uuidBytes(id))
  rows.timestamp(receivedAtMs)
  rows.int4(piece.first)
  rows.int4(piece.count)
  rows.latin1(coding)
  rows.bytes(bytes)
  return { copy: COPY, rows }
}

/** The rows that hold the results from one place on, as many as are needed for so many results. */
export async function readPieces(
  reader: Reader,
  { id, receivedAtMs }: MessageName,
  from: number,
  limit: number,
): Promise<ResultsPiece[]> {
  const { rows } = await reader.query<{ first: number; count: number; coding: Coding; results: Buffer }>(
    `select first, count, coding, results from message_results
      where message_id = $1 and received_at = to_timestamp($2::numeric / 1000)
        and first > $3::int - ${PIECE_MAX} and first < $3::int + $4::int and first + count > $3::int
      order by first`,
    [id, receivedAtMs, from, limit],
  )
  const pieces: ResultsPiece[] = []
  for (const { first, count, coding, results } of rows) {
    const text = await decodeBytes(reader, coding, results, resultsPlace(id, first))
    pieces.push({ first, count, text: text.toString() })
  }
  return pieces
}
