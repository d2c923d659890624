import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import type { Pool } from 'pg'
import type { StoredLink, StoredMessage, StoredVersion } from './check.ts'
import { markOf, wordsOf } from './words.ts'

/** What PostgreSQL has, in the form in which `check` compares it. */
export async function readStored(pool: Pool): Promise<{
  readonly messages: StoredMessage[]
  readonly versions: StoredVersion[]
  readonly links: StoredLink[]
}> {
  return {
    messages: await readMessages(pool),
    versions: await readVersions(pool),
    links: await readLinks(pool),
  }
}

async function readMessages(pool: Pool): Promise<StoredMessage[]> {
  const { rows } = await pool.query(`
    select k.key, m.id, m.state, encode(m.sha256, 'hex') as sha256, m.coding, m.bytes, m.received, m.accepted, m.unchanged, m.rejected
      from idempotency_keys k join messages m on m.id = k.message_id and m.received_at = k.received_at`)
  const parts = await readParts(pool)
  return rows.map((row) => ({
    key: row.key,
    receipt: row.id,
    state: row.state,
    sha256: row.sha256,
    sha256OfBytes: createHash('sha256')
      .update(row.coding === 'parts' ? Buffer.concat(parts.get(row.id) ?? []) : decoded(row))
      .digest('hex'),
    received: row.received,
    accepted: row.accepted,
    unchanged: row.unchanged,
    rejected: row.rejected,
  }))
}

async function readParts(pool: Pool): Promise<Map<string, Buffer[]>> {
  const { rows } = await pool.query(
    'select message_id, coding, bytes from message_parts order by message_id, part',
  )
  const parts = new Map<string, Buffer[]>()
  for (const row of rows) {
    const before = parts.get(row.message_id)
    if (before) before.push(decoded(row))
    else parts.set(row.message_id, [decoded(row)])
  }
  return parts
}

const decoded = ({ coding, bytes }: { coding: string; bytes: Buffer }): Buffer =>
  coding === 'zstd' ? zstdDecompressSync(bytes) : bytes

async function readVersions(pool: Pool): Promise<StoredVersion[]> {
  const { rows } = await pool.query(
    'select record_id, version, kind, system, status, body, mapping, replay is not null as replayed from record_versions order by position',
  )
  return rows.map(({ record_id: id, body, ...row }) => {
    const record: unknown = JSON.parse(body)
    return { id, ...row, mark: markOf(record), words: wordsOf(record) }
  })
}

/** Changes that a lane of a link is behind: holds go over the lane of recalls, where the filter of the link lets them; what replays made has a cursor of its own. */
const BEHIND = `(select count(*)::int from record_versions v join link_lanes n on n.link_id = l.id
    where (v.position > n.cursor or n.lane = 'live' and v.replay is not null and v.kind <> 'hold' and v.position > n.replay_cursor)
      and (n.lane = 'live' or (v.kind = 'hold' and coalesce(l.filter -> 'kinds' ? 'hold', true))))`

async function readLinks(pool: Pool): Promise<StoredLink[]> {
  const { rows } = await pool.query(`
    select l.id, l.filter,
           ${BEHIND} as behind,
           (select count(*)::int from held_changes h where h.link_id = l.id and h.state = 'waiting') as waiting,
           array(select h.record_id || ' ' || h.version from held_changes h where h.link_id = l.id and h.state = 'refused') as refused
      from links l`)
  return rows.map(({ id, filter, behind, waiting, refused }) => ({
    id,
    kinds: filter.kinds ?? [],
    systems: filter.systems ?? [],
    behind,
    waiting,
    refused: new Set<string>(refused),
  }))
}

/** What is still to be done: changes and held changes of links, and large messages. */
export async function readOpenWork(pool: Pool): Promise<number> {
  const { rows } = await pool.query(`
    select coalesce((select sum(${BEHIND})::int from links l), 0)
         + (select count(*)::int from held_changes where state = 'waiting')
         + (select count(*)::int from backfills where state = 'open')
         + (select count(*)::int from replays where state in ('waiting', 'running'))
         + (select count(*)::int from large_messages where state <> 'receiving') as open`)
  return rows[0].open as number
}

/** Lets the time until the next tries pass, which an operator would wait: what waits for its time is due now. */
export async function passTime(pool: Pool): Promise<void> {
  await pool.query('update link_lanes set next_at = null where next_at > now()')
  await pool.query(`update held_changes set next_at = now() where state = 'waiting' and next_at > now()`)
  await pool.query('update large_messages set next_at = null where next_at > now()')
}
