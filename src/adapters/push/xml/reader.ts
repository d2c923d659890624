import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { refuseEmpty } from '#adapters/push/empty.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { Issue } from '#core/issue.ts'
import type { ReadOptions } from '#core/source.ts'
import { besideText, contentOf, TEXT, trimBlanks } from './content.ts'
import { blankDeclaration } from './declaration.ts'
import { checkEnvelope } from './envelope.ts'
import { bareAmpersand, cutXml, refuseXml } from './refuse.ts'
import { XmlRepair } from './repair.ts'
import { fieldPath, rowPath, type XmlFields, type XmlRow } from './row.ts'

const POISON = new Set(['__proto__', 'constructor', 'prototype'])
const ENTITIES = Object.assign(Object.create(null), { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })
const ISSUES_MAX = 20
/** Longest text of one element, and longest markup, in a stream. */
const TEXT_MAX_CHARS = 1_048_576

export interface XmlLimits {
  readonly maxDepth: number
  /** Rows, base elements among them, before the message is refused. */
  readonly maxRecords: number
}

/** What a mapping says of the text around its rows. */
export type XmlAround = Pick<NonNullable<ReadOptions['xml']>, 'envelope' | 'repair'>

interface Open {
  readonly name: string
  /** Inside a row: children and attributes so far. */
  fields: XmlFields | null
  text: string
  /** Rows inside of it, and whether it holds anything else. */
  rows: number
  filled: boolean
}

/**
 * Reads XML piece by piece and gives the elements that are rows as soon as they are closed. Several roots may follow each
 * other. Document type declarations and entities that XML does not define are refused, by no setting can they be allowed.
 */
export class XmlReader {
  private readonly rows: ReadonlySet<string> | null
  private readonly limits: XmlLimits
  private readonly parser = new SaxesParser({ fragment: true, position: true, xmlns: false } as const)
  private readonly open: Open[] = []
  private readonly counts = new Map<string, number>()
  private done: XmlRow[] = []
  private head: string | null = ''
  private rowDepth = 0
  private issues: Issue[] = []
  private total = 0
  private stray: string | null = null
  /** The last piece fed, where it begins, and where the parser last told of something. */
  private piece = ''
  private pieceAt = 0
  private told = { at: 0, line: 1 }
  private readonly envelope: XmlAround['envelope']
  private readonly repair: XmlRepair | null

  /** `rows` null: each root element is a row. */
  constructor(rows: ReadonlySet<string> | null, limits: XmlLimits, around: XmlAround = {}) {
    this.rows = rows
    this.limits = limits
    this.envelope = around.envelope
    this.repair = around.repair ? new XmlRepair(around.repair) : null
    this.parser.ENTITIES = ENTITIES
    this.parser.on('opentag', (tag) => this.begin(tag))
    this.parser.on('closetag', () => this.finish())
    this.parser.on('text', (text) => this.characters(text))
    this.parser.on('cdata', (text) => this.characters(text))
    this.parser.on('doctype', () => this.fail('doctype'))
    this.parser.on('error', (error) => this.fail(error.message))
  }

  /** Takes the next piece of text and gives the rows that it closed. */
  feed(piece: string): XmlRow[] {
    const text = this.repair ? this.repair.feed(piece) : piece
    if (this.head === null) {
      this.write(text)
    } else {
      this.head += text
      const start = blankDeclaration(this.head, false)
      if (start === null) return []
      this.begun(start)
    }
    return this.take()
  }

  /** Tells that the text has ended. @throws DecodeRefusal where it ends inside an element, or holds no row */
  end(): XmlRow[] {
    const rest = this.repair?.end() ?? ''
    if (this.head !== null) this.head += rest
    else if (rest !== '') this.write(rest)
    if (this.head !== null) this.begun(blankDeclaration(this.head, true) ?? this.head)
    const inside = this.openRow()
    this.parser.off('error')
    this.parser.on('error', () => {
      throw (
        bareAmpersand(this.piece.slice(Math.max(0, this.told.at - this.pieceAt)), this.told.line) ??
        cutXml(inside)
      )
    })
    this.parser.close()
    if (this.total === 0 && this.stray !== null) throw this.noRows(this.stray)
    return this.take()
  }

  private begun(text: string): void {
    this.head = null
    refuseEmpty(text, 'XML')
    this.write(text)
  }

  private write(text: string): void {
    this.pieceAt += this.piece.length
    this.piece = text
    this.parser.write(text)
    if (this.pieceAt - this.told.at > TEXT_MAX_CHARS) throw this.refusal('a text that does not end')
  }

  private mark(): void {
    this.told = { at: this.parser.position, line: this.parser.line }
  }

  private take(): XmlRow[] {
    const rows = this.done
    this.done = []
    return rows
  }

  private begin(tag: SaxesTagPlain): void {
    this.mark()
    if (this.open.length >= this.limits.maxDepth) throw this.refusal('the XML is nested too deep')
    if (this.envelope && this.open.length === 0) checkEnvelope(tag, this.envelope)
    const inRow = this.rowDepth > 0
    const isRow = !inRow && (this.rows ? this.rows.has(tag.name) : this.open.length === 0)
    if (isRow) this.rowDepth = this.open.length + 1
    const parent = this.open.at(-1)
    if (inRow && parent) parent.fields ??= {}
    this.open.push({ name: tag.name, fields: isRow ? {} : null, text: '', rows: 0, filled: false })
    if (isRow || inRow) this.attributes(tag)
  }

  /** Attributes become `@name` beside the children; those of an element with nothing but text stand beside it, see `child`. */
  private attributes(tag: SaxesTagPlain): void {
    const element = this.open.at(-1)
    if (!element) return
    for (const name of Object.keys(tag.attributes)) {
      element.fields ??= {}
      element.fields[`@${name}`] = tag.attributes[name] ?? ''
    }
  }

  private characters(text: string): void {
    this.mark()
    const element = this.open.at(-1)
    if (!element) {
      if (trimBlanks(text) !== '') throw this.refusal('text outside of all elements')
      return
    }
    if (this.rowDepth > 0) element.text += text
    else if (trimBlanks(text) !== '') element.filled = true
  }

  private finish(): void {
    this.mark()
    const element = this.open.pop()
    if (!element) return
    if (this.rowDepth === 0) this.outside(element)
    else if (this.open.length + 1 === this.rowDepth) this.row(element)
    else this.child(element)
  }

  private outside(element: Open): void {
    const parent = this.open.at(-1)
    if (parent) {
      parent.rows += element.rows
      parent.filled ||= element.filled || element.rows === 0
    } else if (element.rows === 0 && element.filled) {
      this.unknown(element.name)
    }
  }

  /** A root that is no row and holds none: it is counted and rejected, so that nothing of a message vanishes. */
  private unknown(name: string): void {
    this.stray ??= name
    const index = this.nextIndex(name)
    const reason = 'an element that this record does not take'
    const fix = 'post it to the record that it is for'
    this.done.push({
      name,
      index,
      fields: {},
      issues: [{ path: rowPath({ name, index }), code: 'E_SCHEMA', reason, fix }],
    })
  }

  private nextIndex(name: string): number {
    const index = this.counts.get(name) ?? 0
    this.counts.set(name, index + 1)
    return index
  }

  private row(element: Open): void {
    this.rowDepth = 0
    const fields = element.fields ?? {}
    const text = trimBlanks(element.text)
    if (text !== '') fields[TEXT] = text
    const index = this.nextIndex(element.name)
    if (++this.total > this.limits.maxRecords)
      throw tooMany(null, this.limits.maxRecords, rowPath({ name: element.name, index }))
    const parent = this.open.at(-1)
    if (parent) parent.rows++
    this.done.push({ name: element.name, index, fields, issues: this.issues })
    this.issues = []
  }

  private child(element: Open): void {
    const fields = this.open.at(-1)?.fields
    if (!fields) return
    if (POISON.has(element.name)) {
      this.poisoned(element.name)
      return
    }
    const value = contentOf(element)
    const earlier = Object.hasOwn(fields, element.name) ? fields[element.name] : undefined
    const place = earlier === undefined ? 0 : Array.isArray(earlier) ? earlier.length : 1
    if (earlier === undefined) fields[element.name] = value
    else if (Array.isArray(earlier)) earlier.push(value)
    else fields[element.name] = [earlier, value]
    if (typeof value === 'string') besideText(element, place, fields)
  }

  private poisoned(name: string): void {
    const row = this.open[this.rowDepth - 1]
    if (!row) return
    const path = rowPath({ name: row.name, index: this.counts.get(row.name) ?? 0 })
    const fix = `rename the element ${name}`
    if (this.issues.length < ISSUES_MAX)
      this.issues.push({
        path: fieldPath(path, name),
        code: 'E_SCHEMA',
        reason: 'a name that is not allowed',
        fix,
      })
  }

  /** Name of the row that is open, else of the innermost element, else null. */
  private openRow(): string | null {
    return (this.open[this.rowDepth - 1] ?? this.open.at(-1))?.name ?? null
  }

  private fail(message: string): never {
    throw refuseXml(message, this.parser.line, this.parser.columnIndex + 1)
  }

  private refusal(reason: string): DecodeRefusal {
    return refuseXml(reason, this.parser.line, this.parser.columnIndex + 1)
  }

  private noRows(found: string): DecodeRefusal {
    const names = [...(this.rows ?? [])].join(', ')
    const reason = `no ${names} in the message, but ${found}`
    return new DecodeRefusal('E_SCHEMA', found, reason, 'post the file to the record that it is for')
  }
}
