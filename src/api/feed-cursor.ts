import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HubError } from '#core/errors.ts'
import type { Link } from '#store/links.ts'
import { badCursor, POSITION, readCursor, writeCursor } from './cursor.ts'

/** What a cursor of the change log belongs to. */
export interface FeedCursorOf {
  /** The key that reads; null for the administrator of the settings. */
  readonly keyId: string | null
  /** What was asked for, and the link. */
  readonly filter: readonly string[]
  /** The link whose changes these are, with its filter; null for the whole log. */
  readonly link: Pick<Link, 'filter' | 'beginsAfter'> | null
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

/** The place that a cursor stands for; where none is given, the beginning. Throws `invalid_request` with what is wrong with it. */
export function readFeedCursor(secret: Buffer, of: FeedCursorOf, text: string | undefined): bigint {
  const parts = readCursor(text, POSITION, HEX, HEX, HEX)
  if (!parts) return of.link?.beginsAfter ?? 0n
  const [position = '0', key, filter, seal = ''] = parts
  if (!timingSafeEqual(Buffer.from(seal), Buffer.from(mac(secret, parts.slice(0, 3))))) throw badCursor()
  if (key !== keyPrint(secret, of)) throw badCursor('a cursor of another key')
  if (filter !== filterPrint(secret, of)) throw otherFilter(of)
  return BigInt(position)
}

const otherFilter = ({ link }: FeedCursorOf): HubError =>
  link
    ? badCursor(
        'a cursor of another filter, or of the link before its filter was changed',
        'Read again without "after": what you have comes with the event that it had.',
      )
    : badCursor('a cursor of another filter')

const keyPrint = (secret: Buffer, { keyId }: FeedCursorOf): string =>
  mac(secret, ['key', keyId ?? 'administrator'])
/** With the filter of the link: a wider one lets through what the cursor has passed, and nothing would ever tell. */
const filterPrint = (secret: Buffer, { filter, link }: FeedCursorOf): string =>
  mac(secret, ['filter', ...filter, ...(link ? [JSON.stringify(link.filter)] : [])])

const mac = (secret: Buffer, parts: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 32)
