import type { ClientBase, Pool } from 'pg'
import type { Issue } from '#core/issue.ts'
import type { SourceResult } from '#core/receipt.ts'
import { PIECE_MAX, type ResultsPiece, readPieces } from '#store/message-results.ts'
import { readIssues, readPiece, readResults } from './results-text.ts'

/** As much of a stored message as tells where its results are. */
export interface WithResults {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  /** Null where they were not asked for. */
  readonly results: string | null
  /** It is a large message: its results lie in pieces. */
  readonly inPieces: boolean
}

/** What became of the source records of a stored message, as it was told; of a large one piece by piece. */
export async function* storedResults(
  client: ClientBase | Pool,
  message: WithResults,
): AsyncGenerator<SourceResult> {
  const { system, record, results, inPieces } = message
  if (!inPieces) {
    if (results !== null) yield* readResults(results, system, record)
    return
  }
  yield* inPiecesFrom(client, message, 0, Number.POSITIVE_INFINITY)
}

/** What was found in the source records of a stored message, in their order. */
export async function* storedIssues(client: ClientBase | Pool, message: WithResults): AsyncGenerator<Issue> {
  if (!message.inPieces) {
    for await (const { issues } of storedResults(client, message)) yield* issues ?? []
    return
  }
  for await (const piece of piecesFrom(client, message, 0, Number.POSITIVE_INFINITY))
    yield* readIssues(piece.text)
}

/**
 * What was told of some source records, by how many of them were decided before; it may be a few more. Of a message that is not large, all of them.
 */
export async function* resultsBetween(
  client: ClientBase | Pool,
  message: WithResults,
  from: number,
  to: number,
): AsyncGenerator<SourceResult> {
  if (message.inPieces) yield* inPiecesFrom(client, message, from, to)
  else yield* storedResults(client, message)
}

async function* inPiecesFrom(
  client: ClientBase | Pool,
  message: WithResults,
  start: number,
  to: number,
): AsyncGenerator<SourceResult> {
  const { system, record } = message
  for await (const { text } of piecesFrom(client, message, start, to))
    yield* readPiece(text, { system, record })
}

async function* piecesFrom(
  client: ClientBase | Pool,
  message: WithResults,
  start: number,
  to: number,
): AsyncGenerator<ResultsPiece> {
  for (let from = start; from < to; ) {
    const pieces = await readPieces(client, message, from, Math.min(PIECE_MAX, to - from))
    yield* pieces
    const last = pieces.at(-1)
    if (!last) return
    from = last.first + last.count
  }
}
