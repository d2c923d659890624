import type { Pool, PoolClient } from 'pg'

/** A lot that a record refers to. */
export interface LotReference {
  /** Graph code. */
  readonly code: string
  /** How the body of a record says that the lot is its subject: part of its canonical JSON. */
  readonly subject: string
}

/** A reference of the newest version of a record to a lot that no record has as its subject. */
export interface DanglingRow extends LotReference {
  readonly system: string
  readonly recordId: string
  readonly record: string
  readonly version: number
  readonly messageId: string
  readonly index: number
  readonly place: string
  readonly key: string
  readonly receivedAtMs: number
}

/** Those of the lots that some record has as its subject, as graph codes. */
export async function readSubjects(client: PoolClient, lots: readonly LotReference[]): Promise<Set<string>> {
  const { rows } = await client.query<{ code: string }>(
    `select r.code from unnest($1::text[], $2::text[]) r (code, subject) where has_subject(r.code, r.subject)`,
    [lots.map(({ code }) => code), lots.map(({ subject }) => subject)],
  )
  return new Set(rows.map(({ code }) => code))
}

/** Puts these in the place of all that the records had waiting. One that waited before keeps the time since when. */
export async function writeDangling(
  client: PoolClient,
  recordIds: readonly string[],
  rows: readonly DanglingRow[],
): Promise<void> {
  if (recordIds.length === 0) return
  await client.query(
    `delete from dangling_references d where d.record_id = any($1) and not exists (
       select from unnest($2::text[], $3::text[]) k (record_id, code) where k.record_id = d.record_id and k.code = d.code)`,
    [recordIds, rows.map(({ recordId }) => recordId), rows.map(({ code }) => code)],
  )
  if (rows.length === 0) return
  await client.query(
    `insert into dangling_references (system, record_id, code, subject, record, version, message_id, index, place, key, received_at, last_seen)
     select r->>'system', r->>'recordId', r->>'code', r->>'subject', r->>'record', (r->>'version')::int,
            (r->>'messageId')::uuid, (r->>'index')::int, r->>'place', r->>'key', to_timestamp((r->>'receivedAtMs')::numeric / 1000),
            to_timestamp((r->>'receivedAtMs')::numeric / 1000)
       from jsonb_array_elements($1::jsonb) r
     on conflict (system, record_id, code) do update set version = excluded.version, message_id = excluded.message_id,
       index = excluded.index, place = excluded.place, last_seen = excluded.last_seen`,
    [JSON.stringify(rows)],
  )
}

/**
 * Takes out the references after this one whose wait has ended, and gives where the next look begins; null where all have been looked
 * at. Looks at `limit` of them, and asks for each lot once.
 */
export async function sweepDangling(
  pool: Pool,
  after: readonly [system: string, recordId: string, code: string],
  limit: number,
): Promise<readonly [string, string, string] | null> {
  const { rows } = await pool.query<[string, string, string]>({
    text: `with looked as materialized (select system, record_id, code, subject, version from dangling_references
             where (system, record_id, code) > ($1, $2, $3) order by system, record_id, code limit $4),
           lots as materialized (
             select code, subject, has_subject(code, subject) as there from (select distinct code, subject from looked) c),
           ended as (delete from dangling_references r using looked d join lots l using (code, subject)
             where r.system = d.system and r.record_id = d.record_id and r.code = d.code and r.version = d.version
               and (l.there or exists (select from record_versions n where n.record_id = d.record_id and n.version > d.version)))
           select system, record_id, code from looked order by system desc, record_id desc, code desc limit 1`,
    values: [...after, limit],
    rowMode: 'array',
  })
  return rows[0] ?? null
}
