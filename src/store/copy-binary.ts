/** Microseconds between 1970-01-01 and 2000-01-01, the epoch of PostgreSQL's binary timestamps. */
const EPOCH_2000_MS = 946_684_800_000

/**
 * Rows in PostgreSQL's binary COPY format ("COPY … FROM STDIN (FORMAT binary)"): a field is its length and its bytes.
 * Chosen over INSERT … unnest because rows go in many at a time and bytes need no hex.
 * Call `row(columns)` first, then one method per column in the order of the statement.
 */
export interface CopyRows {
  row(columns: number): void
  text(value: string | null): void
  /** Text of which each character is one byte: identifiers, digests. */
  latin1(value: string): void
  bytes(value: Uint8Array | null): void
  int2(value: number): void
  int4(value: number): void
  int8(value: bigint): void
  real(value: number): void
  uuid(value: Uint8Array | null): void
  timestamp(epochMs: number | null): void
  /** Exact decimal as text, such as `186.5`. */
  numeric(value: string | null): void
  textArray(values: readonly string[] | null): void
  readonly count: number
  /** The whole stream with header and trailer; the writer is spent afterwards. */
  finish(): Buffer
  /** Gives the memory back for the next rows. Only when nobody reads what `finish` gave any more. */
  release(): void
}

/** Buffers that are used again: a batch takes 2 MB, and memory outside the heap is collected late. */
const spare: Buffer[] = []
const SPARE_MAX = 6
const SPARE_BYTES_MAX = 8 * 1024 * 1024

function takeBuffer(capacity: number): Buffer {
  const found = spare.findIndex((buffer) => buffer.length >= capacity)
  if (found >= 0) return spare.splice(found, 1)[0] as Buffer
  return Buffer.allocUnsafeSlow(Math.max(64 * 1024, 2 ** Math.ceil(Math.log2(capacity))))
}

function giveBack(buffer: Buffer): void {
  if (spare.length < SPARE_MAX && buffer.length <= SPARE_BYTES_MAX) spare.push(buffer)
}

const HEADER = Buffer.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0,
])
const TEXT_OID = 25
/** Up to this length a loop is faster than the call into native code. */
const SHORT = 24

const TWO_32 = 2 ** 32
const ZERO = 0x30
/** Decimal digits of one digit of PostgreSQL's numeric format. */
const GROUP = 4
const NEGATIVE = 0x4000

/** Four decimal digits of a text from a place on as a number; those outside of `from` to before `to` are zeros. */
function groupAt(value: string, place: number, from: number, to: number): number {
  let digit = 0
  for (let i = place; i < place + GROUP; i++)
    digit = digit * 10 + (i >= from && i < to ? value.charCodeAt(i) - ZERO : 0)
  return digit
}

/** @param capacity expected size in bytes; the buffer doubles when it is not enough */
export function copyRows(capacity: number): CopyRows {
  let buffer = takeBuffer(Math.max(capacity, 256))
  let at = HEADER.copy(buffer)
  let count = 0

  const reserve = (size: number): void => {
    if (at + size <= buffer.length) return
    const larger = takeBuffer(Math.max(buffer.length * 2, at + size))
    buffer.copy(larger, 0, 0, at)
    giveBack(buffer)
    buffer = larger
  }
  const missing = (): void => {
    reserve(4)
    at = buffer.writeInt32BE(-1, at)
  }
  const writeText = (value: string): void => {
    reserve(4 + value.length * 3)
    const size = buffer.write(value, at + 4, 'utf8')
    buffer.writeInt32BE(size, at)
    at += 4 + size
  }

  return {
    row(columns) {
      reserve(2)
      at = buffer.writeInt16BE(columns, at)
      count++
    },
    text(value) {
      if (value === null) missing()
      else writeText(value)
    },
    latin1(value) {
      const { length } = value
      reserve(4 + length)
      at = buffer.writeInt32BE(length, at)
      if (length > SHORT) at += buffer.write(value, at, 'latin1')
      else for (let i = 0; i < length; i++) buffer[at++] = value.charCodeAt(i)
    },
    bytes(value) {
      if (value === null) {
        missing()
        return
      }
      reserve(4 + value.length)
      at = buffer.writeInt32BE(value.length, at)
      buffer.set(value, at)
      at += value.length
    },
    int2(value) {
      reserve(6)
      at = buffer.writeInt32BE(2, at)
      at = buffer.writeInt16BE(value, at)
    },
    int4(value) {
      reserve(8)
      at = buffer.writeInt32BE(4, at)
      at = buffer.writeInt32BE(value, at)
    },
    int8(value) {
      reserve(12)
      at = buffer.writeInt32BE(8, at)
      at = buffer.writeBigInt64BE(value, at)
    },
    real(value) {
      reserve(8)
      at = buffer.writeInt32BE(4, at)
      at = buffer.writeFloatBE(value, at)
    },
    uuid(value) {
      if (value === null) {
        missing()
        return
      }
      reserve(20)
      at = buffer.writeInt32BE(16, at)
      buffer.set(value, at)
      at += 16
    },
    timestamp(epochMs) {
      if (epochMs === null) {
        missing()
        return
      }
      reserve(12)
      at = buffer.writeInt32BE(8, at)
      // Microseconds may not fit in a number; in two halves they do, and need no BigInt.
      const ms = epochMs - EPOCH_2000_MS
      const high = Math.floor(ms / TWO_32)
      const low = (ms - high * TWO_32) * 1000
      at = buffer.writeInt32BE(high * 1000 + Math.floor(low / TWO_32), at)
      at = buffer.writeUInt32BE(low % TWO_32, at)
    },
    numeric(value) {
      if (value === null) {
        missing()
        return
      }
      const isNegative = value.startsWith('-')
      const from = isNegative ? 1 : 0
      const found = value.indexOf('.')
      const point = found < 0 ? value.length : found
      const scale = Math.max(value.length - point - 1, 0)
      const whole = Math.ceil((point - from) / GROUP)
      const groups = whole + Math.ceil(scale / GROUP)
      reserve(12 + groups * 2)
      at = buffer.writeInt32BE(8 + groups * 2, at)
      at = buffer.writeInt16BE(groups, at)
      at = buffer.writeInt16BE(whole - 1, at)
      at = buffer.writeUInt16BE(isNegative ? NEGATIVE : 0, at)
      at = buffer.writeInt16BE(scale, at)
      for (let i = whole; i > 0; i--)
        at = buffer.writeInt16BE(groupAt(value, point - i * GROUP, from, point), at)
      for (let i = point + 1; i < value.length; i += GROUP)
        at = buffer.writeInt16BE(groupAt(value, i, point + 1, value.length), at)
    },
    textArray(values) {
      if (values === null) {
        missing()
        return
      }
      reserve(24)
      const start = at
      at = buffer.writeInt32BE(0, at)
      at = buffer.writeInt32BE(values.length ? 1 : 0, at)
      at = buffer.writeInt32BE(0, at)
      at = buffer.writeInt32BE(TEXT_OID, at)
      if (values.length) {
        at = buffer.writeInt32BE(values.length, at)
        at = buffer.writeInt32BE(1, at)
        for (const value of values) writeText(value)
      }
      buffer.writeInt32BE(at - start - 4, start)
    },
    get count() {
      return count
    },
    finish() {
      reserve(2)
      at = buffer.writeInt16BE(-1, at)
      return buffer.subarray(0, at)
    },
    release() {
      giveBack(buffer)
    },
  }
}
