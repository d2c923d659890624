import type { Pool, PoolClient } from 'pg'
import { digestUuid } from './digest-uuid.ts'

/** A large message of a replay. */
export interface MentionsOf {
  readonly replay: string
  readonly message: string
}

/** Keeps the last places at which a message says something of records; a later place takes that of an earlier one. */
export async function keepMentions(
  pool: Pool,
  { replay, message }: MentionsOf,
  places: ReadonlyMap<string, number>,
): Promise<void> {
  if (places.size === 0) return
  await pool.query(
    `insert into replay_mentions (replay, message, record, place)
     select $1, $2, record, place from unnest($3::uuid[], $4::bigint[]) m (record, place) order by record
     on conflict (replay, message, record) do update set place = greatest(replay_mentions.place, excluded.place)`,
    [replay, message, [...places.keys()].map(digestUuid), [...places.values()]],
  )
}

/** The last places of those of the records that were kept. */
export async function readMentions(
  client: Pool | PoolClient,
  { replay, message }: MentionsOf,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const digests = new Map(ids.map((id) => [digestUuid(id), id]))
  const { rows } = await client.query<{ record: string; place: string }>(
    'select record, place from replay_mentions where replay = $1 and message = $2 and record = any($3::uuid[])',
    [replay, message, [...digests.keys()]],
  )
  return new Map(rows.map(({ record, place }) => [digests.get(record) ?? '', Number(place)]))
}

/** Forgets what was kept of a message that is done. */
export async function forgetMentions(client: PoolClient, { replay, message }: MentionsOf): Promise<void> {
  await client.query('delete from replay_mentions where replay = $1 and message = $2', [replay, message])
}
