import { badCursor, POSITION } from './cursor.ts'
import { openText, sealText } from './sealed-text.ts'

const DIGITS = 18

/**
 * A place in the change log for a caller who does not see all of it: encrypted, because how far two places lie apart tells how much others sent, and
 * bound to what it is of (the call, the caller, its sight, the filter).
 */
export const writeSightCursor = (secret: Buffer, of: readonly string[], position: bigint): string =>
  sealText(secret, of, String(position).padStart(DIGITS, '0'))

/** The place that such a cursor stands for; 0 where none is given. Throws `invalid_request` where it is none, or of something else. */
export function readSightCursor(secret: Buffer, of: readonly string[], text: string | undefined): bigint {
  if (text === undefined) return 0n
  const position = openText(secret, of, text)
  if (position === null || position.length !== DIGITS || !POSITION.test(position)) throw badCursor()
  return BigInt(position)
}
