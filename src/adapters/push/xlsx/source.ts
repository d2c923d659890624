import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes that can be read at any place. Reading is synchronous: it happens in a thread that has nothing else to do. */
export interface Source {
  readonly length: number
  /** The bytes from `at`, fewer than `length` only at the end. */
  read(at: number, length: number): Uint8Array
  close(): void
}

export const sourceOfBytes = (bytes: Uint8Array): Source => ({
  length: bytes.length,
  read: (at, length) => bytes.subarray(at, at + length),
  close: () => {},
})

/** A file, of which no more is in memory than is being read. */
export function sourceOfFile(path: string): Source {
  const file = openSync(path, 'r')
  return {
    length: fstatSync(file).size,
    read(at, length) {
      const bytes = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const read = readSync(file, bytes, filled, length - filled, at + filled)
        if (read === 0) break
        filled += read
      }
      return bytes.subarray(0, filled)
    },
    close: () => closeSync(file),
  }
}
