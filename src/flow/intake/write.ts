import type { Pool, PoolClient } from 'pg'
import { countResults } from '#core/receipt.ts'
import type { SourceValue } from '#core/source.ts'
import { isConflict } from '#store/database-errors.ts'
import { insertIdempotencyKeys } from '#store/idempotency-keys.ts'
import {
  copyEdges,
  copyMessages,
  copyVersions,
  LOCK_POSITIONS,
  type MessageRow,
  REFUSE_CROSSED_VOIDS,
} from '#store/intake.ts'
import { insertRejections, type RejectionRow } from '#store/rejections.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { type Decision, decideMessage, type PreparedMessage } from './decide.ts'
import { readKnown } from './known.ts'
import { rejectionRow } from './rejection-row.ts'
import { type KeyedResult, writeResults } from './results-text.ts'
import { writeWaiting } from './waiting.ts'

/** A prepared message with what is stored beside its records. */
export interface IntakeMessage extends PreparedMessage {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly encoding: string
  readonly keyId: string | null
  readonly idempotencyKey: string | undefined
  readonly rejectedValues: ReadonlyMap<number, SourceValue>
}

const ATTEMPTS = 4

/**
 * Writes a group of messages in one transaction and gives the results of each. The promise settles after COMMIT.
 * What is known is read before the transaction; two writers that make the same next version of a record collide on its key, and a
 * void that crosses its original is seen under the lock: the loser reads again and decides anew.
 */
export async function writeGroup(pool: Pool, messages: readonly IntakeMessage[]): Promise<KeyedResult[][]> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      return await decideAndWrite(client, messages)
    } catch (error) {
      broken = await rollBack(client)
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    } finally {
      client.release(broken)
    }
  }
}

async function decideAndWrite(
  client: PoolClient,
  messages: readonly IntakeMessage[],
): Promise<KeyedResult[][]> {
  const known = await readKnown(client, messages)
  const decision: Decision = { versions: [], edges: [], newWaiting: [], applied: [] }
  const results = messages.map((message) => decideMessage(message, known, decision))
  const rows = messages.map((message, i) => messageRow(message, results[i] as KeyedResult[]))
  const begun = await writeRare(client, messages, results, decision)
  const versions: WriteStep[] = decision.versions.length
    ? [LOCK_POSITIONS, copyVersions(decision.versions), REFUSE_CROSSED_VOIDS]
    : []
  await writeTogether(client, [
    ...(begun ? [] : ['begin']),
    copyMessages(rows),
    copyEdges(decision.edges),
    ...versions,
    'commit',
  ])
  return results
}

/** What most groups do not have: keys, rejections, voids that wait. Begins the transaction when there is any of it. */
async function writeRare(
  client: PoolClient,
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
  { newWaiting, applied }: Decision,
): Promise<boolean> {
  const keyed = messages.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  const rejections = rejectionRows(messages, results)
  if (keyed.length + rejections.length + newWaiting.length + applied.length === 0) return false
  await client.query('begin')
  await insertIdempotencyKeys(client, keyed)
  await insertRejections(client, rejections)
  await writeWaiting(client, newWaiting, applied)
  return true
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const messageRow = (message: IntakeMessage, results: readonly KeyedResult[]): MessageRow => ({
  ...message,
  ...countResults(results),
  state: 'done',
  results: writeResults(results),
  problem: null,
})

function rejectionRows(
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
): RejectionRow[] {
  const rows = new Map<string, RejectionRow>()
  messages.forEach((message, m) => {
    for (const result of results[m] as KeyedResult[]) {
      if (result.result !== 'rejected') continue
      const row = rejectionRow(message, result)
      rows.set(row.id, row)
    }
  })
  // Two writers that count the same rejections in another order would wait for each other.
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
