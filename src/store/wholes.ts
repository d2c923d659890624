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

/** What is stored of an order, or of sheets of one title, that are told with all their lines. */
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
  /** Of sheets, the number of what all have in common in which one of their rows may be; null of an order, and where no row is known. */
  readonly among: string | null
  /** There are more lines than are read. */
  readonly hasMore: boolean
}

/** Lines of the orders of one transaction that are read. */
const LINES_MAX = 50_000

/** Number of an order, or of a line: neither shows its key. */
export const wholeId = (key: string): string => digestUuid(`whole\n${key}`)

const HEX = (column: string): string =>
  `array(select encode(d, 'hex') from unnest(${column}) with ordinality u (d, n) order by n) as ${column}`

/** A line as it is stored: what told it last, its record, whether it ended, and of a row of a sheet what all have in common in which it may be. */
type LineRow = readonly [teller: string, record: string, ended: boolean, among: string | null]

/**
 * What is stored of orders and sheets, by their numbers, and of other sheets that told records last which these tell.
 * @param told records that their lines tell now
 * @param among of sheets, what all have in common in which one of their rows may be
 */
export async function readWholes(
  client: ClientBase,
  ids: readonly string[],
  told: readonly string[],
  among: readonly string[],
): Promise<Map<string, WholeRow>> {
  // The turn of each before its lines: what is told between the two queries is told in a later turn, and found when this one is written.
  const rows = await readTold(client, ids)
  const lines = await readLines(client, ids, told)
  if (among.length > 0) lines.push(...(await readRowsOfSheets(client, { ids, told, among }, rows)))
  const known = new Map<string, Map<string, boolean>>()
  const amongOf = new Map(lines.map(([teller, , , one]) => [teller, one]))
  const asked = new Set(ids)
  let count = 0
  let cutFrom: string | undefined
  for (const [teller, record, ended] of lines.sort(byTeller)) {
    if (asked.has(teller) && ++count > LINES_MAX) cutFrom ??= teller
    const own = known.get(teller) ?? new Map<string, boolean>()
    known.set(teller, own.set(record, ended))
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
        among: amongOf.get(id) ?? null,
        lines: known.get(id) ?? new Map(),
        hasMore: cutFrom !== undefined && id >= cutFrom,
      },
    ]),
  )
}

const byTeller = ([a]: LineRow, [b]: LineRow): number => (a < b ? -1 : a > b ? 1 : 0)

type ToldRow = Omit<WholeRow, 'newest' | 'lines' | 'hasMore' | 'among'> &
  NewestWhole & { readonly id: string }

async function readTold(client: ClientBase, ids: readonly string[]): Promise<ToldRow[]> {
  const { rows } = await client.query<ToldRow>({
    name: 'read-wholes',
    text: `select id, turn, source_order as "order", message_id as "messageId", (extract(epoch from received_at) * 1000)::float8 as "receivedAtMs",
                  first_index as first, encode(sha256, 'hex') as sha256, ${HEX('past')}, ${HEX('muted')},
                  refused::text[] as refused
             from wholes where id = any($1)`,
    values: [ids],
  })
  return rows
}

async function readLines(
  client: ClientBase,
  ids: readonly string[],
  told: readonly string[],
): Promise<LineRow[]> {
  const { rows } = await client.query<[string, string, boolean, null]>({
    name: 'read-whole-lines',
    text: `select whole, record_id, ended, null from whole_lines where whole = any($1) and (not ended or record_id = any($2)) order by whole, record_id limit ${LINES_MAX + 1}`,
    values: [ids, told],
    rowMode: 'array',
  })
  return rows
}

/** What is asked of rows of sheets. */
interface AskedRows {
  readonly ids: readonly string[]
  readonly told: readonly string[]
  readonly among: readonly string[]
}

/**
 * The rows that these sheets told last, and of those that they tell now who did. Lines are read anew once the turn of each teller is known.
 * @param rows of the sheets that are asked for; those of other tellers are added
 */
async function readRowsOfSheets(client: ClientBase, asked: AskedRows, rows: ToldRow[]): Promise<LineRow[]> {
  const known = new Set(asked.ids)
  while (true) {
    const lines = await readTellers(client, asked)
    const others = new Set(lines.map(([teller]) => teller)).difference(known)
    if (others.size === 0) return lines
    rows.push(...(await readTold(client, [...others])))
    for (const id of others) known.add(id)
  }
}

async function readTellers(client: ClientBase, { ids, told, among }: AskedRows): Promise<LineRow[]> {
  const { rows } = await client.query<[string, string, boolean, string]>({
    name: 'read-rows-of-sheets',
    text: `(select told_by, record_id, ended, whole from whole_lines where whole = any($3) and told_by = any($1) and not ended order by told_by, record_id limit ${LINES_MAX + 1})
           union select told_by, record_id, ended, whole from whole_lines where whole = any($3) and record_id = any($2)`,
    values: [ids, told, among],
    rowMode: 'array',
  })
  return rows
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
  const rows = told.map(({ id, turn, newest, past, muted, refused, lines, among }) => ({
    ...{ id, turn, past, muted, refused, among },
    ...(newest ?? {}),
    lines: Object.fromEntries(lines),
  }))
  await client.query('select tell_wholes($1)', [JSON.stringify(rows)])
}
