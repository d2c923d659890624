import type { XmlRepairs } from '#core/source.ts'

/** Longest reference that is waited for at the end of a piece: `&` and 32 characters. */
const REFERENCE_MAX = 33
/** What XML calls a reference: a name or a number between `&` and `;`. One that is not known stays and is refused. */
const REFERENCE = /&(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[A-Za-z_][\w.-]{0,30});/y
const BEGUN = /^&(?:#?[\w.-]*)$/
/** Longest tag of which the name is looked at. */
const TAG_MAX = 300
const NAME = /<\/?([^\s/>]{1,300})/y
const CUT_NAME = /^<\/?[^\s/>]*$/

const SLASH = 0x2f

/** What is left as it is, from its beginning to its end. */
const LEFT: readonly (readonly [begin: string, end: string])[] = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
]

/**
 * Repairs the damage that a mapping names, and nothing else, before the parser reads: a `&` that begins no reference becomes
 * `&amp;`, and a closing tag with a known wrong name closes the element that was opened last. Works on pieces of a text: what may
 * go on in the next piece (a reference, a tag) is held back, at most a few hundred characters. CDATA and comments stay untouched.
 */
export class XmlRepair {
  private readonly ampersand: boolean
  private readonly closing: ReadonlyMap<string, string>
  private held = ''
  /** Where the text is: inside of CDATA, a comment or a declaration, up to this end. */
  private until: string | null = null
  /** Name of the element opened last; null behind a closing tag. */
  private opened: string | null = null

  constructor({ ampersand, closing }: XmlRepairs) {
    this.ampersand = ampersand === 'escape'
    this.closing = new Map(Object.entries(closing ?? {}))
  }

  /** The repaired text of the next piece, as far as it is certain. */
  feed(piece: string): string {
    return this.run(this.held + piece, false)
  }

  /** The rest. */
  end(): string {
    return this.run(this.held, true)
  }

  private run(text: string, complete: boolean): string {
    let out = ''
    let from = 0
    this.held = ''
    for (let at = 0; at < text.length; ) {
      if (this.until !== null) {
        const end = text.indexOf(this.until, at)
        if (end < 0) {
          // The end itself may be cut: `]]` now and `>` in the next piece.
          return complete ? out + text.slice(from) : this.hold(out, text, from, Math.max(at, text.length - 2))
        }
        at = end + this.until.length
        this.until = null
        continue
      }
      at = this.next(text, at)
      if (at >= text.length) break
      const isTag = text.charCodeAt(at) === 0x3c
      if (!complete && (isTag ? tagIsCut(text, at) : referenceIsCut(text, at)))
        return this.hold(out, text, from, at)
      if (isTag) {
        const [length, put] = this.tag(text, at)
        if (put !== null) {
          out += text.slice(from, at) + put
          from = at + length
        }
        at += length
      } else {
        REFERENCE.lastIndex = at
        if (!REFERENCE.test(text)) {
          out += `${text.slice(from, at)}&amp;`
          from = at + 1
        }
        at++
      }
    }
    return out + text.slice(from)
  }

  /** Place of the next `<` or, where it is to be escaped, `&`. */
  private next(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x3c || (code === 0x26 && this.ampersand)) return at
    }
    return text.length
  }

  private hold(out: string, text: string, from: number, at: number): string {
    this.held = text.slice(at)
    return out + text.slice(from, at)
  }

  /** How much of a tag is passed over (attributes are read on as text), and what is put in its place. */
  private tag(text: string, at: number): [length: number, put: string | null] {
    for (const [begin, end] of LEFT) {
      if (!text.startsWith(begin, at)) continue
      this.until = end
      return [begin.length, null]
    }
    NAME.lastIndex = at
    const name = NAME.exec(text)?.[1]
    if (name === undefined) return [1, null]
    if (text.charCodeAt(at + 1) !== SLASH) {
      this.opened = name
      return [name.length + 1, null]
    }
    const right = this.closing.get(name)
    const isWrong = right !== undefined && right === this.opened
    this.opened = null
    return [name.length + 2, isWrong ? `</${right}` : null]
  }
}

/** Whether a tag may go on in the next piece, as far as its name. */
function tagIsCut(text: string, at: number): boolean {
  if (text.length - at >= TAG_MAX) return false
  const head = text.slice(at)
  return LEFT.some(([begin]) => begin.startsWith(head)) || CUT_NAME.test(head)
}

function referenceIsCut(text: string, at: number): boolean {
  return text.length - at < REFERENCE_MAX && BEGUN.test(text.slice(at))
}
