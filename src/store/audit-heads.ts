import type { ClientBase, Pool } from 'pg'
import type { BatchFacts, HeadFacts } from '#core/evidence/leaves.ts'

type Client = ClientBase | Pool

/** A sealed batch with the signed head of the tree of batches that ends with it. */
export interface StoredHead extends BatchFacts, HeadFacts {
  readonly number: number
  readonly sealedAt: string
  /** Hash of the text of the batch: its leaf in the tree of batches. */
  readonly leaf: Buffer
  /** Roots of the whole subtrees, one behind the other. */
  readonly frontier: Buffer
  readonly signature: Buffer
}

const COLUMNS = `number::int as number, sealed_at as "sealedAt", entries_to::text as "entriesTo", changes_to::text as "changesTo", entries, messages,
  changes, root, previous, leaf, tree_root as "treeRoot", frontier, hub, key_id as key, signature`

/** The newest head; null before the first. */
export async function readNewestHead(client: Client): Promise<StoredHead | null> {
  const { rows } = await client.query<StoredHead>(
    `select ${COLUMNS} from audit_heads order by number desc limit 1`,
  )
  return rows[0] ?? null
}

/** A head by its number. */
export async function readHead(client: Client, number: number): Promise<StoredHead | null> {
  const { rows } = await client.query<StoredHead>(`select ${COLUMNS} from audit_heads where number = $1`, [
    number,
  ])
  return rows[0] ?? null
}

/** Heads behind a number, oldest first. */
export async function readHeads(client: Client, after: number, limit: number): Promise<StoredHead[]> {
  const { rows } = await client.query<StoredHead>(
    `select ${COLUMNS} from audit_heads where number > $1 order by number limit $2`,
    [after, limit],
  )
  return rows
}

/** Heads, newest first; `before` is the last one of the page before. */
export async function listHeads(client: Client, before: number | null, limit: number): Promise<StoredHead[]> {
  const { rows } = await client.query<StoredHead>(
    `select ${COLUMNS} from audit_heads where $1::bigint is null or number < $1 order by number desc limit $2`,
    [before, limit],
  )
  return rows
}

/** The leaves of the tree of the first batches, one behind the other. */
export async function readBatchLeaves(client: Client, upTo: number): Promise<Buffer> {
  const { rows } = await client.query<{ leaves: Buffer }>(
    `select coalesce(string_agg(leaf, ''::bytea order by number), '') as leaves from audit_heads where number <= $1`,
    [upTo],
  )
  return (rows[0] as { leaves: Buffer }).leaves
}

/** The batch in which an entry, or a change, is; null where it is not sealed. */
export async function findBatch(
  client: Client,
  place: { readonly entry: string } | { readonly change: string },
): Promise<StoredHead | null> {
  const [column, value] = 'entry' in place ? ['entries_to', place.entry] : ['changes_to', place.change]
  const { rows } = await client.query<StoredHead>(
    `select ${COLUMNS} from audit_heads where ${column} >= $1 order by number limit 1`,
    [value],
  )
  return rows[0] ?? null
}

/** The batch in which a message is; null where it is not sealed. */
export async function findMessageBatch(client: Client, id: string): Promise<StoredHead | null> {
  const { rows } = await client.query<{ number: string }>(
    'select number from audit_leaves where first_message <= $1 and last_message >= $1 and $1 = any(message_ids) limit 1',
    [id],
  )
  return rows[0] ? await readHead(client, Number(rows[0].number)) : null
}

export interface StoredLeaves {
  /** 32 bytes for each leaf. */
  readonly leaves: Buffer
  readonly messageIds: readonly string[]
  /** By which a message is found: the first and the last of them. */
  readonly firstMessage: string | null
  readonly lastMessage: string | null
}

/** The hashes of the leaves of a batch; null where they are not kept. */
export async function readLeaves(client: Client, number: number): Promise<StoredLeaves | null> {
  const { rows } = await client.query<StoredLeaves>(
    `select leaves, message_ids as "messageIds", first_message as "firstMessage", last_message as "lastMessage" from audit_leaves
      where number = $1`,
    [number],
  )
  return rows[0] ?? null
}

/** Adds a head. Two processes that seal the same number collide here, whatever the lock did. */
export async function insertHead(
  client: ClientBase,
  head: StoredHead,
  leaves: Buffer,
  messageIds: readonly string[],
): Promise<void> {
  await client.query(
    `insert into audit_heads (number, sealed_at, entries_to, changes_to, entries, messages, changes, root, previous, leaf, tree_root, frontier,
       hub, key_id, signature) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      head.number,
      head.sealedAt,
      head.entriesTo,
      head.changesTo,
      head.entries,
      head.messages,
      head.changes,
      head.root,
      head.previous,
      head.leaf,
      head.treeRoot,
      head.frontier,
      head.hub,
      head.key,
      head.signature,
    ],
  )
  await client.query(
    'insert into audit_leaves (number, leaves, message_ids, first_message, last_message) values ($1, $2, $3, $4, $5)',
    [head.number, leaves, messageIds, messageIds[0] ?? null, messageIds.at(-1) ?? null],
  )
}
