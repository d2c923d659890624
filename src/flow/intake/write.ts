import type { Pool, PoolClient } from 'pg'
import { countResults } from '#core/receipt.ts'
import type { SourceValue } from '#core/source.ts'
import { isConflict } from '#store/database-errors.ts'
import { countDrift } from '#store/drift.ts'
import { type Head, isKnown, readArrivals, readBodies, readHeads, readHistory } from '#store/heads.ts'
import { insertIdempotencyKeys } from '#store/idempotency-keys.ts'
import {
  copyEdges,
  copyMessages,
  copyVersions,
  LOCK_POSITIONS,
  lockPositions,
  type MessageRow,
  REFUSE_CROSSED_VOIDS,
} from '#store/intake.ts'
import { insertRejections } from '#store/rejections.ts'
import { deleteWaitingVoids, insertWaitingVoids, readWaitingVoids } from '#store/waiting-voids.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { type Dangling, markDangling, writeWaits } from './dangling.ts'
import { type Decision, decideMessage, type Known, type PreparedMessage } from './decide.ts'
import { completeEarlier, keepParts, type MessageParts, type Parted, readParts, told } from './parts.ts'
import { rejectionRows } from './rejection-rows.ts'
import { type KeyedCompleted, type KeyedResult, writeResults } from './results-text.ts'

/** A prepared message with what is stored beside its records. */
export interface IntakeMessage extends PreparedMessage {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly encoding: string
  readonly keyId: string | null
  readonly idempotencyKey: string | undefined
  readonly rejectedValues: ReadonlyMap<number, SourceValue>
  /** Source fields that the mapping neither maps nor ignores, with a sample. */
  readonly drift: ReadonlyMap<string, { count: number; sample: string | null }>
  /** Whether its records refer to lots that must have a record of their own. */
  readonly expectsLots: boolean
  /** What of it may be joined with parts of other messages. Such a message is a group of its own. */
  readonly parts?: MessageParts | undefined
}

/** What became of a message. */
export interface WrittenMessage {
  readonly results: readonly KeyedResult[]
  /** Source records of earlier messages that it completed. */
  readonly completed: readonly KeyedCompleted[]
}

/** The steps that keep, in the same transaction, what became of the messages. */
export type Keeping = (
  messages: readonly IntakeMessage[],
  results: readonly (readonly KeyedResult[])[],
) => readonly WriteStep[]

const ATTEMPTS = 4

/**
 * Writes a group of messages in one transaction and gives the results of each. The promise settles after COMMIT.
 * What is known is read before the transaction; two writers that make the same next version of a record collide on its key, and a
 * void that crosses its original is seen under the lock: the loser reads again and decides anew.
 */
export async function writeGroup(
  pool: Pool,
  messages: readonly IntakeMessage[],
  keep: Keeping = keepMessages,
): Promise<WrittenMessage[]> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      const [first] = messages
      if (first?.parts) return [await joinAndWrite(client, first, first.parts, keep)]
      return await decideAndWrite(client, messages, keep, null)
    } catch (error) {
      broken = await rollBack(client)
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    } finally {
      client.release(broken)
    }
  }
}

/** A message with parts: what it is missing, and what others miss, is looked up under a lock that is held until COMMIT. */
async function joinAndWrite(
  client: PoolClient,
  message: IntakeMessage,
  parts: MessageParts,
  keep: Keeping,
): Promise<WrittenMessage> {
  await client.query('begin')
  const parted = await readParts(client, message, parts)
  const [written] = await decideAndWrite(client, [parted.message], keep, parted)
  return written as WrittenMessage
}

async function decideAndWrite(
  client: PoolClient,
  given: readonly IntakeMessage[],
  keep: Keeping,
  parted: Parted | null,
): Promise<WrittenMessage[]> {
  const earlier = parted?.earlier ?? []
  const dangling = given.some(({ expectsLots }) => expectsLots)
    ? await markDangling(client, given, earlier)
    : null
  const messages = dangling?.messages ?? given
  const known = await readKnown(client, parted ? [...earlier, ...messages] : messages)
  const decision: Decision = { versions: [], edges: [], newWaiting: [], applied: [] }
  // What came first is decided first: a detail that waited is older than the message that brought its base.
  const completed = parted ? await completeEarlier(client, dangling?.earlier ?? earlier, known, decision) : []
  const results = messages.map((message) => decideMessage(message, known, decision))
  const begun = await writeRare(client, messages, results, decision, {
    isBegun: parted !== null,
    waits: dangling && { dangling, heads: known.heads },
  })
  if (parted) {
    await writeTogether(client, keep(messages, results))
    await keepParts(client, parted, completed)
  }
  const versions: WriteStep[] = decision.versions.length
    ? [LOCK_POSITIONS, copyVersions(decision.versions), REFUSE_CROSSED_VOIDS]
    : []
  await writeTogether(client, [
    ...(begun ? [] : ['begin']),
    ...(parted ? [] : keep(messages, results)),
    copyEdges(decision.edges),
    ...versions,
    'commit',
  ])
  return results.map((own) => ({ results: own, completed: told(completed) }))
}

/** What most groups do not have: keys, rejections, drift, voids that wait. Begins the transaction when there is any of it. */
async function writeRare(
  client: PoolClient,
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
  { newWaiting, applied }: Decision,
  { isBegun, waits }: { readonly isBegun: boolean; readonly waits: Waits | null },
): Promise<boolean> {
  const keyed = messages.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  const rejections = rejectionRows(messages, results)
  const drift = driftRows(messages)
  const count = keyed.length + rejections.length + drift.length + newWaiting.length + applied.length
  if (count === 0 && waits === null) return isBegun
  if (!isBegun) await client.query('begin')
  await insertIdempotencyKeys(client, keyed)
  await insertRejections(client, rejections)
  await countDrift(client, drift)
  if (waits) await writeWaits(client, waits.dangling, waits.heads)
  if (applied.length > 0) await deleteWaitingVoids(client, applied)
  if (newWaiting.length > 0) {
    await lockPositions(client)
    if (
      await isKnown(
        client,
        newWaiting.map(({ recordId }) => recordId),
      )
    )
      throw new CrossedVoid()
    await insertWaitingVoids(client, newWaiting)
  }
  return true
}

interface Waits {
  readonly dangling: Dangling
  readonly heads: ReadonlyMap<string, Head>
}

/** The original of a void was committed since it was looked for. Its code makes it a conflict, to be decided anew. */
class CrossedVoid extends Error {
  readonly code = '40001'
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Reads what must be known of the records before it can be decided what becomes of them: one query in the common case. */
async function readKnown(
  client: PoolClient,
  messages: readonly Pick<PreparedMessage, 'sources' | 'deferred'>[],
): Promise<Known> {
  const ids = new Set<string>()
  const coming = new Set<string>()
  for (const { sources } of messages) {
    for (const { records } of sources) {
      for (const record of records) {
        ids.add(record.id)
        if (record.operation === 'upsert') coming.add(record.id)
      }
    }
  }
  if (ids.size === 0)
    return {
      heads: new Map(),
      bodies: new Map(),
      written: new Map(),
      history: new Map(),
      waiting: new Map(),
      awaited: new Set(),
      arrivals: new Map(),
    }
  const { heads, awaited } = await readHeads(client, [...ids])
  const { changed, voids } = sortByNeed(messages, heads)
  const history = changed.length ? await readHistory(client, changed) : new Map()
  const bodies = voids.length ? await readBodies(client, voids) : new Map()
  const wanted = awaited.filter((id) => coming.has(id))
  const waiting = wanted.length ? await readWaitingVoids(client, wanted) : new Map()
  const touched = messages.some(({ deferred }) => deferred) ? [...changed, ...voids] : []
  const arrivals = touched.length ? await readArrivals(client, touched) : new Map()
  return { heads, bodies, written: new Map(), history, waiting, awaited: new Set(awaited), arrivals }
}

function sortByNeed(
  messages: readonly Pick<PreparedMessage, 'sources'>[],
  heads: ReadonlyMap<string, Head>,
): { changed: string[]; voids: string[] } {
  const changed = new Set<string>()
  const voids = new Set<string>()
  for (const { sources } of messages) {
    for (const { records } of sources) {
      for (const { id, operation, content } of records) {
        const head = heads.get(id)
        if (!head) continue
        if (operation === 'void') voids.add(id)
        else if (content && !(head.status === 'active' && content.hash === head.hash)) changed.add(id)
      }
    }
  }
  return { changed: [...changed], voids: [...voids] }
}

const keepMessages: Keeping = (messages, results) => [
  copyMessages(messages.map((message, i) => messageRow(message, results[i] as KeyedResult[]))),
]

const messageRow = (message: IntakeMessage, results: readonly KeyedResult[]): MessageRow => ({
  ...message,
  ...countResults(results),
  state: 'done',
  results: writeResults(results),
  problem: null,
})

function driftRows(messages: readonly IntakeMessage[]): Parameters<typeof countDrift>[1] {
  const rows = new Map<string, Parameters<typeof countDrift>[1][number] & { count: number }>()
  for (const { system, record, receivedAtMs, drift } of messages) {
    for (const [field, { count, sample }] of drift) {
      const key = `${system}/${record}/${field}`
      const row = rows.get(key)
      if (row) row.count += count
      else rows.set(key, { system, record, field, count, sample, atMs: receivedAtMs })
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}
