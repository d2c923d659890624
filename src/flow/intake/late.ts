import type { Issue } from '#core/issue.ts'
import { areComparable, orderAsSent } from '#core/mapping/compile/order.ts'
import type { Head, PastVersion } from '#store/heads.ts'
import { historyOf, type Known } from './known-records.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Whether a version came in the same bytes as a message, in another one. */
const inSameBytes = (past: PastVersion, message: PreparedMessage): boolean =>
  past.message !== null && past.messageId !== message.id && sameBytes(past.message, message.sha256)

/**
 * Content that an earlier version already had is a resend, not a correction, when the same bytes brought it, or when the record was
 * made void since: a void ends a record, and the retry of its first message must not bring it back to life. Bytes that made an earlier
 * version and not the newest are a resend whatever a newer mapping makes of them now. Gives the version that is sent again.
 */
export function resentVersion(
  message: PreparedMessage,
  hash: string,
  head: Head,
  history: readonly PastVersion[] | undefined,
): PastVersion | undefined {
  if (!history) return undefined
  const same = history.findLast(
    (past) => past.hash === hash && (head.status === 'void' || inSameBytes(past, message)),
  )
  if (same) return same
  const newest = history.find(({ version }) => version === head.version)
  const isOwn = newest === undefined || newest.messageId === message.id || inSameBytes(newest, message)
  return isOwn ? undefined : history.findLast((past) => inSameBytes(past, message))
}

/** Whether a source record that does not tell a record is a resend of one from before it was told. */
export function isResentWithout(
  message: PreparedMessage,
  { records }: PreparedSource,
  untold: PreparedRecord,
  known: Known,
): boolean {
  const cameInSameBytes = ({ id }: PreparedRecord): boolean =>
    historyOf(id, known)?.some((past) => inSameBytes(past, message)) === true
  return !cameInSameBytes(untold) && records.some(cameInSameBytes)
}

/** Whether an order is higher than the one that is known; there may be none, and what cannot be compared is not. */
export const isHigher = (order: string, known: string | null): boolean =>
  known === null || (areComparable(order, known) && order > known)

/**
 * By the source's own order where both have one that can be compared; else by arrival, which is the order of deciding but for a deferred
 * message.
 */
export function isOlder(message: PreparedMessage, record: PreparedRecord, head: Head, known: Known): boolean {
  return (
    orderOf(record, head) === 'older' ||
    (orderOf(record, head) === null && isOvertaken(message, record, known))
  )
}

/** How a record stands to the newest version by the source's own order; null where one lacks it, or a mapping has changed what it is. */
export function orderOf(
  { order }: Pick<PreparedRecord, 'order'>,
  head: Pick<Head, 'order'>,
): 'older' | 'same' | 'newer' | null {
  if (order === null || head.order === null || !areComparable(order, head.order)) return null
  return order === head.order ? 'same' : order < head.order ? 'older' : 'newer'
}

/** Whether a mapping has changed what the order of its records is, a number or a time, since the newest version came. */
export const isOtherOrder = ({ order }: PreparedRecord, head: Head): boolean =>
  order !== null && head.order !== null && !areComparable(order, head.order)

/** Whether the head came in a message that arrived after this one. */
const isOvertaken = (message: PreparedMessage, { id }: PreparedRecord, known: Known): boolean =>
  (known.arrivals.get(id)?.receivedAtMs ?? 0) > message.receivedAtMs

/**
 * Where a record lacks the order that its mapping names, and would replace a version that has one: nobody can tell which of them is newer.
 * What says nothing new is none of these: the content of the head, and what this place of the same bytes made already.
 */
export function unorderedPlace(
  message: PreparedMessage,
  index: number,
  record: PreparedRecord,
  known: Known,
): string | undefined {
  const { lacksOrderAt, content, operation, id } = record
  const head = known.heads.get(id)
  if (lacksOrderAt === undefined || !head || head.order === null) return undefined
  if (operation === 'untold' && head.status === 'void') return undefined
  const status = operation === 'void' ? 'void' : 'active'
  if (head.status === status && head.hash === content?.hash) return undefined
  const isOwn = (past: PastVersion): boolean =>
    past.messageIndex === index && (past.messageId === message.id || inSameBytes(past, message))
  return historyOf(id, known)?.some(isOwn) ? undefined : lacksOrderAt
}

/** Why a version that is older than the newest is not one. */
export const lateIssue = (order: string | null): Issue => ({
  path: '',
  code: 'W_LATE',
  reason: `a newer version than ${order === null ? 'this' : orderAsSent(order)} is known; this one was kept out`,
})

/** Why content that was sent before is no version now. */
export const resentIssue = (past: PastVersion, head: Head): Issue => ({
  path: '',
  code: 'W_LATE',
  ...(head.status === 'void'
    ? {
        reason: `this made version ${past.version}, and version ${head.version} has made the record void since; it stays void`,
        fix: 'Nothing to do for a retry. To bring the record back, send it with a higher order, where its mapping names one, or content that differs from all of its versions.',
      }
    : {
        reason: `these bytes made version ${past.version}, which version ${head.version} has replaced; sent again they change nothing`,
        fix: 'Nothing to do for a retry. To go back to that content, send it in a message that differs in anything, such as a line more.',
      }),
})

/** Why a record without its order is refused. */
export const unorderedIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'order',
  reason: 'the record lacks its order, and the version that is known has one: nobody can tell which is newer',
  fix: 'Fill in this field and send the record again.',
})

/** What is told of a version that was taken without the order that its mapping names. */
export const lacksOrderIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'order',
  reason: 'the record lacks its order; it was taken as the newest because it came last',
  fix: 'Fill in this field, so that an older record is told from a newer one.',
})

/** What is told of a version that was taken though its order cannot be compared with that of the version before it. @param path of its source record */
export const otherOrderIssue = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  target: 'order',
  reason:
    'the mapping has changed what its order is, a number or a time: it cannot be compared with that of the version that is known, and the record was taken as the newest because it came last',
  fix: 'Nothing to do where records come in their order; from now on the new order counts. Where an older record came late, send the newest once more.',
})
