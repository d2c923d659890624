import type { ReadOptions, SourceRecord } from '#core/source.ts'
import { decodeChunks, type StreamFacts } from './charset-stream.ts'
import { countCsv, streamCsv } from './csv/read.ts'
import { streamDbf } from './dbf/read.ts'
import { contradicts, xmlDeclaredEncoding } from './declared.ts'
import { DEPTH_MAX, type Declared, type DecodeOutcome, decode, isText, type TextFormat } from './decode.ts'
import { rowsPath } from './json/document.ts'
import { envelopeWish } from './json/envelope.ts'
import { createLineReader, isBlank } from './json/line.ts'
import { createInnerReader } from './json/lines.ts'
import { refuseOther } from './json/refuse.ts'
import { streamJson } from './json/stream.ts'
import { DecodeRefusal } from './refusal.ts'
import { inFile } from './spool.ts'
import { FILE_MAX_BYTES } from './xlsx/limits.ts'
import { streamXlsx } from './xlsx/records.ts'
import type { ParkedParts, Unjoined, XmlParts } from './xml/join.ts'
import { streamXml, WAITING_MAX, type XmlRecords } from './xml/read.ts'

/** Text is handed on in pieces of at least this size, so that tiny chunks of a slow sender do not multiply the work. */
const PIECE_CHARS = 16_384
const LINE_MAX_CHARS = 1_048_576
/** What stands inside of one field, of a form or of an envelope, cannot be read in pieces: the body is held whole, up to this size. */
const WHOLE_MAX_BYTES = 16 * 1_048_576

export interface StreamOptions extends ReadOptions {
  /** Details of XML that may wait for their base at one time; 10,000 where not given. */
  readonly maxWaiting?: number
  /** Where parts of XML are put that leave memory, to be taken out as the records come. */
  readonly parked?: ParkedParts
  /** Where a workbook is kept while it is read; the system's folder for temporary files where not given. */
  readonly spool?: { readonly folder: string }
}

type TextStream = StreamOptions & { readonly format: TextFormat }

/** What is known of a stream when its last record has come. */
export interface StreamReport {
  encoding: DecodeOutcome['encoding']
  encodingMismatch: boolean
  unjoined: readonly Unjoined[]
  parts?: XmlParts | undefined
}

/**
 * The source records of a stream of bytes in constant memory, the same as `decodeMessage` gives for the whole. A refusal may come
 * after the first records: only the end shows that a document is whole. `report` is filled in at the end. Of `source` a piece is not looked at any more once
 * the next one was asked for, so that who reads it may use its memory again.
 * @throws DecodeRefusal where the message as a whole cannot be read
 */
export async function* decodeStream(
  source: AsyncIterable<Uint8Array>,
  options: StreamOptions,
  declared: Declared = {},
  report?: StreamReport,
): AsyncGenerator<SourceRecord> {
  const facts: StreamFacts = { encoding: 'utf-8', ascii: true }
  if (options.format === 'dbf') {
    const said = { dbf: options.dbf, declared: declared.charset ?? options.encoding }
    yield* streamDbf(source, said, ({ name, mismatch }) => {
      if (report) Object.assign(report, { encoding: name, encodingMismatch: mismatch })
    })
    return
  }
  if (!isText(options)) {
    // The directory of a workbook stands at its end, so it must be whole before its first row can be read.
    yield* inFile(source, { maxBytes: FILE_MAX_BYTES, ...options.spool }, (path) =>
      streamXlsx(path, options.xlsx, options),
    )
    if (report) Object.assign(report, { encoding: 'xlsx', encodingMismatch: false })
    return
  }
  if (options.format === 'form' || options.format === 'soap') {
    yield* whole(source, options, declared, report)
    return
  }
  const head = { text: '' }
  const text = pieces(decodeChunks(source, facts), head)
  const rows = records(text, options, (rest) => {
    if (report) Object.assign(report, rest)
  })
  if (options.lines === undefined) yield* rows
  else {
    const linesOf = createInnerReader(options.lines, options.whole)
    for await (const row of rows) yield* linesOf(row)
  }
  if (!report) return
  const inner = options.format === 'xml' ? xmlDeclaredEncoding(head.text) : null
  const name = declared.charset ?? inner ?? options.encoding
  report.encoding = facts.encoding
  report.encodingMismatch = name !== undefined && contradicts(name, facts.encoding, facts.ascii)
}

/**
 * How many records `decodeStream` gives, told in steps that add up; a message that it refuses is refused here. Where a line is a record
 * whatever is in it, nothing is parsed.
 * @throws DecodeRefusal where the message as a whole cannot be read
 */
export async function* countStream(
  source: AsyncIterable<Uint8Array>,
  options: StreamOptions,
  declared: Declared = {},
): AsyncGenerator<number> {
  if (options.format === 'csv' || (options.format === 'ndjson' && options.lines === undefined)) {
    const text = pieces(decodeChunks(source, { encoding: 'utf-8', ascii: true }), { text: '' })
    yield* options.format === 'csv' ? countCsv(text, options.csv, options) : countLines(text)
    return
  }
  for await (const _ of decodeStream(source, options, declared)) yield 1
}

function records(
  text: AsyncIterable<string>,
  options: TextStream,
  onEnd: (rest: Omit<XmlRecords, 'records'>) => void,
): AsyncGenerator<SourceRecord> {
  const maxDepth = Math.min(options.maxDepth ?? DEPTH_MAX, DEPTH_MAX)
  switch (options.format) {
    case 'csv':
      return streamCsv(text, options.csv, options)
    case 'ndjson':
      return streamLines(text, maxDepth)
    case 'xml': {
      const maxWaiting = options.maxWaiting ?? WAITING_MAX
      return streamXml(text, { ...options, maxWaiting, onEnd }, maxDepth)
    }
    default:
      return streamJson(text, { rows: rowsPath(options.rows), envelope: envelopeWish(options), maxDepth })
  }
}

async function* pieces(text: AsyncIterable<string>, head: { text: string }): AsyncGenerator<string> {
  let held = ''
  let told = false
  for await (const chunk of text) {
    held += chunk
    if (!told) head.text = held.slice(0, 300)
    if (held.length < PIECE_CHARS) continue
    told = true
    yield held
    held = ''
  }
  if (held !== '') yield held
}

async function* streamLines(text: AsyncIterable<string>, maxDepth: number): AsyncGenerator<SourceRecord> {
  const reader = createLineReader(maxDepth)
  let number = 0
  for await (const lines of lineBatches(text)) {
    for (const line of lines) {
      const record = reader.read(line, ++number)
      if (record) yield record
    }
  }
}

async function* countLines(text: AsyncIterable<string>): AsyncGenerator<number> {
  for await (const lines of lineBatches(text)) {
    let count = 0
    for (const line of lines) if (!isBlank(line)) count++
    yield count
  }
}

/** The lines of a text that comes in pieces, those of a piece together. */
async function* lineBatches(text: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest = ''
  let number = 0
  let begun = false
  for await (const piece of text) {
    rest += piece
    if (!begun) begun = begins(rest)
    // A long line comes in many pieces and is put together once.
    if (piece.includes('\n')) {
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      number += lines.length
      yield lines
    }
    if (rest.length > LINE_MAX_CHARS) throw longLine(number + 1)
  }
  if (!begun) refuseOther(rest)
  yield [rest]
}

function begins(text: string): boolean {
  if (text.trim() === '') return false
  refuseOther(text)
  return true
}

function longLine(number: number): DecodeRefusal {
  const reason = `the line has more than ${LINE_MAX_CHARS} characters`
  return new DecodeRefusal('E_SCHEMA', `line ${number}`, reason, 'send each record as one line')
}

async function* whole(
  source: AsyncIterable<Uint8Array>,
  options: TextStream,
  declared: Declared,
  report: StreamReport | undefined,
): AsyncGenerator<SourceRecord> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > WHOLE_MAX_BYTES) throw tooLong(options)
    chunks.push(Buffer.from(chunk))
  }
  const {
    records: all,
    encoding,
    encodingMismatch,
    unjoined,
  } = decode(Buffer.concat(chunks), options, declared)
  if (report) Object.assign(report, { encoding, encodingMismatch, unjoined })
  yield* all
}

function tooLong({ format, form, soap }: StreamOptions): DecodeRefusal {
  const reason = `the ${format === 'form' ? 'form' : 'envelope'} has more than ${WHOLE_MAX_BYTES} bytes`
  return new DecodeRefusal(
    'E_SCHEMA',
    (format === 'form' ? form : soap)?.field ?? 'body',
    reason,
    'send fewer records in one post',
  )
}
