import type { Issue } from '#core/issue.ts'
import { historyOf, type Known } from './known-records.ts'
import { orderOf } from './late.ts'
import type { PreparedMessage, PreparedRecord, PreparedSource } from './prepared.ts'

/** A version that an earlier source record of the same message made. */
export interface SaidBefore {
  readonly index: number
  readonly version: number
}

/**
 * The newest version of a record, where another source record of the same message with the same key made it and this one says something
 * else: one of them gets lost behind the other, and nothing in the message says that this is meant. It is meant where the source tells which is newer,
 * and where it makes the record void or brings it back. Records with a key of their own, such as the stall that every ticket names, may come with each
 * source record.
 */
export function saidBefore(
  message: PreparedMessage,
  { index, key }: PreparedSource,
  record: PreparedRecord,
  known: Known,
): SaidBefore | undefined {
  const head = known.heads.get(record.id)
  const isOther =
    record.operation === 'upsert' && head?.status === 'active' && head.hash !== record.content?.hash
  if (message.replay || !isOther || !isSame(record.key, key)) return undefined
  const order = orderOf(record, head)
  if (order === 'older' || order === 'newer') return undefined
  const made = historyOf(record.id, known)?.find(({ version }) => version === head.version)
  if (made?.messageId !== message.id || made.messageIndex === index) return undefined
  return { index: made.messageIndex, version: made.version }
}

const isSame = (a: readonly string[], b: readonly string[] | null): boolean =>
  a === b || (b !== null && a.length === b.length && a.every((part, i) => part === b[i]))

/** What is told of a source record that replaced another one of its message. @param path where it stands */
export const twiceIssue = (path: string, { index, version }: SaidBefore): Issue => ({
  path,
  code: 'W_KEY_TWICE',
  reason: `the source record with index ${index} of this message has the same key and other content; it became version ${version}, which this one replaced`,
  fix: 'Give records that are different ones, such as the lines of an order, keys of their own (`key` of the mapping). Send a record once in a message, or name the field that tells which is newer (`order`).',
})
