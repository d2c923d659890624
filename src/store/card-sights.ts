import type { ClientBase } from 'pg'
import type { Subject } from '#core/reference/describe.ts'

/** How often the newest versions of records of one region say a description. */
export interface DescriptionSight {
  readonly id: string
  /** GB/T 2260 code that the records name; empty where they name none. */
  readonly region: string
  readonly system: string
  readonly records: number
  /** ISO texts. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** The newest of these records, newest first. */
  readonly newest: readonly string[]
}

/** Of each description and region what is stored. */
export async function readDescriptionSights(
  client: ClientBase,
  keys: readonly { readonly id: string; readonly region: string }[],
): Promise<{ id: string; region: string; records: number; newest: string[] }[]> {
  const { rows } = await client.query<{ id: string; region: string; records: string; newest: string }>(
    `select id, region, records, array_to_string(newest, E'\\n') as newest from description_sights
      where (id, region) in (select * from unnest($1::uuid[], $2::text[]))`,
    [keys.map(({ id }) => id), keys.map(({ region }) => region)],
  )
  return rows.map(({ id, region, records, newest }) => ({
    id,
    region,
    records: Number(records),
    newest: newest === '' ? [] : newest.split('\n'),
  }))
}

/** Writes them with their new counts. The caller holds the lock of the follower that alone writes them. */
export async function writeDescriptionSights(
  client: ClientBase,
  rows: readonly DescriptionSight[],
): Promise<void> {
  await client.query(
    `insert into description_sights (id, region, system, records, first_seen, last_seen, newest)
     select (r->>'id')::uuid, r->>'region', r->>'system', (r->>'records')::bigint, (r->>'firstSeen')::timestamptz, (r->>'lastSeen')::timestamptz,
            string_to_array(r->>'newest', E'\\n')
       from jsonb_array_elements($1::jsonb) r
     on conflict (id, region) do update set records = excluded.records, newest = excluded.newest,
       first_seen = least(description_sights.first_seen, excluded.first_seen),
       last_seen = greatest(description_sights.last_seen, excluded.last_seen)`,
    // Identifiers are percent-encoded, so none holds a line feed; one text costs less than a list on both sides.
    [JSON.stringify(rows.map((row) => ({ ...row, newest: row.newest.join('\n') })))],
  )
}

/** How many records more, or fewer, of a system and region name a code. */
export interface CodeSight {
  readonly subject: Subject
  readonly code: string
  readonly system: string
  readonly region: string
  readonly records: number
}

export async function countCodeSights(client: ClientBase, changes: readonly CodeSight[]): Promise<void> {
  await client.query(
    `insert into card_code_sights (subject, code, system, region, records)
     select r->>'subject', r->>'code', r->>'system', r->>'region', (r->>'records')::bigint from jsonb_array_elements($1::jsonb) r
     on conflict (subject, code, system, region) do update set records = card_code_sights.records + excluded.records`,
    [JSON.stringify(changes)],
  )
}
