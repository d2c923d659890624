import type { RowTaker } from '#adapters/database/session.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const CAPITAL_N = 0x4e
const ESCAPES = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
])

/** Reads the text form of COPY from chunks that may be cut anywhere. Bytes are as in the database, so a tab or backslash is one by its byte. */
export function createCopyReader(taker: RowTaker): (chunk: Uint8Array) => void {
  let rest: Uint8Array | null = null

  const cell = (bytes: Uint8Array, from: number, to: number, escaped: boolean): void => {
    if (!escaped) taker.value(bytes, from, to)
    else if (to - from === 2 && bytes[from + 1] === CAPITAL_N) taker.none()
    else {
      const plain = unescaped(bytes, from, to)
      taker.value(plain, 0, plain.length)
    }
  }

  return (chunk) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk])
    const { length } = bytes
    let from = 0
    let escaped = false
    for (let i = 0; i < length; i++) {
      const byte = bytes[i] as number
      if (byte > BACKSLASH) continue
      if (byte === BACKSLASH) {
        escaped = true
        i++
      } else if (byte === TAB || byte === NEWLINE) {
        cell(bytes, from, i, escaped)
        escaped = false
        from = i + 1
        if (byte === NEWLINE) taker.end()
      }
    }
    rest = from === length ? null : Buffer.from(bytes.subarray(from))
  }
}

function unescaped(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const plain = new Uint8Array(to - from)
  let length = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number
    if (byte !== BACKSLASH) plain[length++] = byte
    else {
      i++
      const next = bytes[i] as number
      plain[length++] = ESCAPES.get(next) ?? next
    }
  }
  return plain.subarray(0, length)
}
