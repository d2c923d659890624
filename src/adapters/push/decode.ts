import { isAscii } from 'node:buffer'
import type { ReadOptions, SourceRecord, SourceValue } from '#core/source.ts'
import { decodeText, type Encoding } from './charset.ts'
import { readCsv } from './csv/read.ts'
import { contradicts, xmlDeclaredEncoding } from './declared.ts'
import { readForm } from './form.ts'
import { readJson, rowsPath } from './json/document.ts'
import { envelopeWish } from './json/envelope.ts'
import { createInnerReader } from './json/lines.ts'
import { readLines } from './ndjson.ts'
import { readSoap } from './soap/read.ts'
import { tooMany } from './too-many.ts'
import type { Unjoined, XmlParts } from './xml/join.ts'
import { readXml } from './xml/read.ts'

/** Deepest nesting of a message; a system may set less. */
export const DEPTH_MAX = 64

/** Records of one whole message where the system names no lower limit; more come as a stream. It bounds memory. */
export const RECORDS_MAX = 100_000

/** A format of which the bytes are text. */
export type TextFormat = Exclude<ReadOptions['format'], 'xlsx' | 'dbf'>

export interface DecodeOptions extends ReadOptions {
  readonly format: TextFormat
  /** Most records that the system may send in one message. */
  readonly maxRecords?: number
  /** JSON whose numbers are read as numbers afterwards: one that lost digits rejects its record, instead of showing it in its text. */
  readonly exactNumbers?: boolean
}

export const isText = <T extends ReadOptions>(options: T): options is T & { readonly format: TextFormat } =>
  options.format !== 'xlsx' && options.format !== 'dbf'

/** What a message says of itself outside of its bytes. */
export interface Declared {
  /** Parameter of the content type. */
  readonly charset?: string
}

export interface DecodeOutcome {
  /** In the order of the message. */
  readonly records: SourceRecord[]
  /** What the bytes are; of a dBase table the encoding of its texts, as `TextDecoder` names it. */
  readonly encoding: string
  /** Content type, XML declaration or `read.encoding`, the first that there is, says another encoding than the bytes have. */
  readonly encodingMismatch: boolean
  /** Members around the list of a JSON document; empty for other formats. */
  readonly envelope: { readonly [name: string]: SourceValue }
  /** Base elements of XML that no detail used. */
  readonly unjoined: readonly Unjoined[]
  /** Parts of XML that may be joined with parts of other messages, where the mapping says so. */
  readonly parts?: XmlParts | undefined
}

type Read = Pick<DecodeOutcome, 'records'> &
  Partial<DecodeOutcome> & { readonly encoding: Encoding; readonly inner?: string | null }

/**
 * The source records of a message that is text, see `decodeMessage` for any. What is wrong with one record stands in its `issues` and its neighbours live.
 * @throws DecodeRefusal where the message as a whole cannot be read
 */
export function decode(bytes: Uint8Array, options: DecodeOptions, declared: Declared = {}): DecodeOutcome {
  const most = Math.min(options.maxRecords ?? RECORDS_MAX, RECORDS_MAX)
  const read = readFormat(bytes, options, most)
  const name = declared.charset ?? read.inner ?? options.encoding
  return {
    records: options.lines === undefined ? read.records : linesOf(read.records, options, most),
    encoding: read.encoding,
    encodingMismatch: name !== undefined && contradicts(name, read.encoding, isAscii(bytes)),
    envelope: read.envelope ?? {},
    unjoined: read.unjoined ?? [],
    ...(read.parts ? { parts: read.parts } : {}),
  }
}

function linesOf(
  records: readonly SourceRecord[],
  { lines: name = '', whole }: DecodeOptions,
  most: number,
): SourceRecord[] {
  const lines = records.flatMap(createInnerReader(name, whole))
  if (lines.length > most) throw tooMany(lines.length, most, name)
  return lines
}

function readFormat(bytes: Uint8Array, options: DecodeOptions, maxRecords: number): Read {
  const maxDepth = Math.min(options.maxDepth ?? DEPTH_MAX, DEPTH_MAX)
  const { format } = options
  if (format === 'ndjson') return readLines(bytes, { maxDepth, maxRecords })
  const { exactNumbers } = options
  const json = {
    rows: rowsPath(options.rows),
    envelope: envelopeWish(options),
    exactNumbers,
    maxDepth,
    maxRecords,
  }
  if (format === 'form') return readForm(bytes, options.form?.field ?? 'data', json)
  const { text, encoding } = decodeText(bytes)
  if (format === 'csv') return { encoding, records: readCsv(text, options.csv, maxRecords, options) }
  if (format === 'xml' || format === 'soap') {
    const read = format === 'xml' ? readXml : readSoap
    return { encoding, inner: xmlDeclaredEncoding(text), ...read(text, options, { maxDepth, maxRecords }) }
  }
  return { encoding, ...readJson(text, json) }
}
