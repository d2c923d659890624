import type { ClientBase } from 'pg'
import { isPersonalSite } from '#core/personal.ts'
import type { Subject } from '#core/reference/describe.ts'
import { digestUuid } from './digest-uuid.ts'
import { openText, plainText, sealText } from './personal/sealed-text.ts'

/** A row of `descriptions`, to be written. */
export interface DescriptionRow {
  readonly id: string
  readonly subject: Subject
  readonly codes: readonly string[]
  readonly system: string
  readonly name: string | null
  readonly kind: string | null
  readonly region: string | null
  readonly role: string
  readonly personal: boolean
  /** Records whose newest version says it. */
  readonly records: number
  /** ISO texts. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** The newest of these records, newest first. */
  readonly newest: readonly string[]
}

/** What is stored of descriptions and changes with each record. */
export interface DescriptionCount {
  readonly id: string
  readonly records: number
  readonly newest: readonly string[]
}

export async function readDescriptionCounts(
  client: ClientBase,
  ids: readonly string[],
): Promise<Map<string, DescriptionCount>> {
  const { rows } = await client.query<{ id: string; records: string; newest: string }>(
    `select id, records, array_to_string(newest, E'\\n') as newest from descriptions where id = any($1::uuid[])`,
    [ids],
  )
  return new Map(
    rows.map(({ id, records, newest }) => [
      id,
      { id, records: Number(records), newest: newest === '' ? [] : newest.split('\n') },
    ]),
  )
}

/** Writes descriptions with their new counts. The caller holds the lock of the follower that alone writes them. */
export async function writeDescriptions(client: ClientBase, rows: readonly DescriptionRow[]): Promise<void> {
  await client.query(
    `insert into descriptions (id, subject, codes, system, name, kind, region, role, personal, records, first_seen, last_seen, newest)
     select (r->>'id')::uuid, r->>'subject', array(select jsonb_array_elements_text(r->'codes')), r->>'system', r->>'name', r->>'kind',
            r->>'region', r->>'role', (r->>'personal')::boolean, (r->>'records')::bigint, (r->>'firstSeen')::timestamptz,
            (r->>'lastSeen')::timestamptz, string_to_array(r->>'newest', E'\\n')
       from jsonb_array_elements($1::jsonb) r
     on conflict (id) do update set records = excluded.records, newest = excluded.newest,
       first_seen = least(descriptions.first_seen, excluded.first_seen),
       last_seen = greatest(descriptions.last_seen, excluded.last_seen)`,
    // Identifiers are percent-encoded, so none holds a line feed; one text costs less than a list on both sides.
    [
      JSON.stringify(
        rows.map((row) => ({ ...row, name: storedName(client, row), newest: row.newest.join('\n') })),
      ),
    ],
  )
}

/** A name that may be that of a person is sealed: no statement looks for it. */
const storedName = (client: ClientBase, { id, name, personal }: DescriptionRow): string | null =>
  name === null
    ? null
    : personal || isPersonalSite({ name })
      ? sealText(client, name, namePlace(id))
      : plainText(name)

/** The name of a description as it was given. */
export const openName = async (db: object, id: string, name: string | null): Promise<string | null> =>
  name === null ? null : await openText(db, name, namePlace(id))

const namePlace = (id: string): string => `descriptions ${id}`

/** The identifier of a card by a code: that of its card where it is the one by which the card is known. */
export const bornOf = (subject: Subject, code: string): string => digestUuid(`card\n${subject}\n${code}`)

/** A code with how many records more, or fewer, name it. */
export interface CodeChange {
  readonly subject: Subject
  readonly code: string
  readonly value: string
  readonly region: string | null
  readonly born: string
  /** Position of the change that named it here first; text of a bigint. */
  readonly firstPosition: string
  readonly records: number
}

/** Counts codes; a new one gets a card of its own. Gives back the codes that are named since, or are no longer named. */
export async function countCodes(
  client: ClientBase,
  changes: readonly CodeChange[],
): Promise<{ readonly subject: Subject; readonly code: string }[]> {
  const { rows } = await client.query<{ subject: Subject; code: string; records: string }>(
    `insert into card_codes (subject, code, value, region, born, card, first_position, records)
     select r->>'subject', r->>'code', r->>'value', r->>'region', (r->>'born')::uuid, (r->>'born')::uuid,
            (r->>'firstPosition')::bigint, (r->>'records')::bigint
       from jsonb_array_elements($1::jsonb) r
     on conflict (subject, code) do update set records = card_codes.records + excluded.records
     returning subject, code, records`,
    [JSON.stringify(changes)],
  )
  const by = new Map(changes.map(({ subject, code, records }) => [`${subject} ${code}`, records]))
  return rows.filter(({ subject, code, records }) => {
    const change = by.get(`${subject} ${code}`) ?? 0
    return change !== 0 && (Number(records) === 0 || Number(records) === change)
  })
}

/** A code and its card. */
export interface CardCodeRow {
  readonly code: string
  readonly born: string
  readonly card: string
  readonly firstPosition: bigint
  readonly records: number
}

/** All codes of the cards on which the given codes stand. */
export async function readCardMembers(
  client: ClientBase,
  subject: Subject,
  codes: readonly string[],
): Promise<CardCodeRow[]> {
  const { rows } = await client.query(
    `select code, born, card, first_position, records from card_codes
      where subject = $1 and card in (select card from card_codes where subject = $1 and code = any($2::text[]))`,
    [subject, codes],
  )
  return rows.map((row) => ({
    code: row.code,
    born: row.born,
    card: row.card,
    firstPosition: BigInt(row.first_position),
    records: Number(row.records),
  }))
}

/** The sets of several codes that records give to one party or site, where one of the given codes is among them. */
export async function readNamedTogether(
  client: ClientBase,
  subject: Subject,
  codes: readonly string[],
): Promise<string[][]> {
  const { rows } = await client.query<{ codes: string[] }>(
    `select distinct codes from descriptions
      where subject = $1 and codes && $2::text[] and cardinality(codes) > 1 and records > 0`,
    [subject, codes],
  )
  return rows.map((row) => row.codes)
}

/** Puts codes onto other cards. */
export async function moveCodes(
  client: ClientBase,
  subject: Subject,
  moves: readonly { readonly code: string; readonly card: string }[],
): Promise<void> {
  await client.query(
    `update card_codes c set card = m.card
       from unnest($2::text[], $3::uuid[]) m(code, card) where c.subject = $1 and c.code = m.code`,
    [subject, moves.map(({ code }) => code), moves.map(({ card }) => card)],
  )
}

/** How a card became part of another one, or another one came out of it. */
export interface CardChange {
  readonly change: 'merged' | 'parted'
  readonly from: string
  readonly to: string
  readonly recordId: string | null
  readonly decision: string | null
}

export async function writeCardHistory(
  client: ClientBase,
  subject: Subject,
  changes: readonly CardChange[],
): Promise<void> {
  await client.query(
    `insert into card_history (subject, change, from_card, to_card, record_id, decision)
     select $1, r->>'change', (r->>'from')::uuid, (r->>'to')::uuid, r->>'recordId', (r->>'decision')::uuid
       from jsonb_array_elements($2::jsonb) r`,
    [subject, JSON.stringify(changes)],
  )
}
