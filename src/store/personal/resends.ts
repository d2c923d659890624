import type { Pool } from 'pg'
import { type Coding, decodeBytes, openResults, resultsPlace } from '#store/message-bytes.ts'
import { SEALED_TEXT } from './sealed-text.ts'

/** A message of which something changed nothing, with its results or one piece of them, as intake writes them. */
export interface UnchangedResults {
  readonly id: string
  readonly receivedAt: string
  readonly system: string
  readonly record: string
  readonly text: string
  /** Whether it is a piece of a large message: these begin with their places. */
  readonly isPiece: boolean
}

/** Messages that one statement looks at, so that none takes long however rare it is that one is meant. */
const AT_ONCE = 200
const PIECES_AT_ONCE = 20
const NIL = '00000000-0000-0000-0000-000000000000'

interface Row extends Omit<UnchangedResults, 'text' | 'isPiece'> {
  readonly coding: string
  readonly results: string
}

/**
 * Results of messages since a time in which a record came that was there already, and in which one of some texts may stand: where they are sealed or in
 * pieces nothing is known before they are opened. Messages that were erased are left out.
 */
export async function* readUnchanged(
  pool: Pool,
  { since, texts }: { readonly since: string; readonly texts: readonly string[] },
): AsyncGenerator<UnchangedResults> {
  for (let after = NIL; ; ) {
    const { rows: ends } = await pool.query<{ id: string }>(
      `select id::text as id from (
         select id from messages where id > $1 and received_at >= $2 order by id limit ${AT_ONCE}) p order by id desc limit 1`,
      [after, since],
    )
    const end = ends[0]?.id
    if (end === undefined) return
    const { rows } = await pool.query<Row>(
      `select m.id, m.received_at as "receivedAt", m.system, m.record, m.coding, m.results from messages m
        where m.id > $1 and m.id <= $4 and m.received_at >= $2 and m.unchanged > 0 and m.state = 'done' and m.coding <> 'erased'
          and (m.coding = 'parts' or starts_with(m.results, '${SEALED_TEXT}')
               or exists (select from unnest($3::text[]) t (text) where strpos(m.results, t.text) > 0))
          and not exists (select from erasures e where e.subject = 'message ' || m.id)
        order by m.id`,
      [after, since, texts, end],
    )
    for (const { coding, results, ...message } of rows)
      if (coding === 'parts') yield* readPieces(pool, message)
      else yield { ...message, text: await openResults(pool, message.id, results), isPiece: false }
    after = end
  }
}

async function* readPieces(
  pool: Pool,
  message: Omit<UnchangedResults, 'text' | 'isPiece'>,
): AsyncGenerator<UnchangedResults> {
  for (let behind = -1; ; ) {
    const { rows } = await pool.query<{ first: number; coding: Coding; results: Buffer }>(
      `select first, coding, results from message_results where message_id = $1 and received_at = $2 and first > $3
        order by first limit ${PIECES_AT_ONCE}`,
      [message.id, message.receivedAt, behind],
    )
    for (const { first, coding, results } of rows) {
      const text = (await decodeBytes(pool, coding, results, resultsPlace(message.id, first))).toString()
      yield { ...message, text, isPiece: true }
    }
    const last = rows.at(-1)
    if (!last) return
    behind = last.first
  }
}
