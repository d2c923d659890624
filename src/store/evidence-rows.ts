import type { ClientBase, Pool } from 'pg'
import type { EntryFacts } from '#core/evidence/leaves.ts'
import { ENTRY_COLUMNS } from './audit-log.ts'

type Client = ClientBase | Pool

/** Records that name one of these codes, in the order in which they first came; at most so many. */
export async function findRecordsOfCodes(
  client: Client,
  codes: readonly string[],
  limit: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select record_id as id from record_versions where codes && $1::text[] group by record_id order by min(position) limit $2`,
    [codes, limit],
  )
  return rows.map(({ id }) => id)
}

/** Records that a case rests on and those that it made. */
export async function findRecordsOfCase(client: Client, id: string, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select distinct id from (
       select record_id as id from case_tests where case_id = $1
       union all select via_record from case_lots where case_id = $1
       union all select hold_record from case_lots where case_id = $1
       union all select record_id from case_events where case_id = $1) r
      where id is not null order by id limit $2`,
    [id, limit],
  )
  return rows.map((row) => row.id)
}

/** Batches that were sent while one of these positions was in them, oldest first, each with what its entry of the log says. */
export async function findDeliveries(
  client: Client,
  {
    positions,
    since,
    limit,
  }: { readonly positions: readonly string[]; readonly since: string; readonly limit: number },
): Promise<{ readonly id: string; readonly facts: string }[]> {
  const { rows } = await client.query<{ id: string; facts: string }>(
    `select d.id::text as id, delivery_facts(d) as facts from deliveries d
      where d.started_at >= $2 and exists (select from unnest($1::bigint[]) p where p between d.from_position and d.to_position)
      order by d.started_at, d.id limit $3`,
    [positions, since, limit],
  )
  return rows
}

/** Versions of mappings by `<system>/<record>@<version>`, each with the text that its entry of the log is a digest of. */
export async function readMappingTexts(
  client: Client,
  names: readonly string[],
): Promise<
  { readonly name: string; readonly subject: string; readonly text: string; readonly row: string }[]
> {
  const { rows } = await client.query<{ name: string; subject: string; text: string; row: string }>(
    `select t.system || '/' || t.record || '@' || t.version as name,
            'mapping_versions ' || t.system || '/' || t.record || '/' || t.version as subject, t.text,
            (select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(t))
              where key = any('{system,record,version,origin,text,tables,state}'))::text as row
       from mapping_versions t where t.system || '/' || t.record || '@' || t.version = any($1) order by 1`,
    [names],
  )
  return rows
}

/** The newest entry of the log of each subject. */
export async function readNewestEntries(
  client: Client,
  kind: 'setting' | 'delivery',
  subjects: readonly string[],
): Promise<Map<string, EntryFacts>> {
  const { rows } = await client.query<EntryFacts>(
    `select distinct on (subject) ${ENTRY_COLUMNS} from audit_log where kind = $1 and subject = any($2) order by subject, audit_log.id desc`,
    [kind, subjects],
  )
  return new Map(rows.map((row) => [row.subject, row]))
}
