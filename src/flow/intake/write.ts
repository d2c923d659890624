import { createHash } from 'node:crypto'
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
import { insertRejections, type RejectionRow } from '#store/rejections.ts'
import { deleteWaitingVoids, insertWaitingVoids, readWaitingVoids } from '#store/waiting-voids.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { type Decision, decideMessage, type Known, type PreparedMessage } from './decide.ts'
import { type KeyedResult, writeResults } from './results-text.ts'

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
): Promise<KeyedResult[][]> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      return await decideAndWrite(client, messages, keep)
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
  keep: Keeping,
): Promise<KeyedResult[][]> {
  const known = await readKnown(client, messages)
  const decision: Decision = { versions: [], edges: [], newWaiting: [], applied: [] }
  const results = messages.map((message) => decideMessage(message, known, decision))
  const begun = await writeRare(client, messages, results, decision)
  const versions: WriteStep[] = decision.versions.length
    ? [LOCK_POSITIONS, copyVersions(decision.versions), REFUSE_CROSSED_VOIDS]
    : []
  await writeTogether(client, [
    ...(begun ? [] : ['begin']),
    ...keep(messages, results),
    copyEdges(decision.edges),
    ...versions,
    'commit',
  ])
  return results
}

/** What most groups do not have: keys, rejections, drift, voids that wait. Begins the transaction when there is any of it. */
async function writeRare(
  client: PoolClient,
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
  { newWaiting, applied }: Decision,
): Promise<boolean> {
  const keyed = messages.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  const rejections = rejectionRows(messages, results)
  const drift = driftRows(messages)
  if (keyed.length + rejections.length + drift.length + newWaiting.length + applied.length === 0) return false
  await client.query('begin')
  await insertIdempotencyKeys(client, keyed)
  await insertRejections(client, rejections)
  await countDrift(client, drift)
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
async function readKnown(client: PoolClient, messages: readonly IntakeMessage[]): Promise<Known> {
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
  messages: readonly IntakeMessage[],
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

function rejectionRow(message: IntakeMessage, result: KeyedResult): RejectionRow {
  const source = JSON.stringify(message.rejectedValues.get(result.index) ?? null)
  const first = result.issues?.[0]
  const code = first?.code ?? 'E_SCHEMA'
  const place = storable(first?.path ?? '')
  const digest = createHash('sha256').update(`${message.system}/${message.record}\n${source}`).digest('hex')
  return {
    id: `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
    messageId: message.id,
    receivedAtMs: message.receivedAtMs,
    index: result.index,
    system: message.system,
    record: message.record,
    mapping: message.mapping,
    key: result.key?.map(storable) ?? null,
    code,
    place,
    groupKey: `${message.record} ${code} ${fieldOf(place)} ${message.mapping}`,
    issues: JSON.stringify(result.issues ?? []),
    source,
  }
}

/** Text as PostgreSQL takes it: a place may name a field of the source that holds NUL or half a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD')

/** The field of a place without the row, so that the same fault in many rows is one group. */
const fieldOf = (place: string): string =>
  storable(place.slice(place.lastIndexOf('/') + 1).slice(0, FIELD_MAX))
/** A field of a group is part of an index; the sender chooses its name. */
const FIELD_MAX = 100

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
