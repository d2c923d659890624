import type { Subject } from '#core/reference/describe.ts'
import type { Sight } from '#core/sight.ts'
import type { CardDescription } from './card-pages.ts'
import { openName } from './cards.ts'
import { plainText, plainTextOf } from './personal/sealed-text.ts'
import type { Reader } from './sighted.ts'

/** Beside what sees as much as the caller what sees as much as the hub, to find by index what the first then shows (`Reader.mentioning`). */
export interface SeenBy {
  readonly reader: Reader
  readonly hub: Reader
  readonly sight: Sight
}

/** One look at the primary key for each description, never a table of all that are seen. */
const SEEN = (systems: string, regions: string): string =>
  `(select true from description_sights s
     where s.id = d.id and s.records > 0 and (s.system = any(${systems}::text[]) or s.region ^@ any(${regions}::text[])) limit 1)`

/** What the caller sees said of any of the codes: each description with its codes. */
export async function readSeenSaid(
  { reader, hub, sight }: SeenBy,
  subject: Subject,
  codes: readonly string[],
): Promise<{ readonly id: string; readonly codes: readonly string[] }[]> {
  const found = await hub.query<{ id: string }>({
    name: 'descriptions-in-sight',
    text: `select d.id from descriptions d where d.subject = $1 and d.codes && $2::text[] and ${SEEN('$3', '$4')}`,
    values: [subject, codes, sight.systems, sight.regions],
  })
  const { rows } = await reader.query<{ id: string; codes: string[] }>({
    name: 'seen-said',
    text: 'select id, codes from descriptions where id = any($1::uuid[]) order by id',
    values: [found.rows.map(({ id }) => id)],
  })
  return rows
}

/** Descriptions of names that are looked at for one question. */
const NAMES_MAX = 5000

/** Codes of what the caller sees called by a name that begins so; names of persons are not looked at. */
export async function readSeenNamed(
  { reader, hub, sight }: SeenBy,
  subject: Subject,
  beginning: string,
): Promise<string[]> {
  const found = await hub.query<{ id: string }>({
    name: 'names-in-sight',
    text: `select d.id from descriptions d
            where d.subject = $1 and d.name ^@ $2 and not d.personal and ${SEEN('$3', '$4')} order by d.name limit $5`,
    values: [subject, plainText(beginning), sight.systems, sight.regions, NAMES_MAX],
  })
  const { rows } = await reader.query<{ code: string }>({
    name: 'seen-named',
    text: 'select distinct c.code from descriptions d, unnest(d.codes) c (code) where d.id = any($1::uuid[])',
    values: [found.rows.map(({ id }) => id)],
  })
  return rows.map(({ code }) => code)
}

/** Descriptions of one name that are compared: always the same ones, so that whoever pages through names comes to the same end. */
const PER_NAME = 200

/** What the caller sees called by one of the names, with the codes that it names; names of persons are not compared. */
export async function readSeenOfNames(
  { reader, hub, sight }: SeenBy,
  subject: Subject,
  names: readonly string[],
): Promise<{ readonly name: string; readonly codes: readonly string[] }[]> {
  const found = await hub.query<{ id: string }>({
    name: 'same-names-in-sight',
    text: `select s.id from unnest($2::text[]) n (name) cross join lateral (
             select d.id from descriptions d
              where d.subject = $1 and d.name = n.name and not d.personal and ${SEEN('$3', '$4')} order by d.id limit $5) s`,
    values: [subject, names.map(plainText), sight.systems, sight.regions, PER_NAME],
  })
  const { rows } = await reader.query<{ name: string; codes: string[] }>({
    name: 'seen-of-names',
    text: 'select name, codes from descriptions where id = any($1::uuid[]) order by id',
    values: [found.rows.map(({ id }) => id)],
  })
  return rows.map((row) => ({ ...row, name: plainTextOf(row.name) }))
}

/** Codes of any scheme that have one of the values, whoever named them: what is seen of them is asked afterwards. */
export async function readCodesOfValues(
  hub: Reader,
  subject: Subject,
  values: readonly string[],
): Promise<string[]> {
  const { rows } = await hub.query<{ code: string }>({
    name: 'codes-of-values',
    text: 'select code from card_codes where subject = $1 and (code = any($2::text[]) or value = any($2::text[]))',
    values: [subject, values],
  })
  return rows.map(({ code }) => code)
}

/** The code from which an identifier of a card was made; empty where none was. */
export async function codeBornAs(hub: Reader, subject: Subject, id: string): Promise<string> {
  const { rows } = await hub.query<{ code: string }>({
    name: 'code-born-as',
    text: 'select code from card_codes where subject = $1 and born = $2',
    values: [subject, id],
  })
  return rows[0]?.code ?? ''
}

/** Those of the codes that records name which the caller sees, with how many of these do. */
export async function readSeenCodes(
  { reader }: Pick<SeenBy, 'reader'>,
  subject: Subject,
  codes: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await reader.query<{ code: string; records: string }>({
    name: 'seen-codes',
    text: `select code, sum(records) as records from card_code_sights
            where subject = $1 and code = any($2::text[]) and records > 0 group by code`,
    values: [subject, codes],
  })
  return new Map(rows.map(({ code, records }) => [code, Number(records)]))
}

/** The next codes that the caller sees named, in the order of their texts: each system and each region is read by its own index. */
export async function listSeenCodes(
  { reader, sight }: Pick<SeenBy, 'reader' | 'sight'>,
  subject: Subject,
  page: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  const { rows } = await reader.query<{ code: string }>({
    name: 'list-seen-codes',
    // A colon comes behind all digits.
    text: `with recursive leaf as (
             select p.prefix, (select min(c.region) from card_code_sights c where c.subject = $1 and c.records > 0 and c.region between p.prefix and p.prefix || ':') as region
               from unnest($3::text[]) p (prefix)
             union all
             select l.prefix, (select min(c.region) from card_code_sights c where c.subject = $1 and c.records > 0 and c.region > l.region and c.region <= l.prefix || ':')
               from leaf l where l.region is not null)
           select distinct code from (
             select x.code from unnest($2::text[]) s (system)
              cross join lateral (select c.code from card_code_sights c where c.subject = $1 and c.system = s.system and c.code > $4 and c.records > 0
                                   order by c.code limit $5) x
             union all
             select x.code from (select distinct region from leaf where region is not null) l
              cross join lateral (select c.code from card_code_sights c where c.subject = $1 and c.region = l.region and c.code > $4 and c.records > 0
                                   order by c.code limit $5) x) found
            order by code limit $5`,
    values: [subject, sight.systems, sight.regions, page.after, page.limit],
  })
  return rows.map(({ code }) => code)
}

/** How many codes that begin like this the caller sees named. */
export async function countSeenCodesLike(
  { reader }: Pick<SeenBy, 'reader'>,
  subject: Subject,
  beginning: string,
): Promise<number> {
  const { rows } = await reader.query<{ count: string }>({
    name: 'count-seen-codes-like',
    // The last character that there is: what lies between begins so, and is found by the index.
    text: `select count(distinct code) from card_code_sights
            where subject = $1 and code >= $2 and code < $2 || chr(1114111) and records > 0`,
    values: [subject, beginning],
  })
  return Number(rows[0]?.count ?? 0)
}

/** Descriptions of one page that are read at most; the most often said come first. */
const DESCRIPTIONS_MAX = 20_000

/** What is said by the descriptions, counted over the records that the caller sees. */
export async function readSeenDescriptions(
  { reader }: Pick<SeenBy, 'reader'>,
  ids: readonly string[],
): Promise<(Omit<CardDescription, 'cards'> & { readonly codes: readonly string[] })[]> {
  const { rows } = await reader.query({
    name: 'seen-descriptions',
    text: `select d.id, d.codes, d.system, d.name, d.kind, d.region, d.role, d.personal, s.records, s."firstSeen", s."lastSeen", s.newest
             from descriptions d cross join lateral (
               select sum(records) as records, min(first_seen) as "firstSeen", max(last_seen) as "lastSeen",
                      (array_agg(array_to_string(newest, E'\\n') order by last_seen desc, region))[1] as newest
                 from description_sights where id = d.id and records > 0) s
            where d.id = any($1::uuid[]) and s.records > 0 order by s.records desc, d.id limit $2`,
    values: [ids, DESCRIPTIONS_MAX],
  })
  const found = []
  for (const { id, newest, ...row } of rows)
    found.push({
      ...row,
      name: await openName(reader, id, row.name),
      records: Number(row.records),
      // Identifiers are percent-encoded, so none holds a line feed.
      newest: newest === '' ? [] : newest.split('\n'),
    })
  return found
}
