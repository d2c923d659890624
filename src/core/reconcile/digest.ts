import { hash } from 'node:crypto'

/** Digest of no version at all. */
export const NO_DIGEST = '0'.repeat(32)
const DIGITS = 32

/**
 * What one version of a record adds to the digest of a set: the first 16 bytes of the SHA-256 of `<id>\n<version>` in UTF-8, as 32
 * hexadecimal digits. The function `version_digest` of the store gives the same.
 */
export const versionDigest = (id: string, version: number): string =>
  hash('sha256', `${id}\n${version}`, 'hex').slice(0, DIGITS)

/** Digests put together (XOR): in any order the same, and what is put in twice is taken out again. */
export function joinDigests(a: string, b: string): string {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(DIGITS, '0')
}

/** Digest of a set of versions. */
export const digestOf = (versions: Iterable<{ readonly id: string; readonly version: number }>): string => {
  let sum = 0n
  for (const { id, version } of versions) sum ^= BigInt(`0x${versionDigest(id, version)}`)
  return sum.toString(16).padStart(DIGITS, '0')
}

/** SHA-256 of an identifier in hexadecimal digits; its first digits say in which part of a bucket the record lies. */
export const placeOf = (id: string): string => hash('sha256', id, 'hex')

export const isDigest = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)
