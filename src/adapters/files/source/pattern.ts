import type { Words } from '#adapters/adapter.ts'

/** What a name said of its file. */
export interface NameMatch {
  /** As the settings write it, whatever the case of the name. */
  readonly dataset: string | null
  /** `yyyyMMddHHmmss`, zeros for what the name does not tell. */
  readonly date: string | null
}

export interface NamePattern {
  readonly text: string
  match(name: string): NameMatch | null
}

export type Compiled = { readonly pattern: NamePattern } | { readonly fault: Words }

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'some'; readonly least: 0 | 1; readonly digits: boolean; readonly most: number }
  | { readonly kind: 'dataset'; readonly names: readonly string[] }
  | { readonly kind: 'date'; readonly format: string }

const TEXT_MAX = 200
const TOKENS_MAX = 40
const PART = /\{([^{}]*)\}|\*|\?|[^{}*?]+|./gsu
const NAME = /^[a-z][A-Za-z0-9]*$/
const DATE = /^(?:yyyy|yy|MM|dd|HH|mm|ss|[-_. ])+$/

/**
 * Compiles a pattern of file names: `{dataset}_{node}_{date:yyyyMMdd}*.xml`. `*` is any characters or none, `?` one, `{name}` one or more,
 * `{name:digits}` one or more digits, `{dataset}` one of the names given, `{date:…}` a date by `yyyy yy MM dd HH mm ss`. All else stands for
 * itself; A to Z are taken as a to z. There is no more to it, so no pattern can take long.
 * @param datasets names that `{dataset}` may be; none: as any other part
 */
export function compilePattern(text: string, datasets: readonly string[]): Compiled {
  if (text === '' || text.length > TEXT_MAX)
    return fault(`a pattern has 1 to ${TEXT_MAX} characters`, `模式应为 1 至 ${TEXT_MAX} 个字符`)
  if (/[/\\\p{Cc}]/u.test(text))
    return fault('a pattern is of names, without folders', '模式只匹配文件名，不含目录')
  const tokens: Token[] = []
  const seen = new Set<string>()
  for (const [whole, part] of text.matchAll(PART)) {
    const token = part === undefined ? tokenOf(whole) : partOf(part, datasets)
    if (token === null)
      return fault(
        `"${whole}" is no part of a pattern, such as {node}, {dataset} or {date:yyyyMMdd}`,
        `“${whole}”不是有效的部分，例如 {node}、{dataset} 或 {date:yyyyMMdd}`,
      )
    const name = part?.split(':')[0]
    if (name !== undefined && seen.has(name)) return fault(`{${name}} stands twice`, `{${name}} 出现了两次`)
    if (name !== undefined) seen.add(name)
    tokens.push(token)
  }
  if (tokens.length > TOKENS_MAX) return fault(`more than ${TOKENS_MAX} parts`, `超过 ${TOKENS_MAX} 个部分`)
  return { pattern: { text, match: (name) => matched(tokens, name, datasets) } }
}

const fault = (en: string, zh: string): Compiled => ({ fault: { en, zh } })

function tokenOf(whole: string): Token | null {
  if (whole === '*') return { kind: 'some', least: 0, digits: false, most: Number.POSITIVE_INFINITY }
  if (whole === '?') return { kind: 'some', least: 1, digits: false, most: 1 }
  return whole === '{' || whole === '}' ? null : { kind: 'text', text: lower(whole) }
}

function partOf(part: string, datasets: readonly string[]): Token | null {
  const [name = '', form] = part.split(/:(.*)/s, 2)
  if (!NAME.test(name)) return null
  if (name === 'date')
    return form !== undefined && DATE.test(form) && /yy.*MM/.test(form)
      ? { kind: 'date', format: form }
      : null
  if (name === 'dataset' && datasets.length > 0) {
    // A name may begin with another one: the longest is tried first.
    const names = [...datasets].sort((a, b) => b.length - a.length)
    return form === undefined ? { kind: 'dataset', names } : null
  }
  if (form !== undefined && form !== 'digits') return null
  return { kind: 'some', least: 1, digits: form === 'digits', most: Number.POSITIVE_INFINITY }
}

/** A to Z as a to z, all else as it is: lengths stay the same. */
const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

function matched(tokens: readonly Token[], name: string, datasets: readonly string[]): NameMatch | null {
  const text = lower(name)
  const found: { dataset: string | null; date: string | null } = { dataset: null, date: null }
  // Places from which it is known that nothing fits: each is tried once, so that a name costs no more than its length times the parts.
  const failed = new Set<number>()
  const from = (index: number, at: number): boolean => {
    const token = tokens[index]
    if (!token) return at === text.length
    const key = index * (text.length + 1) + at
    if (failed.has(key)) return false
    for (const end of endsOf(token, text, at)) {
      if (!from(index + 1, end)) continue
      if (token.kind === 'dataset') found.dataset = spelled(text.slice(at, end), datasets)
      if (token.kind === 'date') found.date = dateOf(token.format, text.slice(at, end))
      return true
    }
    failed.add(key)
    return false
  }
  return from(0, 0) ? found : null
}

const spelled = (text: string, datasets: readonly string[]): string =>
  datasets.find((one) => lower(one) === text) ?? text

/** Where a token that begins at a place may end, the nearest first. */
function* endsOf(token: Token, text: string, at: number): Generator<number> {
  if (token.kind === 'text') {
    if (text.startsWith(token.text, at)) yield at + token.text.length
  } else if (token.kind === 'dataset') {
    for (const name of token.names) if (text.startsWith(lower(name), at)) yield at + name.length
  } else if (token.kind === 'date') {
    const end = at + token.format.length
    if (end <= text.length && dateOf(token.format, text.slice(at, end)) !== null) yield end
  } else {
    if (token.least === 0) yield at
    for (let end = at + 1; end <= text.length && end - at <= token.most; end++) {
      if (token.digits && !/\d/.test(text.charAt(end - 1))) return
      yield end
    }
  }
}

const FIELD = /yyyy|yy|MM|dd|HH|mm|ss|./gs
const CENTURY = '20'

/** `yyyyMMddHHmmss` of a text in a format of the same length; null where it is no date. */
function dateOf(format: string, text: string): string | null {
  const fields: Record<string, string> = {}
  let at = 0
  for (const [piece] of format.matchAll(FIELD)) {
    const found = text.slice(at, at + piece.length)
    at += piece.length
    if (/^[yMdHms]/.test(piece)) {
      if (!/^\d+$/.test(found)) return null
      fields[piece] = found
    } else if (found !== piece) return null
  }
  const year = fields['yyyy'] ?? CENTURY + fields['yy']
  const { MM = '01', dd = '01', HH = '00', mm = '00', ss = '00' } = fields
  const day = new Date(Date.UTC(Number(year), Number(MM) - 1, Number(dd)))
  const isDay = day.getUTCMonth() === Number(MM) - 1 && day.getUTCDate() === Number(dd)
  if (!isDay || Number(HH) > 24 || Number(mm) > 59 || Number(ss) > 59) return null
  return `${year}${MM}${dd}${HH}${mm}${ss}`
}
