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
 * What of the text of a body is of persons, where it can be cut out as it stands: three numbers for each value, in the order of the text: where it begins,
 * where it ends, and the number of its place. So little is kept of each of the thousands of versions that wait for COMMIT.
 */
export type Cuts = readonly number[]

/**
 * Takes what is, or may be, of a person out of the texts of a version; null where there is nothing of that. The texts stay JSON, so that SQL finds in
 * them what is of goods.
 */
export function takePersonal(kind: Kind, texts: VersionTexts): Taken | null {
  const body = JSON.parse(texts.body) as Record<string, unknown>
  if (texts.recorded !== null) body['recordedAt'] = JSON.parse(texts.recorded)
  const found = personalIn(kind, body)
  return found.length === 0 ? null : setIn(texts, { body, found, sign: signFor(texts) })
}

/**
 * The same while a record is taken in, which costs a third of writing its JSON anew: where what was found stands in the bytes of the text that was just
 * made of it. Where that cannot be told from the text alone, the values are taken out as above.
 * @param body what the texts were made of, with recordedAt. It is not changed
 * @param bytes of the text of the body
 */
export function cutPersonal(
  kind: Kind,
  texts: VersionTexts,
  body: object,
  bytes: Uint8Array,
): Cuts | Taken | null {
  const found = personalIn(kind, body)
  if (found.length === 0) return null
  const cuts = cutsIn(texts, found)
  if (cuts === null) return takePersonal(kind, texts)
  return bytes.length === texts.body.length ? cuts : inBytes(cuts, texts.body)
}

/** Each cut looks through the whole text; beyond so many writing it anew is cheaper, whatever somebody sends. */
const CUTS_MAX = 40

/**
 * The values of fields in the text as it is. A field of the same name and value elsewhere is cut out too. Null where a value is in a list, is empty or is no text,
 * where one is in the time of recording, and where something is escaped or looks like a place: what was read may not stand so in the text (see `isWhole`).
 */
function cutsIn({ body, recorded }: VersionTexts, found: readonly PersonalValue[]): number[] | null {
  if (found.length > CUTS_MAX || body.includes('\\') || body.includes(SIGN)) return null
  const cuts: number[] = []
  let places = 0
  for (let i = 0; i < found.length; i++) {
    const { holder, name, value } = found[i] as PersonalValue
    if (typeof value !== 'string' || value === '' || Array.isArray(holder)) return null
    if (recorded?.includes(value)) return null
    if (isAmong(found, i, name, value)) continue
    if (!addCuts(cuts, body, name, value, places++)) return null
  }
  return isInOrder(cuts) ? cuts : sortedCuts(cuts)
}

function isAmong(found: readonly PersonalValue[], before: number, name: string, value: string): boolean {
  for (let i = 0; i < before; i++) if (found[i]?.name === name && found[i]?.value === value) return true
  return false
}

/** Adds where a field of this name and value stands; false where it does nowhere. The value is looked for first: names stand everywhere. */
function addCuts(cuts: number[], text: string, name: string, value: string, place: number): boolean {
  const before = `"${name}":"`
  const known = cuts.length
  for (let at = text.indexOf(value); at >= 0; ) {
    const end = at + value.length
    const isField = text.charCodeAt(end) === QUOTE && text.startsWith(before, at - before.length)
    if (isField) cuts.push(at, end, place)
    at = text.indexOf(value, isField ? end : at + 1)
  }
  return cuts.length > known
}
const QUOTE = 0x22

function isInOrder(cuts: Cuts): boolean {
  for (let i = 3; i < cuts.length; i += 3) if ((cuts[i] as number) < (cuts[i - 3] as number)) return false
  return true
}

function sortedCuts(cuts: Cuts): number[] {
  const starts = Array.from({ length: cuts.length / 3 }, (_, i) => i * 3)
  return starts
    .sort((a, b) => (cuts[a] as number) - (cuts[b] as number))
    .flatMap((at) => cuts.slice(at, at + 3))
}

/** Cuts in the bytes of the text for those in its characters. @param cuts is changed */
function inBytes(cuts: number[], text: string): Cuts {
  let character = 0
  let byte = 0
  for (let i = 0; i < cuts.length; i++) {
    if (i % 3 === 2) continue
    const next = cuts[i] as number
    byte += Buffer.byteLength(text.slice(character, next))
    character = next
    cuts[i] = byte
  }
  return cuts
}

/** Bytes that `writeLeft` and `writeValues` write at most. */
export const cutSpace = (bytes: Uint8Array, cuts: Cuts): number => bytes.length + 32 + 8 * cuts.length

/** Writes the body with places where its values were. @returns where it ends */
export function writeLeft(bytes: Buffer, cuts: Cuts, into: Buffer, at: number): number {
  let from = 0
  let to = at
  for (let i = 0; i < cuts.length; i += 3) {
    to += bytes.copy(into, to, from, cuts[i])
    to += into.write(`${SIGN}${cuts[i + 2]}`, to, 'latin1')
    from = cuts[i + 1] as number
  }
  return to + bytes.copy(into, to, from)
}

/** Writes the values as `putBackPersonal` reads them. @returns where they end */
export function writeValues(bytes: Buffer, cuts: Cuts, into: Buffer, at: number): number {
  let to = at + into.write(`["${SIGN}",${cuts.length / 3}`, at, 'latin1')
  for (let place = 0, i = placeAt(cuts, 0); i >= 0; i = placeAt(cuts, ++place)) {
    to += into.write(',"\\"', to, 'latin1')
    to += bytes.copy(into, to, cuts[i], cuts[i + 1])
    to += into.write('\\""', to, 'latin1')
  }
  return to + into.write(']', to, 'latin1')
}

/** The first cut of a place; below 0 where there is no such place. */
function placeAt(cuts: Cuts, place: number): number {
  for (let i = 0; i < cuts.length; i += 3) if (cuts[i + 2] === place) return i
  return -1
}

/** Whatever values there are, taken out of what was read. */
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
