import { hash } from 'node:crypto'

/** Bytes that SHA-256 takes at a time. */
const BLOCK_BYTES = 64
const HASH_BYTES = 32
/** Texts up to this many characters are hashed in memory that is used again. */
const TEXT_MAX = 1024
/** Most bytes that one character of a text becomes. */
const CHARACTER_BYTES = 3

/** The memory of both hashes; each begins with the secret under its own mask, and both are those of the secret that was used last. */
const inner = Buffer.alloc(BLOCK_BYTES + TEXT_MAX * CHARACTER_BYTES)
const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES)
let masked = Buffer.alloc(0)

/**
 * HMAC-SHA-256 of a text under a secret of up to 64 bytes (RFC 2104), its first 32 hexadecimal digits. By two hashes at once: `createHmac`
 * makes an object beside the heap for every text, which takes six times as long and leaves it to the collector.
 */
export function keyedDigest(secret: Buffer, text: string): string {
  if (!masked.equals(secret) || masked.length === 0) mask(secret)
  outer.write(hash('sha256', withText(text), 'hex'), BLOCK_BYTES, 'hex')
  return hash('sha256', outer, 'hex').slice(0, HASH_BYTES)
}

function mask(secret: Buffer): void {
  if (secret.length > BLOCK_BYTES) throw new RangeError(`a secret has ${BLOCK_BYTES} bytes at most`)
  inner.fill(0x36, 0, BLOCK_BYTES)
  outer.fill(0x5c, 0, BLOCK_BYTES)
  for (let i = 0; i < secret.length; i++) {
    inner[i] = (secret[i] as number) ^ 0x36
    outer[i] = (secret[i] as number) ^ 0x5c
  }
  // The caller's bytes are the caller's, who may overwrite them.
  masked = Buffer.from(secret)
}

function withText(text: string): Buffer {
  if (text.length > TEXT_MAX) return Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(text)])
  const bytes = inner.write(text, BLOCK_BYTES)
  return inner.subarray(0, BLOCK_BYTES + bytes)
}
