/** A piece of a text. */
export interface Span {
  readonly start: number
  /** Behind the last character. */
  readonly end: number
}

/**
 * Where a member of a JSON text stands, character by character as it was sent: `['head', 'msgId']`. Null where the text ends before it, or has no such
 * member. It only steps over brackets and strings, so that a message that is cut or broken further on still tells what stands before;
 * of a name that stands twice the first counts. Whether the whole is JSON is not looked at.
 */
export function memberSpan(text: string, path: readonly string[]): Span | null {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (const name of path) {
    at = memberStart(text, skipBlanks(text, at), name)
    if (at < 0) return null
  }
  const start = skipBlanks(text, at)
  const end = valueEnd(text, start)
  return end <= start ? null : { start, end }
}

/** The text or number that a member says; undefined where it is none. Longer texts than a number or name are none. */
export function memberText(text: string, path: readonly string[]): string | undefined {
  const span = memberSpan(text, path)
  if (span === null || span.end - span.start > LONGEST) return undefined
  const slice = text.slice(span.start, span.end)
  if (!/^(?:"|-?\d)/.test(slice)) return undefined
  return slice.startsWith('"') ? stringOf(slice) : slice
}

const LONGEST = 1000

/** Position of the value of a member of the object that begins at `at`; -1 where there is none. */
function memberStart(text: string, at: number, name: string): number {
  if (text.charAt(at) !== '{') return -1
  for (let place = skipBlanks(text, at + 1); text.charAt(place) === '"'; ) {
    const nameEnd = stringEnd(text, place)
    if (nameEnd < 0) return -1
    const colon = skipBlanks(text, nameEnd)
    if (text.charAt(colon) !== ':') return -1
    const value = skipBlanks(text, colon + 1)
    if (stringOf(text.slice(place, nameEnd)) === name) return value
    const end = valueEnd(text, value)
    if (end <= value) return -1
    const comma = skipBlanks(text, end)
    if (text.charAt(comma) !== ',') return -1
    place = skipBlanks(text, comma + 1)
  }
  return -1
}

function stringOf(quoted: string): string | undefined {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    return undefined
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; )
    code = text.charCodeAt(++at)
  return at
}

/** Position behind the string that begins here, -1 where the text ends first. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at + 1
  }
  return -1
}

/** Position behind the value that begins here, -1 where the text ends first. */
function valueEnd(text: string, from: number): number {
  const first = text.charAt(from)
  if (first === '"') return stringEnd(text, from)
  if (first !== '{' && first !== '[') {
    let at = from
    while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++
    return at < text.length ? at : -1
  }
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      const end = stringEnd(text, at)
      if (end < 0) return -1
      at = end - 1
    } else if (code === 0x7b || code === 0x5b) depth++
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1
  }
  return -1
}
