import type { ClientBase, Pool } from 'pg'
import type { ScopeFigure } from '#core/supervision/advance.ts'
import { CHOSEN } from '#core/supervision/choose.ts'
import type { GrainKey, Line } from '#core/supervision/lines.ts'
import { unitHead } from '#core/supervision/traders.ts'
import type { Reader } from './sighted.ts'
import { lastMeant } from './supervision-names.ts'

type Client = ClientBase | Pool

/** Of its row in `followers`. */
export const SUPERVISION_FOLLOWER = 'supervision'

/** Up to where in the log the counters stand by former rules: of the last days of papers, and of traders; 0 where there were none. */
export async function readFormerTo(
  client: Client,
): Promise<{ readonly stated: bigint; readonly named: bigint }> {
  const { rows } = await client.query<{ stated: string; named: string }>(
    `select coalesce(max(former_to), 0)::text as stated, coalesce(max(named_to), 0)::text as named
       from followers where name = $1`,
    [SUPERVISION_FOLLOWER],
  )
  return { stated: BigInt(rows[0]?.stated ?? 0), named: BigInt(rows[0]?.named ?? 0) }
}

const KEY = 'place text, day date, family text, unit text, class text, region text'
const KEY_NAMES = 'place, day, family, unit, class, region'
const LINE = `${KEY}, said text, system text, detail text, holder text, who text, records bigint, mass numeric, amount numeric`
const LINE_KEY = `${KEY_NAMES}, said, system, detail, holder`
/** Most records call a trader by what his unit begins with, and then nothing is written. */
const SAID_HOLDER = `case when l.family = any('{${[...CHOSEN].join()}}') then coalesce(nullif(l.holder, ''), split_part(l.unit, ' ', 1)) else '' end as holder, l.who`
const asStored = (line: Line): Line => (line.holder === unitHead(line.unit) ? { ...line, holder: '' } : line)
const SAME_GRAIN =
  '(l.place, l.day, l.family, l.unit, l.class, l.region) = (g.place, g.day, g.family, g.unit, g.class, g.region)'

/** The grains that have lines of places which records name in one of these ways. */
export async function readGrainsSaid(client: Client, said: readonly string[]): Promise<GrainKey[]> {
  if (said.length === 0) return []
  const { rows } = await client.query(
    `select distinct place, day::text as day, family, unit, class, region from supervision_lines
      where said = any($1::text[]) and said like '%@%'`,
    [said],
  )
  return rows
}

/** All lines of some grains. */
export async function readLines(client: Client, grains: readonly GrainKey[]): Promise<Line[]> {
  if (grains.length === 0) return []
  const { rows } = await client.query(
    `select l.place, l.day::text as day, l.family, l.unit, l.class, l.region, l.said, l.system, l.detail, ${SAID_HOLDER},
            l.records::integer as records, l.mass::text as mass, l.amount::text as amount
       from jsonb_to_recordset($1::jsonb) as g(${KEY}) join supervision_lines l on ${SAME_GRAIN}`,
    [JSON.stringify(grains)],
  )
  return rows
}

/** Writes lines as they are now, and deletes those that came to nothing. */
export async function writeLines(
  client: ClientBase,
  lines: readonly Line[],
  gone: readonly Line[],
): Promise<void> {
  if (gone.length > 0)
    await client.query(
      `delete from supervision_lines l using jsonb_to_recordset($1::jsonb) as g(${LINE})
        where ${SAME_GRAIN} and (l.said, l.system, l.detail, l.holder) = (g.said, g.system, g.detail, g.holder)`,
      [JSON.stringify(gone.map(asStored))],
    )
  if (lines.length === 0) return
  await client.query(
    `insert into supervision_lines (${LINE_KEY}, who, records, mass, amount) select ${LINE_KEY}, who, records, mass, amount
       from jsonb_to_recordset($1::jsonb) as l(${LINE})
     on conflict (${LINE_KEY}) do update set who = excluded.who, records = excluded.records, mass = excluded.mass, amount = excluded.amount`,
    [JSON.stringify(lines.map(asStored))],
  )
  await client.query(
    `insert into supervision_places (region, place)
     select distinct region, place from jsonb_to_recordset($1::jsonb) as l(${KEY}) where place <> ''
     on conflict do nothing`,
    [JSON.stringify(lines)],
  )
}

const FIGURE_KEY = 'scope, day, measure, class, product, detail'
const FIGURE =
  'scope text, day date, measure text, class text, product text, detail text, records bigint, mass numeric, amount numeric'

/** Adds to the counters; those that come to nothing are not kept. The caller is the only one who does. */
export async function moveFigures(client: ClientBase, moves: readonly ScopeFigure[]): Promise<void> {
  if (moves.length === 0) return
  const values = [JSON.stringify(moves)]
  await client.query(
    `insert into supervision_figures (${FIGURE_KEY}, records, mass, amount) select ${FIGURE_KEY}, records, mass, amount
       from jsonb_to_recordset($1::jsonb) as f(${FIGURE})
     on conflict (${FIGURE_KEY}) do update
        set records = supervision_figures.records + excluded.records, mass = supervision_figures.mass + excluded.mass,
            amount = supervision_figures.amount + excluded.amount`,
    values,
  )
  await client.query(
    `delete from supervision_figures f using jsonb_to_recordset($1::jsonb) as m(${FIGURE})
      where (f.scope, f.day, f.measure, f.class, f.product, f.detail) = (m.scope, m.day, m.measure, m.class, m.product, m.detail)
        and m.records <= 0 and f.records = 0 and f.mass = 0 and f.amount = 0`,
    values,
  )
}

/** The counters of a scope between two days, both included. */
export async function readFigures(
  client: Reader,
  asked: { readonly scopes: readonly string[]; readonly from: string; readonly to: string },
): Promise<ScopeFigure[]> {
  const { rows } = await client.query({
    name: 'supervision-figures',
    text: `select scope, day::text as day, measure, class, product, detail, records::integer as records,
                  trim_scale(mass)::text as mass, trim_scale(amount)::text as amount
             from supervision_figures where scope = any($1::text[]) and day between $2 and $3`,
    values: [asked.scopes, asked.from, asked.to],
  })
  return rows
}

/** Up to where the counters follow the log, and how far it is. */
export interface Standing {
  readonly position: string
  readonly head: string
  readonly at: string
}

/** Whether everything that the reader sees was counted when the counters had followed the log to a place. */
export async function hasCountedSeen(reader: Reader, position: string): Promise<boolean> {
  const { rows } = await reader.query<{ has: boolean }>({
    name: 'has-counted-seen',
    text: 'select not exists (select from record_versions where position > $1) as has',
    values: [position],
  })
  return rows[0]?.has ?? true
}

export async function readStanding(client: Reader): Promise<Standing> {
  const { rows } = await client.query(
    `select coalesce((select position from followers where name = $1), 0)::text as position,
            coalesce((select max(position) from record_versions), 0)::text as head, clock_timestamp() as at`,
    [SUPERVISION_FOLLOWER],
  )
  return rows[0]
}

/** A market by its code, or by the name with region that a record called it by; null where none does. */
export async function readPlaceName(
  client: Reader,
  text: string,
): Promise<{ readonly place: string; readonly region: string | null; readonly name: string | null } | null> {
  const { rows } = await client.query(
    `with named as (
       select code from supervision_names where name = $1 group by code),
     found as (
       select coalesce((select min(code) from named having count(*) = 1), $1) as place)
     select f.place, (select min(region) from supervision_places p where p.place = f.place and region <> '') as region,
            coalesce((select split_part(n.name, '@', 1) from supervision_names n where n.code = f.place order by records desc, name limit 1),
                     case when f.place like '%@%' then split_part(f.place, '@', 1) end) as name
       from found f where exists (select from supervision_places p where p.place = f.place)`,
    [text],
  )
  return rows[0] ?? null
}

/** Markets of a day that the reader sees a record of, by what these records call them; of regions that begin with some digits. */
export async function listSeenPlaces(
  reader: Reader,
  asked: { readonly day: string; readonly prefix: string; readonly after: string; readonly limit: number },
): Promise<{ readonly place: string; readonly region: string; readonly name: string | null }[]> {
  const { rows } = await reader.query({
    name: 'seen-places',
    text: `select said as place, min(region) filter (where starts_with(region, $2)) as region, case when said like '%@%' then split_part(said, '@', 1) end as name
             from supervision_lines where day = $1 and said > $3
            group by said having bool_or(starts_with(region, $2)) order by said limit $4`,
    values: [asked.day, asked.prefix, asked.after, asked.limit],
  })
  return rows
}

/** Lines of the days between two, both included, that the reader sees, of markets by what records call them: one look at an index for each day. */
export async function readSeenLines(
  reader: Reader,
  { from, to }: { readonly from: string; readonly to: string },
  said: readonly string[],
): Promise<Line[]> {
  const { rows } = await reader.query({
    name: 'seen-lines',
    text: `select l.* from generate_series($1::date, $2::date, interval '1 day') d cross join lateral (
             select said as place, day::text as day, family, unit, class, region, said, system, detail, ${SAID_HOLDER},
                    records::integer as records, mass::text as mass, amount::text as amount
               from supervision_lines l where day = d::date and said = any($3::text[]) offset 0) l`,
    values: [from, to, said],
  })
  return rows
}

/** Systems of which the reader sees that they told of a market, by what their records call it, between two days. */
export async function readSystemsSeenAt(
  reader: Reader,
  { from, to }: { readonly from: string; readonly to: string },
  said: string,
): Promise<string[]> {
  const { rows } = await reader.query<{ system: string }>({
    name: 'systems-seen-at',
    text: `select distinct l.system from generate_series($1::date, $2::date, interval '1 day') d cross join lateral (
             select distinct system from supervision_lines where day = d::date and said = $3 offset 0) l`,
    values: [from, to, said],
  })
  return rows.map(({ system }) => system)
}

/** Names with their regions that records give beside the code of a market and of no other. */
export async function readNamesOfCode(client: Reader, code: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select b.name from (select name from supervision_names where code = $1
                         union select split_part(name, '@', 1) || '@' from supervision_names where code = $1) b
      where not exists (select from supervision_names o where o.name >= b.name and o.name <= ${lastMeant('b.name')} and o.code <> $1)`,
    [code],
  )
  return rows.map(({ name }) => name)
}

/** Markets of regions that begin with some digits of which there are figures of a day, by their codes. */
export async function listPlaces(
  client: Client,
  asked: { readonly day: string; readonly prefix: string; readonly after: string; readonly limit: number },
): Promise<{ readonly place: string; readonly region: string; readonly name: string | null }[]> {
  const { rows } = await client.query(
    `select p.place, min(p.region) as region,
            coalesce((select split_part(n.name, '@', 1) from supervision_names n where n.code = p.place order by records desc, name limit 1),
                     case when p.place like '%@%' then split_part(p.place, '@', 1) end) as name
       from supervision_places p
      where starts_with(p.region, $2) and p.place > $3
        and exists (select from supervision_figures f where f.scope = 'p:' || p.place and f.day = $1)
      group by p.place order by p.place limit $4`,
    [asked.day, asked.prefix, asked.after, asked.limit],
  )
  return rows
}

/** How a record calls a market: by its code, by a name with the region, or by both; empty where it does not. */
export interface CalledMarket {
  readonly code: string
  readonly name: string
}

/** Of each market, in their order, its code, which records may give beside its name alone, and the names that they give beside that code and beside no other market's, wherever that is. */
export async function readMarketsCalled(
  client: Reader,
  called: readonly CalledMarket[],
): Promise<{ readonly code: string | null; readonly names: readonly string[] }[]> {
  const { rows } = await client.query({
    name: 'markets-called',
    text: `select m.code, array(
             select distinct b.name from supervision_names n cross join lateral (select split_part(n.name, '@', 1) as name) b
              where n.code = m.code
                and not exists (select from supervision_names o where o.name >= b.name || '@' and o.name < b.name || 'A' and o.code <> m.code)
              order by b.name limit ${NAMES_MAX}) as names
             from unnest($1::text[], $2::text[]) with ordinality a (code, name, n)
            cross join lateral (select coalesce(nullif(a.code, ''), (
              select min(o.code) from supervision_names o where o.name >= a.name and o.name <= ${lastMeant('a.name')}
              having count(distinct o.code) = 1)) as code) m
            order by a.n`,
    values: [called.map(({ code }) => code), called.map(({ name }) => name)],
  })
  return rows
}
/** A market has two or three. */
const NAMES_MAX = 8
