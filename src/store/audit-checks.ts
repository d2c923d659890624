import type { Pool } from 'pg'
import { type Coding, decodeBytes, messagePlace, partPlace } from './message-bytes.ts'
import { timeOf } from './message-time.ts'

/** The stored bytes of a message, part by part, with the size that is stored beside each. @throws where they cannot be unpacked */
export async function* storedBytes(
  pool: Pool,
  id: string,
): AsyncGenerator<{ readonly bytes: Buffer; readonly size: number }> {
  const { rows } = await pool.query<{ coding: string; size: number; bytes: Buffer }>(
    'select coding, size, bytes from messages where id = $1 and received_at = to_timestamp($2::numeric / 1000)',
    [id, timeOf(id)],
  )
  const row = rows[0]
  if (!row) return
  if (row.coding !== 'parts') {
    yield {
      bytes: await decodeBytes(pool, row.coding as Coding, row.bytes, messagePlace(id)),
      size: row.size,
    }
    return
  }
  if (row.bytes.length > 0) throw new Error('a message in parts has bytes of its own')
  for (let part = 0; ; part++) {
    const { rows: parts } = await pool.query<{ coding: string; size: number; bytes: Buffer }>(
      `select coding, size, bytes from message_parts
        where message_id = $1 and part = $2 and received_at = to_timestamp($3::numeric / 1000)`,
      [id, part, timeOf(id)],
    )
    const next = parts[0]
    if (!next) return
    yield {
      bytes: await decodeBytes(pool, next.coding as Coding, next.bytes, partPlace(id, part)),
      size: next.size,
    }
  }
}

/** Erasures that no entry of the log vouches for as they are; those of a time of which the log is no longer kept are passed over. */
export async function readWrongErasures(pool: Pool, keptFrom: string): Promise<{ readonly entry: string }[]> {
  const { rows } = await pool.query<{ entry: string }>(
    `select g.entry::text as entry from (
       select entry, max(erased_at) as at,
              encode(sha256(convert_to(string_agg(subject || ' ' || was || ' ' || now, E'\n' order by subject collate "C"), 'UTF8')), 'hex') as digest
         from erasures group by entry) g
      where g.at >= $1::timestamptz and not exists (
        select from audit_log l where l.id = g.entry and l.kind = 'administration' and l.action = 'erase' and l.facts::jsonb ->> 'digest' = g.digest)`,
    [keptFrom],
  )
  return rows
}

/** Deliveries by their identifiers, each with what its entry of the log must say. */
export async function readDeliveryFacts(pool: Pool, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; facts: string }>(
    'select d.id::text as id, delivery_facts(d) as facts from deliveries d where d.id::text = any($1)',
    [ids],
  )
  return new Map(rows.map(({ id, facts }) => [id, facts]))
}

/** Rows that no sealed leaf, and no entry of the log, knows of: a table and what names the row. At most so many. */
export async function readUnknownRows(
  pool: Pool,
  limit: number,
): Promise<{ readonly table: string; readonly subject: string }[]> {
  const { rows } = await pool.query<{ table: string; subject: string }>(
    `with sealed as materialized (select unnest(message_ids) as id from audit_leaves)
     (select 'messages' as table, m.id::text as subject from messages m, audit_state s
       where m.received_at < s.messages_floor and m.state in ('done', 'refused')
         and not exists (select from sealed k where k.id = m.id) order by m.id limit $1)
     union all
     (select 'message_parts', p.message_id || '/' || p.part from message_parts p
       where not exists (select from messages m where m.id = p.message_id and m.received_at = p.received_at and m.coding = 'parts')
         and not exists (select from large_messages l where l.message_id = p.message_id) limit $1)
     union all
     (select 'message_results', p.message_id || '/' || p.first from message_results p
       where not exists (select from messages m where m.id = p.message_id and m.received_at = p.received_at and m.coding = 'parts') limit $1)
     union all
     (select 'deliveries', d.id::text from deliveries d
       where not exists (select from audit_log l where l.kind = 'delivery' and l.subject = d.id::text) limit $1)
     union all
     (select 'peer_versions', p.record_id || ' ' || p.version from peer_versions p
       where not exists (select from record_versions v where v.record_id = p.record_id and v.version = p.version) limit $1)
     union all
     (select 'audit_heads', number::text from audit_heads where number < 1 limit $1)
     union all
     (select 'audit_leaves', l.number::text from audit_leaves l
       where not exists (select from audit_heads h where h.number = l.number and h.number > 0) limit $1)`,
    [limit],
  )
  return rows
}

/** Settings whose row is not what its newest entry of the log says: changed, taken away, or there without an entry. */
export async function readAlteredSettings(
  pool: Pool,
  limit: number,
): Promise<{ readonly subject: string; readonly is: string | null; readonly said: string | null }[]> {
  const { rows } = await pool.query<{ subject: string; is: string | null; said: string | null }>(
    `with newest as (
       select distinct on (subject) subject, action, facts::jsonb ->> 'digest' as digest from audit_log where kind = 'setting'
        order by subject, id desc),
     here as (select subject, digest from audit_settings())
     select subject, h.digest as is, case when n.action <> 'delete' then n.digest end as said
       from newest n full join here h using (subject)
      where h.digest is distinct from (case when n.action <> 'delete' then n.digest end) order by subject limit $1`,
    [limit],
  )
  return rows
}

/** What was dropped by partition, as the log says: a table, and the time before which nothing is kept. */
export async function readDropped(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ subject: string; before: string }>(
    `select subject, max(facts::jsonb ->> 'before') as before from audit_log
      where kind = 'administration' and action = 'drop' group by subject`,
  )
  return new Map(rows.map(({ subject, before }) => [subject, before]))
}

/** Acknowledgements of receivers that fit no head of the chain. */
export async function readWrongAcknowledgements(
  pool: Pool,
  limit: number,
): Promise<{ readonly anchor: string; readonly number: number; readonly isBehind: boolean }[]> {
  const { rows } = await pool.query<{ anchor: string; number: number; isBehind: boolean }>(
    `select a.anchor_id as anchor, a.number::int as number, h.number is null as "isBehind"
       from audit_acknowledgements a left join audit_heads h on h.number = a.number
      where h.tree_root is distinct from a.tree_root order by a.number limit $1`,
    [limit],
  )
  return rows
}
