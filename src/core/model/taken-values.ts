import { canonicalJson } from './canonical-json.ts'
import type { Kind } from './kinds.ts'
import { type PersonalValue, personalIn } from './personal-values.ts'

/** Texts of a version: canonical JSON of its body, and of recordedAt where it has one. */
export interface VersionTexts {
  readonly body: string
  readonly recorded: string | null
}

/** The texts with places instead of what is of persons, and what stood there, as JSON text; or nothing, and the texts as a whole there. */
export interface Taken extends VersionTexts {
  readonly values: string
}

/** A place is a text of this sign and a number; where the record itself has such texts, the sign is repeated until it has none. */
const SIGN = '~'

/**
 * Takes what is, or may be, of a person out of the texts of a version; null where there is nothing of that. The texts stay JSON, so that SQL finds in
 * them what is of goods. @param body of these texts, with recordedAt, where it is at hand: then they need not be read. It is not changed
 */
export function takePersonal(kind: Kind, texts: VersionTexts, body?: object): Taken | null {
  const sign = signFor(texts)
  if (body) {
    const found = personalIn(kind, body)
    if (found.length === 0) return null
    const cut = cutOut(texts, found, sign)
    if (cut) return cut
  }
  const read = JSON.parse(texts.body) as Record<string, unknown>
  if (texts.recorded !== null) read['recordedAt'] = JSON.parse(texts.recorded)
  const found = personalIn(kind, read)
  if (found.length === 0) return null
  return cutOut(texts, found, sign) ?? setIn(texts, { body: read, found, sign })
}

/** Each cut looks through the whole text; beyond so many writing it anew is cheaper, whatever somebody sends. */
const CUTS_MAX = 40

/**
 * The values of fields cut out of the texts as they are, which costs a third of writing the JSON anew. A field of the same name and value elsewhere is cut
 * out too. Null where a value is in a list or is no text, and where something is escaped: what was read may not stand so in the texts (see `isWhole`).
 */
function cutOut(texts: VersionTexts, found: readonly PersonalValue[], sign: string): Taken | null {
  let { body, recorded } = texts
  if (found.length > CUTS_MAX || body.includes('\\') || recorded?.includes('\\')) return null
  const done: PersonalValue[] = []
  const cut: Cut = { times: 0 }
  let count = 0
  for (const one of found) {
    const { holder, name, value } = one
    if (typeof value !== 'string' || Array.isArray(holder)) return null
    if (done.some((other) => other.name === name && other.value === value)) continue
    const place = `${sign}${done.push(one) - 1}`
    cut.times = 0
    body = cutField(body, name, value, place, cut)
    if (recorded !== null) recorded = cutField(recorded, name, value, place, cut)
    if (cut.times === 0) return null
    count += cut.times
  }
  return { body, recorded, values: JSON.stringify([sign, count, ...done.map(({ value }) => `"${value}"`)]) }
}

interface Cut {
  times: number
}

/** A text with another value for each field of this name and value. The value is looked for first: names stand everywhere. */
function cutField(text: string, name: string, value: string, place: string, cut: Cut): string {
  let at = text.indexOf(value)
  if (at < 0) return text
  const before = `"${name}":"`
  let left = ''
  let from = 0
  while (at >= 0) {
    const end = at + value.length
    const isField = text.charCodeAt(end) === QUOTE && text.startsWith(before, at - before.length)
    if (isField) {
      left += text.slice(from, at) + place
      from = end
      cut.times++
    }
    at = text.indexOf(value, Math.max(end, at + 1))
  }
  return from === 0 ? text : left + text.slice(from)
}
const QUOTE = 0x22

/** The same for whatever values there are. */
function setIn(
  texts: VersionTexts,
  {
    body,
    found,
    sign,
  }: { readonly body: object; readonly found: readonly PersonalValue[]; readonly sign: string },
): Taken {
  const values = found.map(({ value }) => canonicalJson(value))
  for (const [i, { holder, name }] of found.entries())
    (holder as Record<string, unknown>)[name] = `${sign}${i}`
  const { recordedAt, ...left } = body as { readonly recordedAt?: unknown }
  const taken = {
    body: canonicalJson(left),
    recorded: recordedAt === undefined ? null : canonicalJson(recordedAt),
    values: JSON.stringify([sign, values.length, ...values]),
  }
  return isWhole(taken, texts) ? taken : { body: '{}', recorded: null, values: JSON.stringify(texts) }
}

/**
 * Whether the same texts come back: not one character of a record may depend on how it is stored. They do not where `JSON.parse` read another text than
 * was there (V8 of Node 24.21 takes `"\"~0\""` for `"\\\"~0"` where both are names in one text); such a record is taken as a whole.
 */
function isWhole(taken: Taken, { body, recorded }: VersionTexts): boolean {
  try {
    const back = putBackPersonal(taken)
    return back.body === body && back.recorded === recorded
  } catch {
    return false
  }
}

function signFor({ body, recorded }: VersionTexts): string {
  let sign = SIGN
  if (!body.includes(SIGN) && !recorded?.includes(SIGN)) return sign
  while (body.includes(`"${sign}`) || recorded?.includes(`"${sign}`)) sign += SIGN
  return sign
}

/** The texts as they were before `takePersonal`, to the character. @throws where they and the values do not fit */
export function putBackPersonal({ body, recorded, values }: Taken): VersionTexts {
  const read = JSON.parse(values) as [string, number, ...string[]] | VersionTexts
  if (!Array.isArray(read)) return read
  const [sign, count, ...texts] = read
  const places = new RegExp(`"${sign}(\\d+)"(?!:)`, 'g')
  let left = count
  const put = (text: string): string =>
    text.replace(places, (_, place: string) => {
      left -= 1
      return texts[Number(place)] ?? misfit()
    })
  const whole = { body: put(body), recorded: recorded === null ? null : put(recorded) }
  return left === 0 ? whole : misfit()
}

function misfit(): never {
  throw new Error('the places of a version and its sealed values do not fit')
}
