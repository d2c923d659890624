import { randomBytes } from 'node:crypto'

/**
 * The value of a JSON text of others, with the names that it has. `JSON.parse` of V8 (Node 20.19 to 26, github.com/nodejs/node/issues/63785) takes an
 * escaped name for another one that followed the same members in any text before, where that one reads like its first characters as they are
 * written: `"\""` becomes `\`, and after `"\\u"` every `"\u54c1\u540d"` becomes `\u`. So names are given to it without escapes.
 * @param reviver as of `JSON.parse`; names that need escapes are still others then
 * @throws SyntaxError where it is not JSON
 */
export function parseJson(text: string, reviver?: Reviver): unknown {
  const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown
  if (!text.includes('\\')) return parse(text, reviver)
  const marked = new Map<string, string>()
  const mark = randomBytes(8).toString('base64url')
  let plain = ''
  let done = 0
  for (const { start, end } of escapedNames(text)) {
    const name = nameOf(text.slice(start, end))
    if (name === undefined) continue
    let written = JSON.stringify(name)
    if (written.includes('\\')) {
      // Each is of its own: no name that was read before can look like it.
      const other = `${mark}${marked.size}`
      marked.set(other, name)
      written = `"${other}"`
    }
    plain += text.slice(done, start) + written
    done = end
  }
  plain += text.slice(done)
  const value = parse(plain, reviver)
  if (marked.size > 0) rename(value, marked)
  return value
}

/** The types know nothing of the source text yet (ECMAScript 2026). */
type Reviver = (this: unknown, name: string, value: unknown, context: { readonly source?: string }) => unknown

/** Where the names with escapes stand, with their quotation marks. What is not closed is no JSON, and is left to the parser. */
function* escapedNames(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let slash = text.indexOf('\\')
  for (let start = text.indexOf('"'); start >= 0; ) {
    let quote = text.indexOf('"', start + 1)
    let isEscaped = false
    for (let at = start + 1; quote >= 0; ) {
      if (slash >= 0 && slash < at) slash = text.indexOf('\\', at)
      if (slash < 0 || slash > quote) break
      isEscaped = true
      at = slash + 2
      if (quote < at) quote = text.indexOf('"', at)
    }
    // Without an escape in what is left there is nothing to look for.
    if (quote < 0 || (slash < 0 && !isEscaped)) return
    const end = quote + 1
    if (isEscaped && isColonAt(text, end)) yield { start, end }
    start = text.indexOf('"', end)
  }
}

function isColonAt(text: string, from: number): boolean {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === 0x3a
  }
}

function nameOf(written: string): string | undefined {
  try {
    return JSON.parse(written) as string
  } catch {
    return undefined
  }
}

/** Gives the members their names, in place and in their order; of two with one name the last one counts. */
function rename(root: unknown, names: ReadonlyMap<string, string>): void {
  const open = [root as object]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const members = Object.entries(value)
    for (const [, inner] of members) if (typeof inner === 'object' && inner !== null) open.push(inner)
    if (Array.isArray(value) || !members.some(([name]) => names.has(name))) continue
    for (const [name] of members) Reflect.deleteProperty(value, name)
    // An assignment to `__proto__` would make no member.
    for (const [name, inner] of members)
      Object.defineProperty(value, names.get(name) ?? name, {
        value: inner,
        writable: true,
        enumerable: true,
        configurable: true,
      })
  }
}
