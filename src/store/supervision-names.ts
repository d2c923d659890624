import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** How many records give a code beside a name, or how many more do. */
export interface NameCode {
  readonly name: string
  readonly code: string
  readonly records: number
}

/** Codes that records give beside the names. */
export async function readNameCodes(client: Client, names: readonly string[]): Promise<NameCode[]> {
  if (names.length === 0) return []
  const { rows } = await client.query(
    'select name, code, records::integer as records from supervision_names where name = any($1::text[])',
    [names],
  )
  return rows
}

/** Adds to the names; those that no record says any more are forgotten. The caller is the only one who does. */
export async function moveNameCodes(client: ClientBase, moves: readonly NameCode[]): Promise<void> {
  if (moves.length === 0) return
  const values = [JSON.stringify(moves)]
  await client.query(
    `insert into supervision_names select * from jsonb_to_recordset($1::jsonb) as m(name text, code text, records bigint)
     on conflict (name, code) do update set records = supervision_names.records + excluded.records`,
    values,
  )
  await client.query(
    `delete from supervision_names n using jsonb_to_recordset($1::jsonb) as m(name text, code text)
      where (n.name, n.code) = (m.name, m.code) and n.records <= 0`,
    values,
  )
}
