import type { ClientBase, Pool } from 'pg'

type Client = ClientBase | Pool

/** How many records give a code beside a name, or how many more do. */
export interface NameCode {
  readonly name: string
  readonly code: string
  readonly records: number
}

/**
 * The last of the names that one means, as SQL: those of all regions where it tells none (`大关湾示例农贸市场@`), else itself. The letter behind `@` ends all that begin with it.
 * @param name an SQL expression
 */
export const lastMeant = (name: string): string =>
  `case when right(${name}, 1) = '@' then left(${name}, -1) || 'A' else ${name} end`

/** Codes that records give beside the names, by each of these; beside one without a region those of its name in all regions. */
export async function readNameCodes(client: Client, names: readonly string[]): Promise<NameCode[]> {
  if (names.length === 0) return []
  const { rows } = await client.query(
    `select a.name, o.code, sum(o.records)::integer as records
       from unnest($1::text[]) a (name) join supervision_names o on o.name >= a.name and o.name <= ${lastMeant('a.name')}
      group by a.name, o.code`,
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

/** What records of regions that begin with some digits call the markets of some codes: of each the name that most of them give. */
export async function readNamesIn(
  client: Client,
  codes: readonly string[],
  regions: readonly string[],
): Promise<Map<string, string>> {
  if (codes.length === 0 || regions.length === 0) return new Map()
  const { rows } = await client.query<{ code: string; name: string }>(
    `select distinct on (n.code) n.code, split_part(n.name, '@', 1) as name from supervision_names n
      where n.code = any($1::text[])
        and exists (select from unnest($2::text[]) r (prefix) where starts_with(split_part(n.name, '@', 2), r.prefix))
      order by n.code, n.records desc, n.name`,
    [codes, regions],
  )
  return new Map(rows.map(({ code, name }) => [code, name]))
}
