import type { Pool } from 'pg'

/**
 * The systems that have one of these numbers as one of their own: of those that are registered, whether a mapping of theirs is installed or not, and of
 * those whose records a peer brought. Each is one look into the index of codes (7 microseconds), so that who asks for what a number means compares it with
 * the few that have it: an array with a code for each of hundreds of systems would be looked for by reading the whole table.
 */
export async function readSystemsOfNumbers(pool: Pool, numbers: readonly string[]): Promise<string[]> {
  if (numbers.length === 0) return []
  const { rows } = await pool.query<{ id: string }>({
    name: 'systems-of-numbers',
    text: `with recursive counted (id) as (
             select min(b.system) from record_buckets b where exists (select from peer_versions)
              union all
             select (select min(b.system) from record_buckets b where b.system > c.id) from counted c where c.id is not null
           )
           select distinct s.id
             from (select id from systems union select id from counted where id is not null) s cross join unnest($1::text[]) n (number)
            where exists (select from record_versions v where v.codes @> array['local.' || s.id || ':' || n.number])
            order by s.id`,
    values: [numbers],
  })
  return rows.map(({ id }) => id)
}
