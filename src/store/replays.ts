import type { Pool, PoolClient } from 'pg'

export type ReplayMode = 'dry-run' | 'apply' | 'compare'
export type ReplayState = 'waiting' | 'running' | 'done' | 'failed'

/** Which stored messages a replay takes; what is absent does not matter. */
export interface ReplayScope {
  readonly system: string
  readonly record?: string
  /** Received at this time or later; ISO text with zone. */
  readonly from?: string
  /** Received before this time; ISO text with zone. */
  readonly to?: string
  readonly receipts?: readonly string[]
  /** Messages with an open rejection of this group. */
  readonly rejectionGroup?: string
  /** Messages that made the newest version of a record with this flag. */
  readonly flag?: string
  /** Messages that were mapped by this version when they came: `<system>/<record>@<version>`. */
  readonly mapping?: string
}

/** The version of a record's mapping that a replay runs with, and the one that a comparison compares it with. */
export interface ReplayMapping {
  readonly version: number
  readonly against?: number
}

/** A large message that a replay is in the middle of. */
export interface ReplayInside {
  readonly message: string
  /** The cursor behind it; null where it is the last. */
  readonly after: string | null
  /** Its source records; null while they are read for the first time. */
  readonly total: number | null
  /** Source records that are done, in the order of decoding. */
  readonly done: number
}

export interface Replay {
  readonly id: string
  readonly mode: ReplayMode
  readonly scope: ReplayScope
  readonly mappings: Readonly<Record<string, ReplayMapping>>
  readonly state: ReplayState
  readonly who: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly counts: Readonly<Record<string, number>>
  readonly samples: readonly unknown[]
  readonly problem: string | null
  /** Links that get what it changes; null: all. */
  readonly targets: readonly string[] | null
  /** Where it goes on, in a form of its own; null before the first step and at the end. */
  readonly cursor: string | null
  readonly inside: ReplayInside | null
}

const COLUMNS = `id, mode, scope, mappings, state, who, created_at as "createdAt", started_at as "startedAt",
  finished_at as "finishedAt", counts, samples, problem, targets, cursor, inside`

export async function insertReplay(
  pool: Pool,
  replay: Pick<Replay, 'id' | 'mode' | 'scope' | 'mappings' | 'who' | 'targets'>,
): Promise<Replay> {
  const { rows } = await pool.query<Replay>(
    `insert into replays (id, mode, scope, mappings, who, targets) values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
    [
      replay.id,
      replay.mode,
      JSON.stringify(replay.scope),
      JSON.stringify(replay.mappings),
      replay.who,
      replay.targets,
    ],
  )
  return rows[0] as Replay
}

export async function readReplay(pool: Pool, id: string): Promise<Replay | null> {
  const { rows } = await pool.query<Replay>(`select ${COLUMNS} from replays where id = $1`, [id])
  return rows[0] ?? null
}

/** Replays, newest first (their identifiers hold their time); `after` is the last one of the page before. */
export async function listReplays(
  pool: Pool,
  query: { readonly system?: string; readonly after?: string; readonly limit: number },
): Promise<Replay[]> {
  const { rows } = await pool.query<Replay>(
    `select ${COLUMNS} from replays
      where ($1::text is null or scope->>'system' = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [query.system ?? null, query.after ?? null, query.limit],
  )
  return rows
}

/** The right to go on with a replay. It runs out by itself; what is saved is saved only for the newest fence. */
export interface ReplayLease {
  readonly id: string
  readonly fence: string
  readonly mode: ReplayMode
  readonly scope: ReplayScope
  readonly mappings: Readonly<Record<string, ReplayMapping>>
  readonly cursor: string | null
  readonly inside: ReplayInside | null
  readonly counts: Readonly<Record<string, number>>
  readonly samples: readonly unknown[]
}

/** Takes the lease of a replay that is not finished, unless another worker has it. */
export async function leaseReplay(pool: Pool, id: string, leaseMs: number): Promise<ReplayLease | null> {
  const { rows } = await pool.query(
    `update replays set state = 'running', fence = fence + 1, started_at = coalesce(started_at, clock_timestamp()),
            leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      where id = $1 and state in ('waiting', 'running') and (leased_until is null or leased_until <= clock_timestamp())
      returning id, fence, mode, scope, mappings, cursor, inside, counts, samples`,
    [id, leaseMs],
  )
  return rows[0] ?? null
}

/** What a step came to: where to go on, and what was counted so far. Without both the replay is done. */
export interface ReplayProgress {
  readonly cursor: string | null
  readonly inside: ReplayInside | null
  readonly counts: Readonly<Record<string, number>>
  readonly samples: readonly unknown[]
}

/**
 * Saves a step in the transaction in which it was done, and keeps the lease; the last one ends the replay. False where the lease was
 * lost.
 */
export async function saveProgress(
  client: Pool | PoolClient,
  lease: Pick<ReplayLease, 'id' | 'fence'>,
  progress: ReplayProgress,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update replays set cursor = $3, inside = $7, counts = $4, samples = $5,
            leased_until = case when not $8 then clock_timestamp() + $6 * interval '1 millisecond' end,
            state = case when $8 then 'done' else state end, finished_at = case when $8 then clock_timestamp() end
      where id = $1 and fence = $2`,
    [
      lease.id,
      lease.fence,
      progress.cursor,
      JSON.stringify(progress.counts),
      JSON.stringify(progress.samples),
      leaseMs,
      progress.inside && JSON.stringify(progress.inside),
      isDone(progress),
    ],
  )
  return rowCount === 1
}

/** Whether nothing is left to do. */
export const isDone = ({ cursor, inside }: ReplayProgress): boolean => cursor === null && inside === null

/** Keeps the lease; false where it was lost. */
export async function extendReplay(
  pool: Pool,
  { id, fence }: Pick<ReplayLease, 'id' | 'fence'>,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update replays set leased_until = clock_timestamp() + $3 * interval '1 millisecond'
      where id = $1 and fence = $2 and state = 'running'`,
    [id, fence, leaseMs],
  )
  return rowCount === 1
}

/** Ends a replay that cannot go on, unless the lease was lost. @param problem code of what stopped it */
export async function failReplay(
  pool: Pool,
  lease: Pick<ReplayLease, 'id' | 'fence'>,
  problem: string,
): Promise<void> {
  await pool.query(
    `with ended as (update replays set state = 'failed', problem = $3, finished_at = clock_timestamp(), leased_until = null
                     where id = $1 and fence = $2 and state = 'running' returning id)
     delete from replay_mentions where replay in (select id from ended)`,
    [lease.id, lease.fence, problem],
  )
}

/** Gives the lease back before the end, for the next worker. */
export async function releaseReplay(pool: Pool, lease: Pick<ReplayLease, 'id' | 'fence'>): Promise<void> {
  await pool.query('update replays set leased_until = null where id = $1 and fence = $2', [
    lease.id,
    lease.fence,
  ])
}

/** Replays that nobody works at. */
export async function findOpenReplays(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from replays where state in ('waiting', 'running') and (leased_until is null or leased_until <= clock_timestamp())
      order by id limit 100`,
  )
  return rows.map(({ id }) => id)
}

/** Replays that failed since a time. */
export async function readFailedReplays(
  pool: Pool,
  sinceMs: number,
): Promise<{ readonly id: string; readonly problem: string | null }[]> {
  const { rows } = await pool.query(
    `select id, problem from replays where state = 'failed' and finished_at >= to_timestamp($1::numeric / 1000) order by id limit 100`,
    [sinceMs],
  )
  return rows
}

/** How many replays wait or are worked at. */
export async function countOpenReplays(
  pool: Pool,
): Promise<{ readonly state: ReplayState; readonly count: number }[]> {
  const { rows } = await pool.query(
    `select state, count(*)::int as count from replays where state in ('waiting', 'running') group by state order by state`,
  )
  return rows
}
