import type { Pool, PoolClient } from 'pg'
import {
  batchText,
  type EntryFacts,
  entryLeaf,
  headText,
  type Leaf,
  type MessageFacts,
  messageLeaf,
  versionLeaf,
} from '#core/evidence/leaves.ts'
import {
  EMPTY_FRONTIER,
  type Frontier,
  grown,
  HASH_BYTES,
  leafHash,
  packedHashes,
  packLeaf,
  rootOf,
  rootOfFrontier,
} from '#core/evidence/merkle.ts'
import { type HeadKey, signHead } from '#core/evidence/signing.ts'
import { insertHead, readNewestHead, type StoredHead } from '#store/audit-heads.ts'
import { saltSecret } from '#store/audit-keys.ts'
import { readEntries, readUnsealedMessages, readVersionRows } from '#store/audit-rows.ts'
import { lockSealing, noteSealedMessages, readAuditState, settledEntries } from '#store/audit-sealing.ts'
import { headPosition } from '#store/changes.ts'
import { firstReceived, openSince } from '#store/counted-messages.ts'
import { inTransaction } from '#store/database.ts'
import { readHubId } from '#store/hub-identity.ts'
import { firstIdOf } from '#store/message-time.ts'
import { signingKey } from './head-keys.ts'

/** Most leaves of a batch. */
export const BATCH_LEAVES = 10_000
/** What waits is sealed after this at the latest. */
export const SEAL_EVERY_MS = 300_000
/** Of entries and of messages; the rest is for versions, so that none of them can keep the others out. */
const ENTRIES_MAX = BATCH_LEAVES / 4
const MESSAGES_MAX = BATCH_LEAVES / 4
/** Bodies that are in memory at once: few, so that they are gone before the heap takes them for lasting. */
const VERSIONS_AT_ONCE = 50
/** A message is committed, or is known as unfinished, this long after its receipt at the latest. */
const SETTLE_MS = 900_000

/** `sealed`: there may be more; `nothing`: nothing waits that is due; `busy`: another process is at it. */
export type SealEnd = 'sealed' | 'nothing' | 'busy'

interface SealOptions {
  /** Milliseconds since 1970; becomes the time of the head. */
  readonly now?: () => number
  /** A batch that is not full is sealed when the one before is so old. */
  readonly leastAgeMs?: number
  /** Rests after a page of versions that began at a time of `performance.now()`. */
  readonly rest?: (began: number) => Promise<void>
}

/**
 * Seals the next batch: entries of the log, messages, and versions in the order of their commits. One transaction under one lock: the
 * chain of heads cannot fork, and a process that is killed leaves the batch to the next one as if nothing had been.
 */
export async function sealBatch(
  pool: Pool,
  { now = Date.now, leastAgeMs = 0, rest = async () => {} }: SealOptions = {},
): Promise<SealEnd> {
  const secret = await saltSecret(pool)
  const newest = await readNewestHead(pool)
  const key = await signingKey(pool, newest?.entriesTo ?? '0')
  const entriesTo = await settledEntries(pool)
  return await inTransaction(pool, async (client) => {
    if (!(await lockSealing(client))) return 'busy'
    const before = await readNewestHead(client)
    // Another process sealed meanwhile: its key may be another, and what is due has to be looked at again.
    if (before?.number !== newest?.number) return 'sealed'
    if (!(await isDue(client, before, entriesTo, { nowMs: now(), leastAgeMs }))) return 'nothing'
    const batch = await readBatch(client, before, entriesTo, { secret, rest })
    if (batch.leaves.length === 0) return 'nothing'
    await writeHead(client, before, batch, key, now())
    return 'sealed'
  })
}

/** A batch is sealed when it is full, or when what waits in it has waited long enough. */
async function isDue(
  client: PoolClient,
  before: StoredHead | null,
  entriesTo: string,
  { nowMs, leastAgeMs }: { readonly nowMs: number; readonly leastAgeMs: number },
): Promise<boolean> {
  const ageMs = nowMs - Date.parse(before?.sealedAt ?? '1970-01-01')
  // A clock that was set back must not stop sealing until it has caught up.
  if (before === null || ageMs >= leastAgeMs || ageMs < 0) return true
  const changes = (await headPosition(client)) - BigInt(before.changesTo)
  return changes >= BATCH_LEAVES || BigInt(entriesTo) - BigInt(before.entriesTo) >= ENTRIES_MAX
}

interface Batch {
  /** Hashes of leaves, one behind the other. */
  readonly leaves: Buffer
  readonly entries: readonly EntryFacts[]
  readonly messages: readonly MessageFacts[]
  readonly changes: number
  readonly entriesTo: string
  readonly changesTo: string
}

async function readBatch(
  client: PoolClient,
  before: StoredHead | null,
  settled: string,
  { secret, rest }: Required<Pick<SealOptions, 'rest'>> & { readonly secret: Buffer },
): Promise<Batch> {
  const after = before?.entriesTo ?? '0'
  const entries = await readEntries(client, { after, upTo: settled, limit: ENTRIES_MAX })
  // Numbers may be missing at the end, where a transaction was taken back.
  const entriesTo = entries.length === ENTRIES_MAX ? (entries.at(-1) as EntryFacts).id : settled
  const messages = await readMessages(client)
  const leaves = Buffer.alloc(BATCH_LEAVES * HASH_BYTES)
  let count = 0
  const add = (leaf: Leaf): void => packLeaf(leaves, count++, leaf.text)
  for (const entry of entries) add(entryLeaf(secret, entry))
  for (const message of messages) add(messageLeaf(secret, message))
  const room = BATCH_LEAVES - count
  const head = String(await headPosition(client))
  let at = before?.changesTo ?? '0'
  let changes = 0
  while (changes < room) {
    const began = performance.now()
    const limit = Math.min(VERSIONS_AT_ONCE, room - changes)
    const rows = await readVersionRows(client, { after: at, upTo: head, limit })
    for (const row of rows) add(versionLeaf(secret, row))
    changes += rows.length
    at = rows.length === limit ? (rows.at(-1) as { position: string }).position : head
    if (rows.length < limit) break
    await rest(began)
  }
  const changesTo = BigInt(at) < BigInt(before?.changesTo ?? 0) ? (before?.changesTo ?? '0') : at
  return {
    leaves: leaves.subarray(0, count * HASH_BYTES),
    entries,
    messages,
    changes,
    entriesTo: larger(entriesTo, after),
    changesTo,
  }
}

const larger = (one: string, other: string): string => (BigInt(one) > BigInt(other) ? one : other)

/**
 * Messages are no log: one may be committed, or done, after one that came later. So the time since the floor is looked at again each
 * time, and what is sealed is noted.
 */
async function readMessages(client: PoolClient): Promise<MessageFacts[]> {
  // Before the messages are read: what is not done now is at or behind the next floor.
  const open = await openSince(client, SETTLE_MS)
  const floor = (await readAuditState(client)).messagesFloor ?? (await firstReceived(client)) ?? open
  const messages = await readUnsealedMessages(client, {
    since: floor,
    firstId: firstIdOf(floor),
    limit: MESSAGES_MAX,
  })
  const last = messages.length === MESSAGES_MAX ? messages.at(-1) : undefined
  const next = last ? earlier(open, new Date(Date.parse(last.receivedAt) - SETTLE_MS).toISOString()) : open
  // It never goes back: before it, what was sealed is no longer known.
  const moved = earlier(next, floor) === floor ? next : floor
  await noteSealedMessages(
    client,
    messages.map(({ id }) => id),
    moved,
  )
  return messages
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b)

async function writeHead(
  client: PoolClient,
  before: StoredHead | null,
  batch: Batch,
  key: HeadKey,
  nowMs: number,
): Promise<void> {
  const frontier = before ? frontierOf(before) : EMPTY_FRONTIER
  const number = frontier.count + 1
  const sealedAt = new Date(nowMs).toISOString()
  const facts = {
    number,
    sealedAt,
    entriesTo: batch.entriesTo,
    changesTo: batch.changesTo,
    entries: batch.entries.length,
    messages: batch.messages.length,
    changes: batch.changes,
    root: rootOf(packedHashes(batch.leaves)),
    previous: rootOfFrontier(frontier),
  }
  const leaf = leafHash(batchText(facts))
  const next = grown(frontier, leaf)
  const head = { hub: await readHubId(client), number, sealedAt, treeRoot: rootOfFrontier(next), key: key.id }
  const signature = signHead(key, headText(head))
  await insertHead(
    client,
    { ...facts, ...head, leaf, frontier: Buffer.concat(next.roots), signature },
    batch.leaves,
    batch.messages.map(({ id }) => id),
  )
}

/** The frontier as it is stored with a head. */
export const frontierOf = ({ number, frontier }: Pick<StoredHead, 'number' | 'frontier'>): Frontier => ({
  count: number,
  roots: Array.from({ length: frontier.length / HASH_BYTES }, (_, i) =>
    frontier.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  ),
})
