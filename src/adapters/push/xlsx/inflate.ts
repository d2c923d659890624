import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { refuseTable } from '#adapters/push/table/refuse.ts'
import { dataStart, type Part } from './archive.ts'
import { RATIO_FROM_BYTES, RATIO_MAX } from './limits.ts'
import { damaged, tooLarge } from './refuse.ts'
import type { Source } from './source.ts'

const STORED = 0
const DEFLATED = 8
const PIECE_BYTES = 65_536
/** V8 lets some 60 MB of pieces lie that nobody needs any more; a look at the young heap, in which they all are, takes 0.3 ms. */
const COLLECTED_AFTER_BYTES = 2 * 1024 * 1024

/** Bytes that may still come out of the parts of one archive. */
export interface Budget {
  left: number
}

/**
 * The bytes of a part, piece by piece. They are counted as they really come out: against what the directory says, against the
 * budget of the archive, and against the packed length.
 * @throws DecodeRefusal
 */
export async function* inflate(source: Source, part: Part, budget: Budget): AsyncGenerator<Uint8Array> {
  const { name, method, packedLength } = part
  if (method !== STORED && method !== DEFLATED)
    throw damaged(name, `compression method ${method} is not one that is read`)
  const packed = packedPieces(source, dataStart(source, part), packedLength, name)
  const pieces = method === STORED ? packed : unpacked(packed, name)
  let length = 0
  let crc = 0
  for await (const piece of pieces) {
    length += piece.length
    budget.left -= piece.length
    if (length > part.length)
      throw damaged(name, `more than the ${part.length} bytes that the directory says`)
    if (budget.left < 0) throw tooLarge(name, 'the archive unpacks to more than may be read')
    if (length > RATIO_FROM_BYTES && length > packedLength * RATIO_MAX)
      throw tooLarge(name, `the part unpacks to more than ${RATIO_MAX} times its size`)
    crc = crc32(piece, crc)
    yield piece
  }
  if (length < part.length) throw damaged(name, `only ${length} of ${part.length} bytes`)
  if (crc !== part.crc) throw refuseTable('changed', name)
}

async function* unpacked(packed: Iterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: PIECE_BYTES })
  // What is wrong with the input reaches the loop below through the inflater.
  pipeline(Readable.from(packed), inflater, () => undefined)
  let since = 0
  try {
    for await (const piece of inflater as AsyncIterable<Uint8Array>) {
      yield piece
      since += piece.length
      if (since < COLLECTED_AFTER_BYTES) continue
      since = 0
      // Absent where `bin/hub` did not start the process.
      globalThis.gc?.({ type: 'minor', execution: 'sync' })
    }
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('Z_')) throw refuseTable('packed', name)
    throw error
  }
}

function* packedPieces(source: Source, at: number, length: number, name: string): Generator<Uint8Array> {
  for (let done = 0; done < length; done += PIECE_BYTES) {
    const size = Math.min(PIECE_BYTES, length - done)
    const piece = source.read(at + done, size)
    if (piece.length < size) throw damaged(name, 'the part ends too early')
    yield piece
  }
}
