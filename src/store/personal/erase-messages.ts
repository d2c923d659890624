import type { PoolClient } from 'pg'
import { commitmentOf, messageLeaf, messageSubject } from '#core/evidence/leaves.ts'
import { readMessageRows } from '#store/audit-rows.ts'
import {
  completedPlace,
  decodeBytes,
  encodeBytes,
  mendedPlace,
  openResults,
  resultsPlace,
} from '#store/message-bytes.ts'
import type { ErasedRow } from './erase.ts'
import { openLines } from './sealed-text.ts'

/** Receipts of so many messages are in memory at once; one has up to 5,000 results, a large one more, in pieces. */
const AT_ONCE = 20
const PIECES_AT_ONCE = 20

/** Values that were found, in the JSON text of issues; a reason always follows. */
const VALUES = /"value":"(?:[^"\\]|\\.)*",/g
const withoutValues = (text: string): string => text.replace(VALUES, '')

/**
 * Empties the bytes of messages and takes what was found out of their results; digest, size and counts stay. Those that were erased before, or went with
 * their month, are passed over. In a transaction of the caller's that may rewrite.
 */
export async function eraseMessages(
  client: PoolClient,
  salts: Buffer,
  ids: readonly string[],
): Promise<ErasedRow[]> {
  // Of what was erased not even the digests of the pieces are made.
  const { rows } = await client.query<{ id: string }>(
    `select id::text as id from unnest($1::uuid[]) w (id) where not exists (select from erasures e where e.subject = 'message ' || id)`,
    [ids],
  )
  const erased: ErasedRow[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE).map(({ id }) => id)
    erased.push(...(await eraseSome(client, salts, some)))
  }
  return erased
}

async function eraseSome(client: PoolClient, salts: Buffer, ids: readonly string[]): Promise<ErasedRow[]> {
  const before = await readMessageRows(client, ids)
  const names = [before.map(({ id }) => id), before.map(({ receivedAt }) => receivedAt)] as const
  await eraseAnswers(client, names)
  await client.query(
    `update message_parts p set bytes = '', coding = 'erased' from ${NAMED} where p.message_id = w.id and p.received_at = w.received_at`,
    [...names],
  )
  for (const { id, receivedAt } of before) await erasePieces(client, id, receivedAt)
  const after = new Map((await readMessageRows(client, ids)).map((one) => [one.id, one]))
  const commitment = (one: (typeof before)[number]): string => commitmentOf(messageLeaf(salts, one).opening)
  return before.map((one) => ({
    subject: messageSubject(one.id),
    was: commitment(one),
    now: commitment(after.get(one.id) ?? one),
  }))
}

type Names = readonly [ids: readonly string[], receivedAt: readonly string[]]
const NAMED = 'unnest($1::uuid[], $2::timestamptz[]) w (id, received_at)'

interface Answers {
  readonly id: string
  readonly receivedAt: string
  readonly results: string
  readonly problem: string | null
  readonly completed: string | null
  readonly mended: string | null
}

/** The bytes, and what stands in the rows of the messages themselves. */
async function eraseAnswers(client: PoolClient, names: Names): Promise<void> {
  const { rows } = await client.query<Answers>(
    `select m.id, m.received_at as "receivedAt", m.results, m.problem, m.completed, m.mended
       from ${NAMED} join messages m on m.id = w.id and m.received_at = w.received_at`,
    [...names],
  )
  const [results, completed, mended]: [string[], (string | null)[], (string | null)[]] = [[], [], []]
  const without = (text: string | null): string | null => text && withoutValues(text)
  // What quotes nothing any more is not sealed any more.
  for (const { id, ...row } of rows) {
    results.push(withoutValues(await openResults(client, id, row.results)))
    completed.push(without(await openLines(client, row.completed, completedPlace(id))))
    mended.push(without(await openLines(client, row.mended, mendedPlace(id))))
  }
  await client.query(
    `update messages m set bytes = '', coding = case m.coding when 'parts' then 'parts' else 'erased' end,
            results = w.results, problem = w.problem, completed = w.completed, mended = w.mended
       from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[]) w (id, received_at, results, problem, completed, mended)
      where m.id = w.id and m.received_at = w.received_at`,
    [
      rows.map(({ id }) => id),
      rows.map(({ receivedAt }) => receivedAt),
      results,
      rows.map(({ problem }) => without(problem)),
      completed,
      mended,
    ],
  )
}

interface Piece {
  readonly first: number
  readonly coding: Parameters<typeof decodeBytes>[1]
  readonly results: Buffer
}

/** Results of a large message, some pieces at a time. */
async function erasePieces(client: PoolClient, id: string, receivedAt: string): Promise<void> {
  for (let behind = -1; ; ) {
    const { rows } = await client.query<Piece>(
      `select first, coding, results from message_results where message_id = $1 and received_at = $2 and first > $3
        order by first limit ${PIECES_AT_ONCE}`,
      [id, receivedAt, behind],
    )
    const last = rows.at(-1)
    if (!last) return
    behind = last.first
    const packed: ReturnType<typeof encodeBytes>[] = []
    for (const { first, coding, results } of rows) {
      const text = (await decodeBytes(client, coding, results, resultsPlace(id, first))).toString()
      packed.push(encodeBytes(client, Buffer.from(withoutValues(text)), resultsPlace(id, first)))
    }
    await client.query(
      `update message_results r set coding = w.coding, results = w.results
         from unnest($3::integer[], $4::text[], $5::bytea[]) w (first, coding, results)
        where r.message_id = $1 and r.received_at = $2 and r.first = w.first`,
      [
        id,
        receivedAt,
        rows.map(({ first }) => first),
        packed.map(({ coding }) => coding),
        packed.map(({ bytes }) => bytes),
      ],
    )
  }
}
