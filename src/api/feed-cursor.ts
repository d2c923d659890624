import { createHmac, timingSafeEqual } from 'node:crypto'
import { badCursor, POSITION, readCursor, writeCursor } from './cursor.ts'

/** What a cursor of the change log belongs to. */
export interface FeedCursorOf {
  /** The key that reads; null for the administrator of the settings. */
  readonly keyId: string | null
  /** What was asked for, and the link. */
  readonly filter: readonly string[]
}

const HEX = /^[0-9a-f]{32}$/

/**
 * A place in the change log as a receiver keeps it: sealed by the hub, for one key and one filter. With another filter it would leave out what
 * was passed before; with another key it would tell of what that key has read.
 */
export const writeFeedCursor = (secret: Buffer, of: FeedCursorOf, position: bigint): string => {
  const parts = [String(position), keyPrint(secret, of), filterPrint(secret, of)]
  return writeCursor(...parts, mac(secret, parts))
}

/** The place that a cursor stands for; 0 where none is given. Throws `invalid_request` with what is wrong with it. */
export function readFeedCursor(secret: Buffer, of: FeedCursorOf, text: string | undefined): bigint {
  const parts = readCursor(text, POSITION, HEX, HEX, HEX)
  if (!parts) return 0n
  const [position = '0', key, filter, seal = ''] = parts
  if (!timingSafeEqual(Buffer.from(seal), Buffer.from(mac(secret, parts.slice(0, 3))))) throw badCursor()
  if (key !== keyPrint(secret, of)) throw badCursor('a cursor of another key')
  if (filter !== filterPrint(secret, of)) throw badCursor('a cursor of another filter')
  return BigInt(position)
}

const keyPrint = (secret: Buffer, { keyId }: FeedCursorOf): string =>
  mac(secret, ['key', keyId ?? 'administrator'])
const filterPrint = (secret: Buffer, { filter }: FeedCursorOf): string => mac(secret, ['filter', ...filter])

const mac = (secret: Buffer, parts: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 32)
