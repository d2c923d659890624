import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** How the bytes of a message are stored. */
export type Coding = 'identity' | 'zstd'

/** Below this size compression costs more than it saves. */
const COMPRESS_FROM = 2048
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** The bytes as they are stored. */
export function encodeBytes(bytes: Uint8Array): { coding: Coding; bytes: Uint8Array } {
  if (bytes.length < COMPRESS_FROM) return { coding: 'identity', bytes }
  return { coding: 'zstd', bytes: zstdCompressSync(bytes, options) }
}

/** The bytes as they were received. */
export const decodeBytes = (coding: Coding, bytes: Buffer): Buffer =>
  coding === 'zstd' ? zstdDecompressSync(bytes) : bytes
