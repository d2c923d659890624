import { daysFromCivil, isValidDate, MINUTE_MS } from '#core/calendar.ts'

/** One value of DER (X.690) with the bytes that it was read from. */
export interface Der {
  /** The identifier octet: class, whether it is made of others, and number. Numbers above 30 are refused. */
  readonly tag: number
  readonly content: Uint8Array
  /** Identifier, length and content, as they were read. */
  readonly whole: Uint8Array
}

/** Why bytes are no DER. It tells where, never what. */
export class DerFault extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'DerFault'
  }
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Tag of a context-specific value: `[n]`, made of others or not. */
export const context = (n: number, isConstructed = true): number => 0x80 | (isConstructed ? 0x20 : 0) | n

const CONSTRUCTED = 0x20
/** Lengths of four bytes and more are longer than anything the hub reads. */
const LENGTH_BYTES_MAX = 3

/** The one value that the bytes are. Lengths must be definite and as short as can be, and nothing may follow. @throws DerFault */
export function readDer(bytes: Uint8Array): Der {
  const { value, end } = readAt(bytes, 0)
  if (end !== bytes.length) throw new DerFault('bytes follow the value')
  return value
}

/** The values that a value is made of. @throws DerFault */
export function partsOf(der: Der, tag: number = TAG.sequence): Der[] {
  expectTag(der, tag)
  if (!(tag & CONSTRUCTED)) throw new DerFault('the value is not made of others')
  const parts: Der[] = []
  for (let at = 0; at < der.content.length; ) {
    const { value, end } = readAt(der.content, at)
    parts.push(value)
    at = end
  }
  return parts
}

/** The one value inside of an explicit tag. @throws DerFault */
export function innerOf(der: Der, tag: number): Der {
  const [inner, ...more] = partsOf(der, tag)
  if (!inner || more.length > 0) throw new DerFault('the tag does not hold one value')
  return inner
}

export function expectTag(der: Der | undefined, tag: number): Der {
  if (der?.tag !== tag) throw new DerFault(`tag ${tag} is wanted`)
  return der
}

function readAt(bytes: Uint8Array, at: number): { value: Der; end: number } {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new DerFault('the bytes end within a value')
  if ((tag & 0x1f) === 0x1f) throw new DerFault('tags of several bytes are not known')
  let from = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > LENGTH_BYTES_MAX) throw new DerFault('the length is indefinite or too long')
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[from + i] ?? Number.NaN)
    from += count
    // A shorter way of writing it would have done.
    if (!(length >= (count === 1 ? 0x80 : 256 ** (count - 1))))
      throw new DerFault('the length is not as short as can be')
  }
  const end = from + length
  if (end > bytes.length) throw new DerFault('the bytes end within a value')
  return { value: { tag, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) }, end }
}

/** The text of an object identifier. @throws DerFault */
export function oidOf(der: Der | undefined): string {
  const { content } = expectTag(der, TAG.oid)
  if (content.length === 0 || content.length > 64)
    throw new DerFault('an object identifier has 1 to 64 bytes')
  const arcs: number[] = []
  let arc = 0
  let isStart = true
  for (const byte of content) {
    if (isStart && byte === 0x80) throw new DerFault('an arc begins with zeros')
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER / 256) throw new DerFault('an arc is too large')
    isStart = byte < 0x80
    if (isStart) {
      arcs.push(arc)
      arc = 0
    }
  }
  if (!isStart) throw new DerFault('an object identifier ends within an arc')
  const [head = 0, ...rest] = arcs
  const top = Math.min(2, Math.floor(head / 40))
  return [top, head - top * 40, ...rest].join('.')
}

/** The bytes of an integer, with its sign. @throws DerFault where it is not as short as can be */
export function integerOf(der: Der | undefined): Uint8Array {
  const { content } = expectTag(der, TAG.integer)
  const [first, second] = content
  if (first === undefined) throw new DerFault('an integer has no byte')
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
    throw new DerFault('an integer is not as short as can be')
  return content
}

/** A number of few bytes that is not negative. @throws DerFault */
export function smallOf(der: Der | undefined): number {
  const bytes = integerOf(der)
  if (bytes.length > 4 || (bytes[0] as number) >= 0x80)
    throw new DerFault('the number is negative or too large')
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** Hexadecimal digits of a positive integer, without zeros before it. @throws DerFault */
export function positiveOf(der: Der | undefined): string {
  const bytes = integerOf(der)
  if ((bytes[0] as number) >= 0x80) throw new DerFault('the number is negative')
  return hexOf(bytes).replace(/^(00)+(?=..)/, '')
}

/** True or false, written as DER wants it. @throws DerFault */
export function booleanOf(der: Der | undefined): boolean {
  const { content } = expectTag(der, TAG.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new DerFault('a boolean is 00 or FF')
  return content[0] === 0xff
}

/** The bytes of a bit string of whole bytes. @throws DerFault */
export function wholeBitsOf(der: Der | undefined): Uint8Array {
  const { content } = expectTag(der, TAG.bits)
  if (content[0] !== 0) throw new DerFault('a bit string has loose bits')
  return content.subarray(1)
}

/** Numbers of the bits that are set. @throws DerFault */
export function setBitsOf(der: Der | undefined): Set<number> {
  const { content } = expectTag(der, TAG.bits)
  const [loose, ...bytes] = content
  if (loose === undefined || loose > 7 || (bytes.length === 0 && loose > 0))
    throw new DerFault('a bit string is malformed')
  const bits = new Set<number>()
  for (const [i, byte] of bytes.entries())
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.add(i * 8 + bit)
  return bits
}

/** A time, in milliseconds since 1970: UTCTime or GeneralizedTime with seconds and Z (RFC 5280, 4.1.2.5). @throws DerFault */
export function timeOf(der: Der | undefined): number {
  if (der?.tag !== TAG.utcTime && der?.tag !== TAG.time) throw new DerFault('a time is wanted')
  const text = Buffer.from(der.content).toString('latin1')
  const parts = (
    der.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
  ).exec(text)
  if (!parts) throw new DerFault('a time is malformed')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const whole = der.tag === TAG.time ? year : year < 50 ? 2000 + year : 1900 + year
  if (!isValidDate(whole, month, day) || hour > 23 || minute > 59 || second > 59)
    throw new DerFault('there is no such time')
  return ((daysFromCivil(whole, month, day) * 24 + hour) * 60 + minute) * MINUTE_MS + second * 1000
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Whether two runs of bytes are the same. Not for secrets. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && Buffer.compare(one, other) === 0
