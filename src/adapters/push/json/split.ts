import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { cutJson } from './refuse.ts'

/** Characters that one record, or what stands around the list, may have in a stream. */
export const PIECE_MAX_CHARS = 1_048_576

/** The text of one member of the list. */
export interface JsonPiece {
  readonly text: string
  readonly line: number
  readonly column: number
}

/**
 * Cuts the text of a JSON document into the members of the list at `rows`, piece by piece, and keeps what stands around the
 * list as a document of its own with an empty list (`around`). It only counts brackets and quotation marks: each piece and
 * the rest are read strictly afterwards.
 */
export class JsonSplitter {
  /** The document without the members of its list. */
  around = ''
  /** Whether the list was found; a single object in its place stays in `around`. */
  found = false
  private readonly rows: readonly string[]
  private rest = ''
  private at = 0
  private line = 1
  private column = 1
  /** Brackets open around the position; names of members on the way, one for each. */
  private readonly names: (string | null)[] = []
  private readonly lists: boolean[] = []
  private name: string | null = null
  private expectsName = false
  private inList = false
  /** What the list still allows at this place. */
  private expects: 'first' | 'member' | 'comma' = 'first'

  constructor(rows: readonly string[]) {
    this.rows = rows
  }

  /** Takes more text and gives the members that are whole. */
  *feed(text: string): Generator<JsonPiece> {
    this.rest = this.rest.slice(this.at) + text
    this.at = 0
    yield* this.run(false)
    if (this.rest.length - this.at > PIECE_MAX_CHARS || this.around.length > PIECE_MAX_CHARS) throw tooLong()
  }

  /** Tells that the text has ended. @throws DecodeRefusal where it ends inside the list */
  *end(): Generator<JsonPiece> {
    yield* this.run(true)
    if (this.inList) throw cutJson(this.expects !== 'comma')
    this.around += this.rest.slice(this.at)
  }

  private *run(last: boolean): Generator<JsonPiece> {
    for (;;) {
      if (!this.inList) {
        if (!this.outside(last)) return
      } else {
        const piece = this.member(last)
        if (piece === null) return
        if (piece !== 'mark') yield piece
      }
    }
  }

  /** Goes on around the list, token by token; false where more text is needed. */
  private outside(last: boolean): boolean {
    const char = this.rest.charAt(this.at)
    if (char === '') return false
    if (char === '"') {
      const end = stringEnd(this.rest, this.at + 1)
      if (end < 0) {
        if (!last) return false
        throw cutJson(false)
      }
      if (this.expectsName) this.name = this.rest.slice(this.at + 1, end)
      this.copy(end + 1)
      return true
    }
    if (char === '[' && !this.found && this.isList()) {
      this.found = true
      this.inList = true
      this.copy(this.at + 1)
      return true
    }
    this.bracket(char)
    this.copy(this.at + 1)
    return true
  }

  private bracket(char: string): void {
    if (char === '{' || char === '[') {
      this.names.push(null)
      this.lists.push(char === '[')
      this.expectsName = char === '{'
    } else if (char === '}' || char === ']') {
      this.names.pop()
      this.lists.pop()
      this.expectsName = false
    } else if (char === ':') {
      if (this.names.length > 0) this.names[this.names.length - 1] = this.name
      this.expectsName = false
    } else if (char === ',') {
      this.expectsName = this.lists.at(-1) === false
    }
  }

  private isList(): boolean {
    return (
      this.names.length === this.rows.length && this.rows.every((name, depth) => this.names[depth] === name)
    )
  }

  private copy(end: number): void {
    this.around += this.rest.slice(this.at, end)
    this.advance(end)
  }

  private advance(end: number): void {
    for (
      let at = this.rest.indexOf('\n', this.at);
      at >= 0 && at < end;
      at = this.rest.indexOf('\n', at + 1)
    ) {
      this.line++
      this.column = 1
      this.at = at + 1
    }
    this.column += end - this.at
    this.at = end
  }

  /** The next member of the list, `mark` for a comma or the end of the list, null where more text is needed. */
  private member(last: boolean): JsonPiece | 'mark' | null {
    this.advance(skipBlanks(this.rest, this.at))
    const char = this.rest.charAt(this.at)
    if (char === '') return null
    if (char === ',' && this.expects === 'comma') {
      this.advance(this.at + 1)
      this.expects = 'member'
      return 'mark'
    }
    if (char === ']' && this.expects !== 'member') return this.close()
    if (this.expects === 'comma' || char === ',' || char === ']') throw this.unexpected(char)
    const end = valueEnd(this.rest, this.at)
    if (end < 0) {
      if (last) throw cutJson(true)
      return null
    }
    const piece = { text: this.rest.slice(this.at, end), line: this.line, column: this.column }
    this.advance(end)
    this.expects = 'comma'
    return piece
  }

  private unexpected(char: string): DecodeRefusal {
    const reason = `${JSON.stringify(char)} where the JSON needs something else`
    const at = `line ${this.line}, column ${this.column}`
    return new DecodeRefusal('E_SCHEMA', at, reason, 'send one whole JSON document (RFC 8259)')
  }

  private close(): 'mark' {
    this.inList = false
    this.copy(this.at + 1)
    return 'mark'
  }
}

function tooLong(): DecodeRefusal {
  return new DecodeRefusal(
    'E_SCHEMA',
    'record list',
    'one record has more than 1,048,576 characters',
    'send smaller records',
  )
}

function skipBlanks(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) {
    code = text.charCodeAt(++at)
  }
  return at
}

/** Position of the quotation mark that ends a string, -1 where the text ends first. */
function stringEnd(text: string, from: number): number {
  for (let at = from; ; ) {
    const end = text.indexOf('"', at)
    if (end < 0) return -1
    let back = end - 1
    while (back >= from && text.charCodeAt(back) === 0x5c) back--
    if ((end - back) % 2 === 1) return end
    at = end + 1
  }
}

/** Position after the value that begins here, -1 where the text ends first. */
function valueEnd(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      const end = stringEnd(text, at + 1)
      if (end < 0) return -1
      at = end
      if (depth === 0) return at + 1
    } else if (code === 0x7b || code === 0x5b) {
      depth++
    } else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (code === 0x2c && depth === 0) {
      return at
    }
  }
  return -1
}
