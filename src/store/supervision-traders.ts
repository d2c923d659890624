import type { ClientBase, Pool } from 'pg'
import { CHOSEN } from '#core/supervision/choose.ts'
import type { GrainKey } from '#core/supervision/lines.ts'
import type { Room, Trader } from '#core/supervision/traders.ts'

type Client = ClientBase | Pool

/** How records of a market call somebody on a day. */
export interface Called extends Room {
  /** The market as the records say it. */
  readonly said: string
  readonly holder: string
}

/** The same, with how many records do, and who is meant. */
export interface CalledTrader extends Called, Trader {
  readonly records: number
}

const ROOM = 'place text, day date, region text'
const CALLED = `${ROOM}, said text, holder text`
const KEY = 'place, day, region, said, holder'
const COLUMNS = `t.place, t.day::text as day, t.region, t.said, t.holder, t.records::integer as records, t.unit, t.who`

/** Those of whom it is known how they are called. */
export async function readTraders(client: Client, called: readonly Called[]): Promise<CalledTrader[]> {
  if (called.length === 0) return []
  const { rows } = await client.query(
    `select ${COLUMNS} from jsonb_to_recordset($1::jsonb) as c(${CALLED}) join supervision_traders t
         on (t.place, t.day, t.region, t.said, t.holder) = (c.place, c.day, c.region, c.said, c.holder)`,
    [JSON.stringify(called)],
  )
  return rows
}

/** Everybody at some markets on a day. */
export async function readTradersAt(client: Client, rooms: readonly Room[]): Promise<CalledTrader[]> {
  if (rooms.length === 0) return []
  const { rows } = await client.query(
    `select ${COLUMNS} from jsonb_to_recordset($1::jsonb) as c(${ROOM}) join supervision_traders t
         on (t.place, t.day, t.region) = (c.place, c.day, c.region)`,
    [JSON.stringify(rooms)],
  )
  return rows
}

/** Everybody at markets which records name in one of these ways. */
export async function readTradersSaid(client: Client, said: readonly string[]): Promise<CalledTrader[]> {
  if (said.length === 0) return []
  const { rows } = await client.query(
    `select ${COLUMNS} from supervision_traders t where t.said = any($1::text[]) and t.said like '%@%'`,
    [said],
  )
  return rows
}

/** Writes them as they are now, and deletes whom no record calls so any more. */
export async function writeTraders(
  client: ClientBase,
  now: readonly CalledTrader[],
  gone: readonly Called[],
): Promise<void> {
  if (gone.length > 0)
    await client.query(
      `delete from supervision_traders t using jsonb_to_recordset($1::jsonb) as c(${CALLED})
        where (t.place, t.day, t.region, t.said, t.holder) = (c.place, c.day, c.region, c.said, c.holder)`,
      [JSON.stringify(gone)],
    )
  if (now.length === 0) return
  await client.query(
    `insert into supervision_traders (${KEY}, records, unit, who) select ${KEY}, records, unit, who
       from jsonb_to_recordset($1::jsonb) as t(${CALLED}, records bigint, unit text, who text)
     on conflict (${KEY}) do update set records = excluded.records, unit = excluded.unit, who = excluded.who`,
    [JSON.stringify(now)],
  )
}

/** The grains of goods and money that lie in some units of traders. */
export async function readGrainsOfTraders(
  client: Client,
  traders: readonly (Room & { readonly unit: string })[],
): Promise<GrainKey[]> {
  if (traders.length === 0) return []
  const { rows } = await client.query(
    `select distinct l.place, l.day::text as day, l.family, l.unit, l.class, l.region
       from jsonb_to_recordset($1::jsonb) as t(${ROOM}, unit text) join supervision_lines l
         on (l.place, l.day, l.region) = (t.place, t.day, t.region) and split_part(l.unit, ' ', 1) = t.unit
      where l.family = any($2::text[])`,
    [JSON.stringify(traders), [...CHOSEN]],
  )
  return rows
}
