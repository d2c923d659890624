import type { ClientBase, Pool } from 'pg'
import type { Subject } from '#core/reference/describe.ts'
import { type DescriptionRow, openName } from './cards.ts'
import { regionPrefix } from './change-filter.ts'
import { plainText, plainTextOf } from './personal/sealed-text.ts'

type Client = ClientBase | Pool

/** The card of today to which an identifier leads, with its oldest code; null where no card ever had it. */
export async function cardOf(
  client: Client,
  subject: Subject,
  id: string,
): Promise<{ id: string; code: string } | null> {
  const { rows } = await client.query<{ id: string; code: string }>(
    `select anchor.card as id, anchor.code from card_codes asked
       join card_codes anchor on anchor.subject = asked.subject and anchor.born = asked.card
      where asked.subject = $1 and asked.born = $2`,
    [subject, id],
  )
  return rows[0] ?? null
}

/** Codes that stand on cards, by their texts; what no record ever named is left out. */
export async function readCodes(
  client: Client,
  subject: Subject,
  codes: readonly string[],
): Promise<{ code: string; card: string; records: number }[]> {
  const { rows } = await client.query(
    'select code, card, records from card_codes where subject = $1 and code = any($2::text[])',
    [subject, codes],
  )
  return rows.map((row) => ({ ...row, records: Number(row.records) }))
}

/** Which cards are asked for; what is absent does not matter. */
export interface CardQuery {
  readonly subject: Subject
  /** Codes with or without their scheme. */
  readonly codes?: readonly string[]
  /** Beginning of a name; names of persons are not looked at. */
  readonly name?: string
  readonly system?: string
  /** GB/T 2260 code; it means its whole subtree. */
  readonly region?: string
  readonly after?: CardPlace
  readonly limit: number
}

/** Where a page ends: cards come in the order in which their oldest codes were first named. */
export interface CardPlace {
  readonly position: bigint
  readonly code: string
}

/** Cards that one statement looks at, and statements for one page: a narrow question cannot read all cards at once. */
const WINDOW = 5000
const WINDOWS = 10

/** Identifiers of cards that a record still names. A page may be short, or empty, while `next` says that there is more. */
export async function listCards(
  pool: Pool,
  query: CardQuery,
): Promise<{ ids: string[]; next: CardPlace | null }> {
  const where = conditions(query)
  const ids: string[] = []
  let at: CardPlace = query.after ?? { position: -1n, code: '' }
  for (let i = 0; i < WINDOWS; i++) {
    const { rows } = await pool.query<{ card: string; code: string; position: string; fits: boolean }>(
      `select card, code, first_position as position, ${where.text} as fits from (
         select subject, card, code, first_position from card_codes a
          where subject = $1 and born = card and records > 0 and (first_position, code) > ($2::bigint, $3)${where.narrow}
          order by first_position, code limit $4) a
        order by first_position, code`,
      [query.subject, at.position, at.code, WINDOW, ...where.values],
    )
    for (const row of rows) {
      at = { position: BigInt(row.position), code: row.code }
      if (row.fits) ids.push(row.card)
      if (ids.length === query.limit) {
        return { ids, next: row === rows.at(-1) && rows.length < WINDOW ? null : at }
      }
    }
    if (rows.length < WINDOW) return { ids, next: null }
  }
  return { ids, next: at }
}

function conditions(query: CardQuery): { text: string; narrow: string; values: unknown[] } {
  const values: unknown[] = []
  const texts: string[] = []
  let narrow = ''
  const parameter = (value: unknown): string => `$${values.push(value) + 4}`
  const describes = (condition: string): string =>
    `exists (select from card_codes c join descriptions d on d.subject = c.subject and d.codes @> array[c.code]
              where c.subject = a.subject and c.card = a.card and d.records > 0 and ${condition})`
  if (query.codes) {
    const p = parameter(query.codes)
    narrow += ` and a.card in (select card from card_codes where subject = $1 and (code = any(${p}::text[]) or value = any(${p}::text[])))`
  }
  if (query.name !== undefined) {
    narrow += ` and a.card in (
      select c.card from descriptions d join card_codes c on c.subject = d.subject and c.code = any(d.codes)
       where d.subject = $1 and d.name ^@ ${parameter(plainText(query.name))} and d.records > 0 and not d.personal)`
  }
  if (query.system !== undefined) texts.push(describes(`d.system = ${parameter(query.system)}`))
  if (query.region !== undefined) {
    const p = parameter(regionPrefix(query.region))
    texts.push(
      `(exists (select from card_codes c where c.subject = a.subject and c.card = a.card and starts_with(c.region, ${p}))
        or ${describes(`starts_with(d.region, ${p})`)})`,
    )
  }
  return { text: texts.length > 0 ? texts.join(' and ') : 'true', narrow, values }
}

/** A code on a card. */
export interface CardCode {
  readonly card: string
  readonly code: string
  /** Identifier that a card has, or had, by this code. */
  readonly born: string
  readonly region: string | null
  readonly records: number
}

/** All codes of the cards, oldest first. */
export async function readCardCodes(
  client: Client,
  subject: Subject,
  cards: readonly string[],
): Promise<CardCode[]> {
  const { rows } = await client.query(
    `select card, code, born, region, records from card_codes where subject = $1 and card = any($2::uuid[])
      order by first_position, code`,
    [subject, cards],
  )
  return rows.map((row) => ({ ...row, records: Number(row.records) }))
}

/** What a system says of a card; see the table. */
export interface CardDescription extends Omit<DescriptionRow, 'id' | 'subject' | 'codes'> {
  readonly cards: readonly string[]
}

/** Descriptions of one page that are read at most; the most often said come first. */
const DESCRIPTIONS_MAX = 20_000

/** Everything that records say of the cards now. */
export async function readCardDescriptions(
  client: Client,
  subject: Subject,
  cards: readonly string[],
): Promise<CardDescription[]> {
  const { rows } = await client.query(
    `select d.id, d.system, d.name, d.kind, d.region, d.role, d.personal, d.records, d.first_seen as "firstSeen", d.last_seen as "lastSeen",
            d.newest, array(select distinct c.card::text from card_codes c
                             where c.subject = $1 and c.code = any(d.codes) and c.card = any($2::uuid[])) as cards
       from descriptions d
      where d.subject = $1 and d.records > 0
        and d.codes && array(select code from card_codes where subject = $1 and card = any($2::uuid[]))
      order by d.records desc, d.id limit $3`,
    [subject, cards, DESCRIPTIONS_MAX],
  )
  const descriptions: CardDescription[] = []
  for (const { id, ...row } of rows)
    descriptions.push({
      ...row,
      name: await openName(client, id, row.name),
      records: Number(row.records),
    })
  return descriptions
}

/** How a card came to be what it is. */
export interface CardHistoryRow {
  readonly change: 'merged' | 'parted'
  readonly from: string
  readonly to: string
  readonly record: string | null
  readonly decision: string | null
  readonly at: string
}

/** The newest changes of cards that any of the identifiers took part in. */
export async function readCardHistory(
  client: Client,
  subject: Subject,
  ids: readonly string[],
  limit: number,
): Promise<CardHistoryRow[]> {
  const { rows } = await client.query<CardHistoryRow>(
    `select change, from_card as from, to_card as to, record_id as record, decision, at from card_history
      where subject = $1 and (from_card = any($2::uuid[]) or to_card = any($2::uuid[])) order by id desc limit $3`,
    [subject, ids, limit],
  )
  return rows
}

/** Other cards that bear one of the names. Names of persons are not compared. */
export async function readSameName(
  client: Client,
  subject: Subject,
  card: string,
  names: readonly string[],
  limit: number,
): Promise<{ card: string; name: string }[]> {
  const { rows } = await client.query<{ card: string; name: string }>(
    `select distinct c.card, d.name from descriptions d join card_codes c on c.subject = d.subject and c.code = any(d.codes)
      where d.subject = $1 and d.name = any($3::text[]) and d.records > 0 and not d.personal and c.card <> $2
      order by d.name, c.card limit $4`,
    [subject, card, names.map(plainText), limit],
  )
  return rows.map((row) => ({ ...row, name: plainTextOf(row.name) }))
}

/** Names that one page looks at. */
const NAMES_WINDOW = 20_000

/** Names that stand on several cards, by name. A page may be short, or empty, while `next` says that there is more. */
export async function listSameNames(
  pool: Pool,
  query: { readonly subject: Subject; readonly after?: string; readonly limit: number },
): Promise<{ names: { name: string; cards: string[] }[]; next: string | null }> {
  const { subject, after = '', limit } = query
  const looked = await pool.query<{ count: string; last: string | null }>(
    `select count(*) as count, max(name) as last from (
       select distinct name from descriptions
        where subject = $1 and name > $2 and records > 0 and not personal order by name limit $3) l`,
    [subject, after, NAMES_WINDOW],
  )
  const { count = '0', last = null } = looked.rows[0] ?? {}
  if (last === null) return { names: [], next: null }
  const { rows } = await pool.query<{ name: string; cards: string[] }>(
    `select d.name, array_agg(distinct c.card::text) as cards
       from descriptions d join card_codes c on c.subject = d.subject and c.code = any(d.codes)
      where d.subject = $1 and d.name > $2 and d.name <= $3 and d.records > 0 and not d.personal
      group by d.name having count(distinct c.card) > 1 order by d.name limit $4`,
    [subject, after, last, limit],
  )
  const isFull = rows.length === limit
  return {
    names: rows.map((row) => ({ ...row, name: plainTextOf(row.name) })),
    next: isFull ? (rows.at(-1)?.name ?? null) : Number(count) < NAMES_WINDOW ? null : last,
  }
}

/** How many codes begin like this, such as those of the operators of a node. */
export async function countCodesLike(client: Client, subject: Subject, beginning: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'select count(*) from card_codes where subject = $1 and code ^@ $2 and records > 0',
    [subject, beginning],
  )
  return Number(rows[0]?.count ?? 0)
}
