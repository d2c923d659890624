import { sourceRecord } from '#adapters/push/record.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Envelope, SourceRecord, SourceValue } from '#core/source.ts'
import { type JsonDocumentOptions, readJson, recordIssues } from './document.ts'
import { checkBefore, checkExpected, openEnvelope } from './envelope.ts'
import { fieldPointer, pointer } from './pointer.ts'
import { JsonReader } from './reader.ts'
import { refuseJson, refuseOther } from './refuse.ts'
import { type JsonPiece, JsonSplitter } from './split.ts'

type StreamOptions = Omit<JsonDocumentOptions, 'prefix' | 'maxRecords'>

/** The records of a JSON document from pieces of its text, one record in memory at a time. */
export async function* streamJson(
  text: AsyncIterable<string>,
  options: StreamOptions,
): AsyncGenerator<SourceRecord> {
  const splitter = new JsonSplitter(options.rows)
  const read = createPieceReader(options, () => envelopeBefore(splitter.around, options))
  let head = ''
  let begun = false
  for await (const chunk of text) {
    head += begun ? '' : chunk
    if (!begun && head.trim() === '') continue
    if (!begun) refuseOther(head)
    for (const piece of splitter.feed(begun ? chunk : head)) yield read(piece)
    begun = true
    head = ''
  }
  if (!begun) refuseOther(head)
  for (const piece of splitter.end()) yield read(piece)
  yield* around(splitter, options)
}

/** What stands around the list must be JSON as well; a single object in the place of the list is a record. */
function* around(splitter: JsonSplitter, options: StreamOptions): Generator<SourceRecord> {
  try {
    yield* readJson(splitter.around, { ...options, maxRecords: 1 }).records
  } catch (refusal) {
    if (!(refusal instanceof DecodeRefusal) || !splitter.found) throw refusal
    const at = refusal.at.startsWith('line') ? 'around the list' : refusal.at
    throw new DecodeRefusal(refusal.code, at, refusal.reason, refusal.fix)
  }
}

/** What stands before the list, from the text that ends with its opening bracket; undefined where the mapping looks at the list alone. */
function envelopeBefore(
  text: string,
  { rows, envelope: wish, maxDepth }: StreamOptions,
): Envelope | undefined {
  if (wish === undefined) return undefined
  const closed = `${text}]${'}'.repeat(rows.length)}`
  const envelope = openEnvelope('')
  envelope.value = readJson(closed, { rows, maxDepth, maxRecords: 0 }).envelope
  checkExpected(envelope, wish)
  checkBefore(envelope, wish)
  return envelope
}

function createPieceReader({ rows, maxDepth }: StreamOptions, begin: () => Envelope | undefined) {
  const reader = new JsonReader(maxDepth)
  const base = pointer(rows)
  rows.forEach((name, depth) => {
    reader.trail[depth] = name
  })
  let index = 0
  let envelope: Envelope | undefined
  return (piece: JsonPiece): SourceRecord => {
    if (index === 0) envelope = begin()
    const path = `${base}/${index}`
    const value = readPiece(reader, piece, rows.length, index, path)
    const issues = recordIssues(value, path, reader.issues, '')
    return sourceRecord(index++, path, value, fieldPointer, issues, envelope)
  }
}

function readPiece(
  reader: JsonReader,
  piece: JsonPiece,
  depth: number,
  index: number,
  path: string,
): SourceValue {
  reader.open(piece.text)
  reader.trail[depth] = index
  try {
    const value = reader.value(depth + 1)
    reader.end()
    return value
  } catch (fault) {
    throw refuseJson(fault, piece.text, true, { line: piece.line, column: piece.column, path })
  }
}
