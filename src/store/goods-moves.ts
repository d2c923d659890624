import type { ClientBase } from 'pg'
import type { GoodsMove } from '#core/balance/goods-move.ts'
import { nameInSite, placesMeant, type SiteSaid, samePlaces } from '#core/balance/goods-site.ts'
import type { Reader } from './sighted.ts'

/** Of its row in `followers`. */
export const GOODS_FOLLOWER = 'goods'

/** What the newest version of a record says of goods that moved. */
export interface MoveRow extends GoodsMove {
  readonly recordId: string
  readonly version: number
  readonly system: string
}

const COLUMNS = `site text, "recordId" text, flow text, version integer, system text, "siteName" text, region text, stall text, trader text[], summary text, day date, goods text,
  "productClass" text, code text, kilograms numeric, count numeric, "countUnit" text, "isBare" boolean, "isSuspect" boolean`

/** Writes what the newest versions say, in place of what earlier versions of `replaced` records said. */
export async function writeMoves(
  client: ClientBase,
  rows: readonly MoveRow[],
  replaced: readonly string[],
): Promise<void> {
  if (replaced.length > 0)
    await client.query('delete from goods_moves where record_id = any($1::text[])', [replaced])
  if (rows.length === 0) return
  await client.query(
    `insert into goods_moves (site, record_id, flow, version, system, site_name, region, stall, trader, summary, day, goods, product_class, code,
            kilograms, count, count_unit, is_bare, is_suspect)
     select * from json_to_recordset($1::json) as r(${COLUMNS})
     on conflict (site, record_id, flow) do update set version = excluded.version, day = excluded.day, goods = excluded.goods,
       trader = excluded.trader, summary = excluded.summary, kilograms = excluded.kilograms, count = excluded.count, count_unit = excluded.count_unit, code = excluded.code,
       is_bare = excluded.is_bare, is_suspect = excluded.is_suspect`,
    [JSON.stringify(rows)],
  )
}

/** Goods of a product at a place on a day. */
export interface GoodsPlace {
  readonly site: string
  readonly goods: string
  /** `YYYY-MM-DD`. */
  readonly day: string
}

/** A place under the code and the names that records give it. */
export interface KnownPlace {
  readonly asked: string
  /** The code where one is known, else the name, with its region where that is told. */
  readonly site: string
  readonly siteName: string | null
  /** Under all of these its moves stand. */
  readonly keys: readonly string[]
  /** The places that bear the name, where it was asked for by a name that may mean several. */
  readonly candidates: readonly SiteSaid[]
}

/**
 * Places by code, by name with region (`大关湾示例农贸市场@330105`) or by name alone: `samePlaces` says which ways of saying a place are one. A name that several places
 * bear is nobody's.
 */
export async function readPlaces(reader: Reader, sites: readonly string[]): Promise<Map<string, KnownPlace>> {
  const asked = [...new Set(sites)]
  const { rows } = await reader.query<SiteSaid & { name: string; asked: string[] }>({
    name: 'goods-places',
    text: SITES_OF_NAMES,
    values: [asked, asked.map(nameInSite)],
  })
  const places = new Map<string, KnownPlace>(
    asked.map((one) => [
      one,
      { asked: one, site: one, siteName: nameInSite(one), keys: [one], candidates: [] },
    ]),
  )
  for (const [name, said] of Map.groupBy(rows, (row) => row.name)) {
    const own = said[0]?.asked ?? []
    const asNamed = own.flatMap((site) => (nameInSite(site) === name ? [{ site, region: '' }] : []))
    const same = samePlaces(name, [...asNamed, ...said])
    for (const one of own) {
      const site = same.get(one) ?? one
      const keys = [...same].filter(([, place]) => place === site).map(([key]) => key)
      const candidates = placesMeant(one, name, { said, same })
      places.set(one, { asked: one, site, siteName: name, keys: [...new Set([site, ...keys])], candidates })
    }
  }
  return places
}

/** How the places are said that bear the names of those asked for: each step is one look at the index, however many moves there are of each. */
const SITES_OF_NAMES = `with recursive named (name, asked) as (
    select coalesce(s.name, n.name, s.asked), array_agg(s.asked)
      from unnest($1::text[], $2::text[]) s (asked, name) left join lateral (
        select m.site_name as name from goods_moves m where s.name is null and m.site = s.asked and m.site_name is not null limit 1) n on true
     group by 1),
  said (name, site, region) as (
    select n.name, f.site, f.region from named n cross join lateral (
      select m.site, m.region from goods_moves m where m.site_name = n.name order by m.site, m.region limit 1) f
    union all
    select s.name, f.site, f.region from said s cross join lateral (
      select m.site, m.region from goods_moves m where m.site_name = s.name and (m.site, m.region) > (s.site, s.region)
       order by m.site, m.region limit 1) f)
  select s.name, s.site, s.region, n.asked from said s join named n on n.name = s.name`

/**
 * The same goods at the same places on the `days` days after each, where something was sold on them: what was left of a day is there on these. By
 * code and by name of the place.
 */
export async function readLaterGoods(
  client: ClientBase,
  goods: readonly GoodsPlace[],
  days: number,
): Promise<GoodsPlace[]> {
  if (goods.length === 0) return []
  const places = await readPlaces(
    client,
    goods.map(({ site }) => site),
  )
  const wanted = goods.map((one) => ({ ...one, keys: places.get(one.site)?.keys ?? [one.site] }))
  const { rows } = await client.query<GoodsPlace>({
    name: 'goods-later',
    // From day to day by the first sale of each: a day may have thousands.
    text: `with recursive later (site, goods, until, day, "isLater") as (
             select k.site, a.goods, a.day + $2::integer, a.day, false from ${ASKED} cross join lateral unnest(a.keys) k (site)
             union all
             select l.site, l.goods, l.until, n.day, true from later l cross join lateral (
               select m.day from goods_moves m
                where m.site = l.site and m.goods = l.goods and m.day > l.day and m.day <= l.until and m.flow = 'sold' order by m.day limit 1) n)
           select distinct site, goods, day::text as day from later where "isLater"`,
    values: [asked(wanted), days],
  })
  return rows
}

/** A record by which goods came in at a place that was asked for. */
export interface Entered {
  /** Of the place in the list. */
  readonly n: number
  readonly recordId: string
  readonly version: number
  /** Of the goods. */
  readonly code: string
  readonly stall: string | null
}

/** What came in at places on their days and so many before. */
export async function readEntered(
  reader: Reader,
  places: readonly (GoodsPlace & { readonly keys: readonly string[] })[],
  carriedDays: number,
): Promise<Entered[]> {
  const { rows } = await reader.query<Entered>({
    name: 'goods-entered',
    text: `select a.n, m.record_id as "recordId", m.version, m.code, m.stall from ${ASKED} join goods_moves m
               on m.site = any(a.keys) and m.goods = a.goods and m.day between a.day - $2::integer and a.day and m.flow = 'entered' and m.code is not null
            order by a.n, m.record_id`,
    values: [asked(places), carriedDays],
  })
  return rows
}

/** Lots that came in at places on their days. */
export async function readEnteredLots(
  reader: Reader,
  places: readonly (GoodsPlace & { readonly keys: readonly string[] })[],
): Promise<string[]> {
  const { rows } = await reader.query<{ code: string }>({
    name: 'goods-entered-lots',
    text: `select distinct m.code from ${ASKED} join goods_moves m
               on m.site = any(a.keys) and m.goods = a.goods and m.day = a.day and m.flow = 'entered' and m.code not like 'rec:%' order by 1`,
    values: [asked(places)],
  })
  return rows.map(({ code }) => code)
}

/** What is asked of the records of a place and day. */
export type MovesOf = 'bare' | 'suspect' | 'all'

export interface MoveRecord {
  readonly n: number
  readonly recordId: string
  readonly version: number
  readonly flow: GoodsMove['flow']
  readonly code: string | null
  readonly system: string
  readonly kilograms: string | null
}

/** The records behind the figures of a day, what came in first; at most `most` of each place, and those behind `after` where it is given. */
export async function listMoves(
  reader: Reader,
  places: readonly (GoodsPlace & {
    readonly keys: readonly string[]
    readonly of: MovesOf
    readonly after?: Pick<MoveRecord, 'recordId' | 'flow'> | undefined
  })[],
  most: number,
): Promise<MoveRecord[]> {
  const { rows } = await reader.query<MoveRecord>({
    name: 'goods-moves',
    text: `select a.n, m.record_id as "recordId", m.version, m.flow, m.code, m.system, m.kilograms::text as kilograms from ${ASKED}
            cross join lateral (
              select * from goods_moves m where m.site = any(a.keys) and m.goods = a.goods and m.day = a.day
                 and (a.of = 'all' or a.of = 'bare' and m.is_bare or a.of = 'suspect' and m.is_suspect)
                 and (a.after is null
                      or (m.flow <> 'entered', m.record_id, m.flow) > (a.after->>'flow' <> 'entered', a.after->>'recordId', a.after->>'flow'))
               order by m.flow <> 'entered', m.record_id, m.flow limit $2) m
            order by a.n, m.flow <> 'entered', m.record_id, m.flow`,
    values: [
      asked(
        places.map(({ after, ...one }) => ({
          ...one,
          after: after && { recordId: after.recordId, flow: after.flow },
        })),
      ),
      most,
    ],
  })
  return rows
}

/** Products that moved at a place on a day. */
export async function readGoodsOfDay(
  reader: Reader,
  keys: readonly string[],
  day: string,
  most: number,
): Promise<string[]> {
  const { rows } = await reader.query<{ goods: string }>(
    'select distinct goods from goods_moves where site = any($1::text[]) and day = $2 order by goods limit $3',
    [keys, day, most],
  )
  return rows.map(({ goods }) => goods)
}

/** The places that a statement is asked for, as its first parameter has them. */
export const ASKED = `(select (o.n - 1)::integer as n, r.* from jsonb_array_elements($1::jsonb) with ordinality o (one, n)
    cross join lateral jsonb_to_record(o.one) as r (keys text[], goods text, day date, of text, after jsonb)) a`
export const asked = (places: readonly object[]): string => JSON.stringify(places)
