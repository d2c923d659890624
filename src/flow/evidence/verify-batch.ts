import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import {
  type EntryFacts,
  entryLeaf,
  isAsErased,
  type MessageFacts,
  messageLeaf,
  versionLeaf,
} from '#core/evidence/leaves.ts'
import { HASH_BYTES, leafHash, packedHashes, rootOf, same } from '#core/evidence/merkle.ts'
import { readDeliveryFacts, storedBytes } from '#store/audit-checks.ts'
import { readLeaves, type StoredHead } from '#store/audit-heads.ts'
import { readEntries, readMessageRows, readVersionRows } from '#store/audit-rows.ts'
import { timeOf } from '#store/message-time.ts'
import type { Tell } from './finding.ts'

const ROWS_AT_ONCE = 500
/** No row stands before this. */
const FIRST = '-9223372036854775808'

export interface BatchParts {
  readonly pool: Pool
  /** Of the salts of leaves. */
  readonly secret: Buffer
  /** What is no longer kept, by table: the time (ISO) before which it was dropped. */
  readonly dropped: ReadonlyMap<string, string>
  readonly tell: Tell
  /** Takes each entry of the log that is as it was sealed. */
  readonly onEntry: (entry: EntryFacts) => void
}

/** Computes the leaves of a batch anew from the rows that it covers, and names each row that differs. */
export async function verifyBatch(
  parts: BatchParts,
  head: StoredHead,
  before: StoredHead | null,
): Promise<void> {
  const { pool, tell } = parts
  const batch = head.number
  const stored = await readLeaves(pool, batch)
  if (!stored) return tell({ code: 'leaves_missing', batch, place: `audit_leaves ${batch}` })
  const leaves = packedHashes(stored.leaves)
  const isWhole = leaves.count === head.entries + head.messages + head.changes
  const isFound =
    stored.firstMessage === (stored.messageIds[0] ?? null) &&
    stored.lastMessage === (stored.messageIds.at(-1) ?? null)
  const isRight =
    isWhole &&
    isFound &&
    stored.leaves.length === leaves.count * HASH_BYTES &&
    same(rootOf(leaves), head.root)
  if (!isRight) tell({ code: 'leaves_altered', batch, place: `audit_leaves ${batch}` })
  // What the leaves would be is not known then, so nothing is said of the single rows.
  const told: Tell = isRight ? tell : () => {}
  const expected = (from: number, count: number): Buffer[] =>
    Array.from({ length: Math.max(0, Math.min(count, leaves.count - from)) }, (_, i) => leaves.at(from + i))
  const own = { ...parts, tell: told }
  await verifyEntries(own, head, before, expected(0, head.entries))
  await verifyMessages(own, head, stored.messageIds, expected(head.entries, head.messages))
  await verifyVersions(own, head, before, expected(head.entries + head.messages, head.changes))
}

async function verifyEntries(
  { pool, secret, dropped, tell, onEntry }: BatchParts,
  head: StoredHead,
  before: StoredHead | null,
  expected: readonly Buffer[],
): Promise<void> {
  const isDropped = head.sealedAt < (dropped.get('audit_log') ?? '')
  const walk = comparison(expected, (code, place) => {
    if (!(isDropped && code === 'row_missing'))
      tell({ code, batch: head.number, place: `audit_log ${place}` })
  })
  for await (const rows of pages(
    (after) => readEntries(pool, { after, upTo: head.entriesTo, limit: ROWS_AT_ONCE }),
    before?.entriesTo,
    ({ id }) => id,
  )) {
    const right = rows.filter((row) => walk.take(leafHash(entryLeaf(secret, row).text), row.id))
    for (const row of right) onEntry(row)
    await verifyDeliveries({ pool, dropped, tell }, head.number, right)
  }
  walk.end()
}

async function verifyDeliveries(
  { pool, dropped, tell }: Pick<BatchParts, 'pool' | 'dropped' | 'tell'>,
  batch: number,
  entries: readonly EntryFacts[],
): Promise<void> {
  const said = entries.filter(({ kind }) => kind === 'delivery')
  if (said.length === 0) return
  const rows = await readDeliveryFacts(
    pool,
    said.map(({ subject }) => subject),
  )
  for (const { subject, facts, at } of said) {
    const row = rows.get(subject)
    const place = `deliveries ${subject}`
    if (row === undefined) {
      if (at >= (dropped.get('deliveries') ?? '')) tell({ code: 'row_missing', batch, place })
    } else if (row !== facts) tell({ code: 'row_altered', batch, place })
  }
}

async function verifyMessages(
  { pool, secret, dropped, tell }: BatchParts,
  { number: batch }: StoredHead,
  ids: readonly string[],
  expected: readonly Buffer[],
): Promise<void> {
  if (ids.length !== expected.length) tell({ code: 'leaves_altered', batch, place: `audit_leaves ${batch}` })
  const droppedBefore = Date.parse(dropped.get('messages') ?? '1970-01-01')
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
    const wanted = ids.slice(at, at + ROWS_AT_ONCE)
    const rows = new Map((await readMessageRows(pool, wanted)).map((row) => [row.id, row]))
    for (const [i, id] of wanted.entries()) {
      const row = rows.get(id)
      const place = `messages ${id}`
      if (!row) {
        if (timeOf(id) >= droppedBefore) tell({ code: 'row_missing', batch, place })
      } else if (!isRightMessage(secret, row, expected[at + i])) tell({ code: 'row_altered', batch, place })
      // Of erased bytes the digest is left, which is part of the leaf.
      else if (row.erased !== null) continue
      else if ((await digestOfBytes(pool, id)) !== `${row.sha256} ${row.counts[0]}`)
        tell({ code: 'bytes_altered', batch, place })
    }
  }
}

/** SHA-256 and size of the bytes as they are stored now; empty where they cannot be read. */
async function digestOfBytes(pool: Pool, id: string): Promise<string> {
  const digest = createHash('sha256')
  let total = 0
  try {
    for await (const { bytes, size } of storedBytes(pool, id)) {
      if (bytes.length !== size) return ''
      digest.update(bytes)
      total += bytes.length
    }
  } catch (error) {
    // Bytes that cannot be unpacked are others than those that were received; a database that does not answer says nothing of them.
    if (error instanceof Error && 'severity' in error) throw error
    return ''
  }
  return `${digest.digest('hex')} ${total}`
}

async function verifyVersions(
  { pool, secret, tell }: BatchParts,
  head: StoredHead,
  before: StoredHead | null,
  expected: readonly Buffer[],
): Promise<void> {
  const walk = comparison(expected, (code, place) =>
    tell({ code, batch: head.number, place: `record_versions ${place}` }),
  )
  const read = (after: string) =>
    readVersionRows(pool, { after, upTo: head.changesTo, limit: ROWS_AT_ONCE }, 'stays')
  for await (const rows of pages(read, before?.changesTo, ({ position }) => position))
    for (const row of rows) {
      const leaf = versionLeaf(secret, row)
      const place = `${row.recordId} version ${row.version} at ${row.position}`
      if (walk.take(leafHash(leaf.text), place) && !isAsErased(leaf, row.erased))
        tell({ code: 'row_altered', batch: head.number, place: `record_versions ${place}` })
    }
  walk.end()
}

function isRightMessage(secret: Buffer, row: MessageFacts, expected: Buffer | undefined): boolean {
  const leaf = messageLeaf(secret, row)
  return same(leafHash(leaf.text), expected ?? Buffer.alloc(0)) && isAsErased(leaf, row.erased)
}

async function* pages<Row>(
  read: (after: string) => Promise<Row[]>,
  start: string | undefined,
  placeOf: (row: Row) => string,
): AsyncGenerator<Row[]> {
  let after = start ?? FIRST
  for (;;) {
    const rows = await read(after)
    if (rows.length > 0) yield rows
    if (rows.length < ROWS_AT_ONCE) return
    after = placeOf(rows.at(-1) as Row)
  }
}

/**
 * Walks along the leaves that must be there and the rows that are: a row that is one of the next leaves tells that those between are
 * missing, one that is none was altered or, where the leaf comes later, put in.
 */
function comparison(
  expected: readonly Buffer[],
  differs: (code: 'row_altered' | 'row_missing' | 'row_inserted', place: string) => void,
) {
  const places = new Map(expected.map((leaf, i) => [leaf.toString('latin1'), i]))
  let next = 0
  /** Rows since the last one that was right. */
  let wrong: string[] = []
  const settle = (upTo: number): void => {
    const missing = upTo - next
    for (const [i, place] of wrong.entries()) differs(i < missing ? 'row_altered' : 'row_inserted', place)
    if (missing > wrong.length) differs('row_missing', `${missing - wrong.length} before leaf ${upTo}`)
    wrong = []
  }
  return {
    /** Whether the row is as it was sealed, in its place. */
    take(leaf: Buffer, place: string): boolean {
      const found = places.get(leaf.toString('latin1'))
      if (found === undefined || found < next) {
        wrong.push(place)
        return false
      }
      settle(found)
      next = found + 1
      return true
    },
    end: () => settle(expected.length),
  }
}
