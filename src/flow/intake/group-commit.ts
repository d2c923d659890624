import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { isConflict, isUnavailable } from '#store/database-errors.ts'
import { isTooSlow } from '#store/too-slow.ts'
import { type IntakeMessage, type WrittenMessage, writeGroup } from './write.ts'

/** Bounds of one transaction: enough to share a COMMIT, few enough to keep it short. */
const GROUP_MESSAGES = 128
const GROUP_SOURCES = 1000
/** Transactions at once: while one waits for the disk, the next is decided. */
const WRITERS = 2
/** Bytes that may wait; beyond them a push is told to come again. */
const WAITING_BYTES = 64 * 1024 * 1024

interface Waiting {
  readonly message: IntakeMessage
  readonly resolve: (written: WrittenMessage) => void
  readonly reject: (error: unknown) => void
}

/** Writes messages so that those that arrive together share a transaction and its COMMIT. */
export interface GroupCommit {
  /** Settles after COMMIT. Throws `busy` when too much waits, `unavailable` when the database is gone. */
  write(message: IntakeMessage): Promise<WrittenMessage>
  close(): Promise<void>
}

/** Others held the database up, or wrote the same records first in every attempt; nothing is wrong with the message. */
const comeAgain = (cause: unknown): HubError => new HubError('busy', { retryAfterMs: 1000, cause })

export function createGroupCommit(pool: Pool, onCommitted: () => void): GroupCommit {
  let waitingBytes = 0
  let closing = false
  const settle = settler(pool, onCommitted)
  const done = ({ message }: Waiting): void => {
    waitingBytes -= message.bytes.length
  }
  const plain = createLane(WRITERS, settle, done)
  // Messages with parts may wait for a lock; no other waits for them.
  const parted = createLane(1, settle, done)

  return {
    write(message) {
      if (closing) return Promise.reject(new HubError('stopping', { retryAfterMs: 1000 }))
      if (waitingBytes > WAITING_BYTES) return Promise.reject(new HubError('busy', { retryAfterMs: 1000 }))
      waitingBytes += message.bytes.length
      return new Promise((resolve, reject) => {
        const lane = message.parts ? parted : plain
        lane.add({ message, resolve, reject })
      })
    },
    async close() {
      closing = true
      await Promise.all([plain.drain(), parted.drain()])
    },
  }
}

type Settle = (group: readonly Waiting[]) => Promise<void>

function settler(pool: Pool, onCommitted: () => void): Settle {
  const settle: Settle = async (group) => {
    try {
      const written = await writeGroup(
        pool,
        group.map(({ message }) => message),
      )
      onCommitted()
      for (let i = 0; i < group.length; i++) (group[i] as Waiting).resolve(written[i] as WrittenMessage)
    } catch (error) {
      if (isUnavailable(error)) {
        const gone = new HubError('unavailable', { retryAfterMs: 2000, cause: error })
        for (const { reject } of group) reject(gone)
      } else if (isTooSlow(error)) {
        // Tried one by one, each would wait as long again.
        for (const { reject } of group) reject(comeAgain(error))
      } else if (group.length > 1) {
        // One message must not fail its neighbours: each gets a transaction of its own.
        for (const one of group) await settle([one])
      } else group[0]?.reject(isConflict(error) ? comeAgain(error) : error)
    }
  }
  return settle
}

interface Lane {
  add(waiting: Waiting): void
  /** Settles when nothing is left. */
  drain(): Promise<void>
}

/** A queue of messages with its own transactions, so many at once. */
function createLane(most: number, settle: Settle, done: (waiting: Waiting) => void): Lane {
  const queue: Waiting[] = []
  let writers = 0
  let drained: (() => void) | undefined

  const take = (): Waiting[] => {
    const group: Waiting[] = []
    let sources = 0
    while (queue.length > 0 && group.length < GROUP_MESSAGES) {
      const next = queue[0] as Waiting
      if (group.length > 0 && (next.message.parts || sources + next.message.sources.length > GROUP_SOURCES))
        break
      sources += next.message.sources.length
      group.push(next)
      queue.shift()
    }
    return group
  }

  const work = async (): Promise<void> => {
    writers++
    while (queue.length > 0) {
      const group = take()
      await settle(group)
      for (const waiting of group) done(waiting)
    }
    writers--
    if (writers === 0) drained?.()
  }

  return {
    add(waiting) {
      queue.push(waiting)
      // Started in a later turn of the loop, so that what arrives in this turn shares the transaction.
      if (writers < most) setImmediate(() => writers < most && queue.length > 0 && void work())
    },
    async drain() {
      if (writers === 0 && queue.length === 0) return
      await new Promise<void>((resolve) => {
        drained = resolve
        if (writers === 0) void work()
      })
    },
  }
}
