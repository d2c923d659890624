import type { ClientBase, PoolClient } from 'pg'
import { digestUuid } from './digest-uuid.ts'

/** Where what told all lines of an order stands among what tells of it. */
export interface NewestWhole {
  readonly order: string | null
  readonly messageId: string
  readonly receivedAtMs: number
  /** Place of its first line among the source records of its message. */
  readonly first: number
  /** Of the bytes of its message, hexadecimal. */
  readonly sha256: string
}

/** What is stored of an order that is told with all its lines. */
export interface WholeRow {
  /** How often it was told of; 0: never. */
  readonly turn: number
  /** Null while nothing has told all its lines. */
  readonly newest: NewestWhole | null
  /** Of the bytes that told it before, hexadecimal. */
  readonly past: readonly string[]
  /** Of the bytes that told some of its lines since, of which nobody could say which are all; hexadecimal. */
  readonly muted: readonly string[]
  /** Numbers of the lines of the newest that made no record. */
  readonly refused: readonly string[]
  /** The records of its lines that were asked for or have not ended, and whether they ended because it told them no more. */
  readonly lines: ReadonlyMap<string, boolean>
  /** There are more lines than are read. */
  readonly hasMore: boolean
}

/** Lines of the orders of one transaction that are read. */
const LINES_MAX = 50_000

/** Number of an order, or of a line: neither shows its key. */
export const wholeId = (key: string): string => digestUuid(`whole\n${key}`)

const HEX = (column: string): string =>
  `array(select encode(d, 'hex') from unnest(${column}) with ordinality u (d, n) order by n) as ${column}`

/** What is stored of orders, by their numbers. @param told records that their lines tell now */
export async function readWholes(
  client: ClientBase,
  ids: readonly string[],
  told: readonly string[],
): Promise<Map<string, WholeRow>> {
  const { rows } = await client.query({
    name: 'read-wholes',
    text: `select id, turn, source_order as "order", message_id as "messageId", (extract(epoch from received_at) * 1000)::float8 as "receivedAtMs",
                  first_index as first, encode(sha256, 'hex') as sha256, ${HEX('past')}, ${HEX('muted')},
                  refused::text[] as refused
             from wholes where id = any($1)`,
    values: [ids],
  })
  const { rows: lines } = await client.query<[string, string, boolean]>({
    name: 'read-whole-lines',
    text: `select whole, record_id, ended from whole_lines where whole = any($1) and (not ended or record_id = any($2)) order by whole, record_id limit ${LINES_MAX + 1}`,
    values: [rows.map(({ id }) => id), told],
    rowMode: 'array',
  })
  const cutFrom = lines.length > LINES_MAX ? lines.at(-1)?.[0] : undefined
  const known = new Map<string, Map<string, boolean>>()
  for (const [whole, record, ended] of lines) {
    const own = known.get(whole) ?? new Map<string, boolean>()
    known.set(whole, own.set(record, ended))
  }
  return new Map(
    rows.map(({ id, turn, past, muted, refused, ...newest }) => [
      id,
      {
        turn,
        newest: newest.messageId === null ? null : newest,
        past,
        muted,
        refused,
        lines: known.get(id) ?? new Map(),
        hasMore: cutFrom !== undefined && id >= cutFrom,
      },
    ]),
  )
}

/** What a transaction has told of an order. */
export interface ToldWhole extends Omit<WholeRow, 'hasMore'> {
  readonly id: string
}

/**
 * In a transaction of the caller's, which has the lock of the positions from then on. Of an order that another transaction has told of meanwhile it is
 * a serialization failure.
 */
export async function writeWholes(client: PoolClient, told: readonly ToldWhole[]): Promise<void> {
  const rows = told.map(({ id, turn, newest, past, muted, refused, lines }) => ({
    ...{ id, turn, past, muted, refused },
    ...(newest ?? {}),
    lines: Object.fromEntries(lines),
  }))
  await client.query('select tell_wholes($1)', [JSON.stringify(rows)])
}
