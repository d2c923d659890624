import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Source, sourceOfBytes } from '#adapters/push/xlsx/source.ts'

/** Bytes up to here are held in memory, and a page is given in one piece. */
export const HELD_BYTES = 8 * 1_048_576

/**
 * A whole file at hand, for formats that are read from their end: in memory, or in a file of the disk that has no name any more, so that
 * nothing is left of it however this process ends.
 * @param size bytes that are expected; null where there are more or fewer of them
 */
export async function spooled(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Source | null> {
  if (size <= HELD_BYTES) {
    const bytes = await heldBytes(pieces, size)
    return bytes && sourceOfBytes(bytes)
  }
  const file = unnamedFile()
  try {
    let length = 0
    for await (const piece of pieces) {
      if (length + piece.length > size) break
      writeSync(file, piece)
      length += piece.length
    }
    if (length === size) return sourceOfDescriptor(file, size)
  } catch (error) {
    closeSync(file)
    throw error
  }
  closeSync(file)
  return null
}

/** The bytes in one piece; null where there are more or fewer than expected. */
export async function heldBytes(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Buffer | null> {
  const held: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > size) return null
    held.push(piece)
  }
  if (length !== size) return null
  const [first] = held
  return held.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(held, length)
}

function unnamedFile(): number {
  const path = join(tmpdir(), `hub-${randomUUID()}.part`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

function sourceOfDescriptor(file: number, size: number): Source {
  let isOpen = true
  return {
    length: size,
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
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

const PIECE_BYTES = 65_536

export async function* piecesOfSource(source: Source): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.length; at += PIECE_BYTES) yield source.read(at, PIECE_BYTES)
}
