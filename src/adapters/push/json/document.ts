import { isRow, sourceRecord } from '#adapters/push/record.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { Issue } from '#core/issue.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import { checkExpected, type EnvelopeWish, type OpenEnvelope, openEnvelope } from './envelope.ts'
import { fieldPointer, pointer } from './pointer.ts'
import { JsonReader } from './reader.ts'
import { refuseJson, refuseOther } from './refuse.ts'

type Row = { [name: string]: SourceValue }

export interface JsonRows {
  readonly records: SourceRecord[]
  /** The members around the list (`head`, `method`, `size`); empty where the list is the root. */
  readonly envelope: Row
}

export interface JsonDocumentOptions {
  /** Names on the way to the list. */
  readonly rows: readonly string[]
  readonly maxDepth: number
  /** More are counted but not kept, and the message is refused. */
  readonly maxRecords: number
  /** What the mapping wants of the members around the list. */
  readonly envelope?: EnvelopeWish | undefined
  /** A number that lost digits rejects its record. */
  readonly exactNumbers?: boolean | undefined
  /** Put before each path: the name of the form field. */
  readonly prefix?: string
}

/** The names of a dotted path; none for the root. */
export function rowsPath(rows: string | undefined): string[] {
  return rows ? rows.split('.') : []
}

/**
 * The source records of a JSON document: the members of the list at `rows`, or the one object there.
 * @throws DecodeRefusal where the document as a whole is not JSON or has no such list
 */
export function readJson(text: string, options: JsonDocumentOptions): JsonRows {
  refuseOther(text)
  return new DocumentWalk(text, options).read()
}

/** One walk through a document; state is the reader and what was found so far. */
class DocumentWalk {
  private readonly text: string
  private readonly options: JsonDocumentOptions
  private readonly reader: JsonReader
  private readonly prefix: string
  private readonly records: SourceRecord[] = []
  private count = 0
  private found = false
  private inRecord = false
  private readonly around: OpenEnvelope | undefined

  constructor(text: string, options: JsonDocumentOptions) {
    this.text = text
    this.options = options
    this.prefix = options.prefix ?? ''
    this.reader = new JsonReader(options.maxDepth, options.exactNumbers)
    this.around = options.envelope && openEnvelope(this.prefix)
  }

  read(): JsonRows {
    this.reader.open(this.text)
    try {
      const document = this.descend(0)
      this.reader.end()
      if (!this.found) throw this.missing()
      const envelope = isRow(document) ? document : {}
      this.close(envelope)
      return { records: this.records, envelope }
    } catch (fault) {
      throw refuseJson(fault, this.text, this.inRecord)
    }
  }

  /** Hands the envelope, which is whole now, to the records. */
  private close(envelope: Row): void {
    const { around } = this
    if (!around || !this.options.envelope) return
    around.value = envelope
    checkExpected(around, this.options.envelope)
  }

  /** Reads the envelope from this depth on; at the depth of the list, the list, which stands empty in the envelope. */
  private descend(depth: number): SourceValue {
    const { rows } = this.options
    if (depth === rows.length) {
      this.found = true
      this.list(depth)
      return []
    }
    const envelope: Row = {}
    if (this.reader.next() !== 0x7b) throw this.notAnEnvelope(depth)
    this.reader.enter(depth)
    if (this.reader.next() === 0x7d) {
      this.reader.at++
      return envelope
    }
    do {
      const key = this.reader.key(depth)
      if (!this.reader.admits(envelope, key, depth)) throw this.badEnvelope()
      envelope[key] = key === rows[depth] ? this.descend(depth + 1) : this.reader.value(depth + 1)
    } while (this.reader.more(0x7d))
    this.checkEnvelope()
    return envelope
  }

  private list(depth: number): void {
    const reader = this.reader
    const code = reader.next()
    if (code === 0x7b) {
      this.record(depth, reader.path(depth - 1))
      return
    }
    if (code !== 0x5b) throw this.notAList(depth)
    reader.enter(depth)
    const base = reader.path(depth - 1)
    if (reader.next() === 0x5d) {
      reader.at++
      return
    }
    do {
      reader.trail[depth] = this.count
      this.record(depth + 1, `${base}/${this.count}`)
    } while (reader.more(0x5d))
    this.checkCount(base)
  }

  private record(depth: number, path: string): void {
    const before = this.reader.issues
    this.reader.issues = []
    this.inRecord = true
    const value = this.reader.value(depth)
    this.inRecord = false
    const index = this.count++
    if (index < this.options.maxRecords) this.records.push(this.recordOf(index, path, value))
    this.reader.issues = before
  }

  private recordOf(index: number, path: string, value: SourceValue): SourceRecord {
    const issues = recordIssues(value, path, this.reader.issues, this.prefix)
    return sourceRecord(index, this.prefix + path, value, fieldPointer, issues, this.around)
  }

  private checkCount(base: string): void {
    const { maxRecords } = this.options
    if (this.count > maxRecords) throw tooMany(this.count, maxRecords, this.prefix + base)
  }

  private checkEnvelope(): void {
    if (this.reader.issues.length > 0) throw this.badEnvelope()
  }

  private badEnvelope(): DecodeRefusal {
    const [issue] = this.reader.issues
    const at = this.prefix + (issue?.path ?? '')
    return new DecodeRefusal('E_SCHEMA', at, `${issue?.reason} around the list`, issue?.fix ?? '')
  }

  private missing(): DecodeRefusal {
    return missingRows(this.options.rows, this.prefix)
  }

  // Both read the value first: text that is no JSON at all is refused as such.
  private notAnEnvelope(depth: number): DecodeRefusal {
    this.readAll(depth)
    return this.missing()
  }

  private notAList(depth: number): DecodeRefusal {
    this.readAll(depth)
    return notList(this.prefix + pointer(this.options.rows))
  }

  private readAll(depth: number): void {
    this.reader.value(depth)
    if (depth === 0) this.reader.end()
  }
}

/** What a record was found guilty of, with places as its format writes them. */
export function recordIssues(
  value: SourceValue,
  path: string,
  found: readonly Issue[],
  prefix: string,
): readonly Issue[] | undefined {
  if (!isRow(value)) {
    const fix = 'send each record as an object'
    return [{ path: prefix + path, code: 'E_SCHEMA', reason: 'not an object', fix }]
  }
  if (found.length === 0) return undefined
  return prefix === '' ? found : found.map((issue) => ({ ...issue, path: prefix + issue.path }))
}

/** Refusal of a document without the list that its system declares. */
export function missingRows(rows: readonly string[], prefix: string): DecodeRefusal {
  const fix = 'send the document as the interface describes it'
  if (rows.length === 0) return notList(prefix)
  return new DecodeRefusal('E_SCHEMA', prefix + pointer(rows), `${rows.join('.')} is missing`, fix)
}

/** Refusal of a value that should be a list of records. */
export function notList(at: string): DecodeRefusal {
  const fix = 'send a list of objects, or one object'
  return new DecodeRefusal('E_SCHEMA', at === '' ? 'line 1' : at, 'neither a list nor an object', fix)
}
