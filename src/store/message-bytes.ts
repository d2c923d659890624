import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { openedFor, sealedFor } from './personal/data-keys.ts'
import { openText, sealText } from './personal/sealed-text.ts'

/** How the bytes of a message are stored; `erased`: only their digest and size are left. */
const CODINGS = ['identity', 'zstd', 'sealed', 'sealed-zstd', 'erased'] as const
export type Coding = (typeof CODINGS)[number]

/** Below this size compression costs more than it saves. */
const COMPRESS_FROM = 2048
/** The least that zlib takes for a piece. */
const CHUNK_MIN = 64
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * The bytes as they are stored: compressed, then sealed where the connection has data keys.
 * @param place table and keys of the row; only there they open
 */
export function encodeBytes(
  db: object,
  bytes: Uint8Array,
  place: string,
): { coding: Coding; bytes: Uint8Array } {
  const isShort = bytes.length < COMPRESS_FROM
  const packed = isShort ? bytes : zstdCompressSync(bytes, options)
  const sealed = sealedFor(db, packed, place)
  if (sealed) return { coding: isShort ? 'sealed' : 'sealed-zstd', bytes: sealed }
  return { coding: isShort ? 'identity' : 'zstd', bytes: packed }
}

/**
 * The bytes as they were received; none where they were erased.
 * @param size how many there are, where it is known: zlib makes them in pieces of 16 KiB else, and joins these
 * @throws where nothing is coded so, or they were sealed, and not here or with other keys
 */
export async function decodeBytes(
  db: object,
  coding: Coding,
  bytes: Buffer,
  place: string,
  size?: number,
): Promise<Buffer> {
  if (!CODINGS.includes(coding)) throw new Error(`no bytes are coded as ${coding}`)
  if (coding === 'erased') return Buffer.alloc(0)
  const isSealed = coding === 'sealed' || coding === 'sealed-zstd'
  const packed = isSealed ? await openedFor(db, bytes, place) : bytes
  if (coding !== 'zstd' && coding !== 'sealed-zstd') return packed
  return zstdDecompressSync(packed, size === undefined ? {} : { chunkSize: Math.max(size, CHUNK_MIN) })
}

/** Where issues of a receipt quote what was sent. */
const QUOTES = '"value":'

/** The results of a message, and what others completed or mended of it, as they are stored in its own row: sealed where they quote what was sent. */
export const sealResults = (db: object, id: string, text: string): string =>
  sealQuotes(db, text, answerPlace(id))
export const sealQuotes = (db: object, text: string, place: string): string =>
  text.includes(QUOTES) ? sealText(db, text, place) : text

/** The results that `sealResults` was given. @throws where they were sealed for another message or with other keys */
export const openResults = (db: object, id: string, text: string): Promise<string> =>
  openText(db, text, answerPlace(id))

/** Where the bytes of a message stand, and those of a part or of results. */
const answerPlace = (id: string): string => `messages ${id} results`
export const completedPlace = (id: string): string => `messages ${id} completed`
export const mendedPlace = (id: string): string => `messages ${id} mended`
export const messagePlace = (id: string): string => `messages ${id}`
export const partPlace = (id: string, part: number): string => `message_parts ${id} ${part}`
export const resultsPlace = (id: string, first: number): string => `message_results ${id} ${first}`
