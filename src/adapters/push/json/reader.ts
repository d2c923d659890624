import type { Issue } from '#core/issue.ts'
import type { SourceValue } from '#core/source.ts'
import { hasForbiddenCharacter } from '#core/text.ts'
import { JsonFault } from './fault.ts'
import { losesPrecision, lostNumber, scanNumber } from './number.ts'
import { pointer } from './pointer.ts'

/** Issues kept of one record: more say nothing new. */
const ISSUES_MAX = 20
const QUOTE = 0x22
const BACKSLASH = 0x5c
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const POISON = new Set(['__proto__', 'constructor', 'prototype'])
// Only such a name stands in the text exactly as it reads: others are written with escapes and cannot be foreseen.
const PLAIN = /^[^"\\\u0000-\u001f]*$/
const HEX4 = /^[0-9a-fA-F]{4}$/

type JsonObject = { [name: string]: SourceValue }

/**
 * Strict reader of JSON text (RFC 8259) that keeps each number as the text the source wrote, but for one that lost digits, which
 * comes in a form that shows it. What makes one record doubtful (a key twice, a key that reaches a prototype, NUL, half a surrogate
 * pair) is collected in `issues`; what is not JSON throws a JsonFault.
 *
 * It is a class because the position is state of every step. Records of one message have the same keys in the same order, so
 * the keys of the last object at each depth are tried first: that saves making, hashing and comparing each key again.
 */
export class JsonReader {
  text = ''
  at = 0
  issues: Issue[] = []
  /** Names and indexes on the way to the value being read, one for each depth. */
  readonly trail: (string | number)[] = []
  private readonly lastKeys: string[][] = []
  private readonly maxDepth: number
  private readonly exactNumbers: boolean

  /** @param exactNumbers a number that lost digits is an issue: for text whose numbers are read as numbers afterwards */
  constructor(maxDepth: number, exactNumbers = false) {
    this.maxDepth = maxDepth
    this.exactNumbers = exactNumbers
  }

  /** Begins another text; what was learned about keys stays. */
  open(text: string): void {
    this.text = text
    this.at = 0
    this.issues = []
  }

  /** Reads one value that stands at this depth (0 for the root). */
  value(depth: number): SourceValue {
    const code = this.next()
    if (code === QUOTE) return this.string(depth)
    if (code === 0x7b) return this.object(depth)
    if (code === 0x5b) return this.array(depth)
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number(depth)
    if (code === 0x74) return this.literal('true', true)
    if (code === 0x66) return this.literal('false', false)
    if (code === 0x6e) return this.literal('null', null)
    throw this.unexpected()
  }

  /** Skips blanks and gives the code of the next character, NaN at the end. */
  next(): number {
    const text = this.text
    let at = this.at
    let code = text.charCodeAt(at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++at)
    this.at = at
    return code
  }

  /** Opens an object or a list: one deeper, refused beyond the limit. */
  enter(depth: number): void {
    if (depth >= this.maxDepth) throw new JsonFault('depth', this.at)
    this.at++
  }

  /** Pointer of the value whose name or index stands at this depth of the trail. */
  path(depth: number): string {
    return pointer(this.trail.slice(0, depth + 1))
  }

  /** Throws unless nothing but blanks is left. */
  end(): void {
    if (!Number.isNaN(this.next())) throw new JsonFault('trailing', this.at)
  }

  /** After a value of a list or an object: true where a comma says that more follows, false at the closing bracket. */
  more(close: number): boolean {
    const code = this.next()
    if (code === 0x2c) {
      this.at++
      return true
    }
    if (code !== close) throw this.unexpected()
    this.at++
    return false
  }

  private array(depth: number): SourceValue[] {
    this.enter(depth)
    const list: SourceValue[] = []
    if (this.next() === 0x5d) {
      this.at++
      return list
    }
    do {
      this.trail[depth] = list.length
      list.push(this.value(depth + 1))
    } while (this.more(0x5d))
    return list
  }

  private object(depth: number): JsonObject {
    this.enter(depth)
    const object: JsonObject = {}
    if (this.next() === 0x7d) {
      this.at++
      return object
    }
    const known = this.keysAt(depth)
    let count = 0
    let foreseen = true
    let learning = true
    do {
      const expected = known[count]
      let key: string
      if (foreseen && expected !== undefined && this.expect(expected)) {
        key = expected
      } else {
        if (foreseen) known.length = count
        foreseen = false
        key = this.key(depth)
        if (!this.admits(object, key, depth)) {
          this.value(depth + 1)
          continue
        }
        learning &&= PLAIN.test(key)
        if (learning) known.push(key)
      }
      this.trail[depth] = key
      object[key] = this.value(depth + 1)
      count++
    } while (this.more(0x7d))
    return object
  }

  private keysAt(depth: number): string[] {
    let known = this.lastKeys[depth]
    if (!known) {
      known = []
      this.lastKeys[depth] = known
    }
    return known
  }

  /** Reads `"key" :` where the text has exactly this key next; else stays. */
  private expect(key: string): boolean {
    if (this.next() !== QUOTE) throw this.unexpected()
    const end = this.at + 1 + key.length
    if (this.text.charCodeAt(end) !== QUOTE || !this.text.startsWith(key, this.at + 1)) return false
    this.at = end + 1
    this.colon()
    return true
  }

  /** Reads any key and its colon. */
  key(depth: number): string {
    if (this.next() !== QUOTE) throw this.unexpected()
    const key = this.string(depth)
    this.colon()
    return key
  }

  /** Whether the key may be set; a name that reaches a prototype or stands twice is an issue and is left out. */
  admits(object: JsonObject, key: string, depth: number): boolean {
    this.trail[depth] = key
    if (POISON.has(key)) {
      this.issue(depth, 'E_SCHEMA', 'a name that is not allowed', `rename the member ${key}`)
      return false
    }
    if (!Object.hasOwn(object, key)) return true
    this.issue(depth, 'E_SCHEMA', 'the name stands twice in one object', 'send each name once')
    return false
  }

  private colon(): void {
    if (this.text.charCodeAt(this.at) !== 0x3a && this.next() !== 0x3a) throw this.unexpected()
    this.at++
  }

  private string(depth: number): string {
    const text = this.text
    const start = this.at + 1
    let at = start
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        return text.substring(start, at)
      }
      if (code === BACKSLASH) return this.escaped(start, at, depth)
      if (!(code >= 0x20)) return this.brokenString(at)
      at++
    }
  }

  private brokenString(at: number): never {
    this.at = at
    throw new JsonFault(at >= this.text.length ? 'end' : 'control', at)
  }

  private escaped(start: number, first: number, depth: number): string {
    const text = this.text
    let result = text.substring(start, first)
    let at = first
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        this.at = at
        result += this.escape()
        at = this.at
        continue
      }
      if (!(code >= 0x20)) return this.brokenString(at)
      let end = at + 1
      for (let c = text.charCodeAt(end); c >= 0x20 && c !== QUOTE && c !== BACKSLASH; )
        c = text.charCodeAt(++end)
      result += text.substring(at, end)
      at = end
    }
    this.at = at + 1
    if (hasForbiddenCharacter(result)) {
      this.issue(
        depth - 1,
        'E_SCHEMA',
        'NUL or half of a surrogate pair in the text',
        'send whole characters only',
      )
    }
    return result
  }

  private escape(): string {
    const letter = this.text.charAt(this.at + 1)
    if (letter === 'u') {
      const hex = this.text.substring(this.at + 2, this.at + 6)
      if (!HEX4.test(hex)) throw this.badEscape(6)
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const plain = ESCAPES[letter]
    if (plain === undefined) throw this.badEscape(2)
    this.at += 2
    return plain
  }

  private badEscape(length: number): JsonFault {
    const cut = this.at + length > this.text.length
    return new JsonFault(cut ? 'end' : 'escape', this.at)
  }

  private number(depth: number): string {
    const start = this.at
    const end = scanNumber(this.text, start)
    if (end < 0) {
      this.at = ~end
      throw this.unexpected()
    }
    this.at = end
    const written = this.text.substring(start, end)
    if (!losesPrecision(written)) return written
    if (this.exactNumbers) {
      const fix = 'send codes as text between quotation marks'
      this.issue(depth - 1, 'E_PRECISION_LOST', 'a number with more digits than numbers keep', fix)
    }
    return lostNumber(written)
  }

  private literal<T extends SourceValue>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) {
      const rest = this.text.slice(this.at)
      throw rest.length < word.length && word.startsWith(rest)
        ? new JsonFault('end', this.text.length)
        : this.unexpected()
    }
    this.at += word.length
    return value
  }

  issue(depth: number, code: Issue['code'], reason: string, fix: string): void {
    if (this.issues.length < ISSUES_MAX) this.issues.push({ path: this.path(depth), code, reason, fix })
  }

  private unexpected(): JsonFault {
    return new JsonFault(this.at >= this.text.length ? 'end' : 'character', this.at)
  }
}
