/** UTF-8 bytes of texts that live and end together, one behind the other in memory that is used again. */
export interface TextArena {
  /** The bytes of a text, until `reset`. */
  readonly encode: (text: string) => Buffer
  /** What was encoded is nobody's any more. */
  readonly reset: () => void
}

/** Most bytes that one character of a text becomes. */
const CHARACTER_BYTES = 3

/** @param size bytes that are kept; what does not fit gets memory of its own */
export function createTextArena(size: number): TextArena {
  const memory = Buffer.allocUnsafeSlow(size)
  let at = 0
  return {
    encode(text) {
      if (at + text.length * CHARACTER_BYTES > size) return Buffer.from(text)
      const from = at
      at += memory.write(text, from, 'utf8')
      return memory.subarray(from, at)
    },
    reset() {
      at = 0
    },
  }
}
