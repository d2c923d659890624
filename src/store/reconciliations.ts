import type { ClientBase, Pool, PoolClient } from 'pg'
import type { Grain } from '#core/reconcile/grain.ts'

export type ReconciliationState = 'waiting' | 'running' | 'done' | 'failed'
/** `one-sided`: nobody has said what the other side has. */
export type ReconciliationOutcome = 'equal' | 'different' | 'unsupported' | 'one-sided'

/** What is compared with whom, as it was asked for. */
export interface NewReconciliation {
  readonly id: string
  readonly linkId: string | null
  readonly system: string | null
  /** The day of a daily report, `YYYY-MM-DD`; null where somebody asked. */
  readonly daily: string | null
  /** Hours of events by the clock of China, the second not included. */
  readonly fromHour: string
  readonly toHour: string
  /** Whether records without a time of the event are compared too. */
  readonly untimed: boolean
  readonly side: 'receiver' | 'figures' | 'keys' | 'none'
  readonly grain: readonly Grain[]
  readonly resend: boolean
  readonly who: string
}

export interface Reconciliation extends NewReconciliation {
  readonly state: ReconciliationState
  readonly outcome: ReconciliationOutcome | null
  /** Code of what stopped it. */
  readonly problem: string | null
  readonly detail: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly counts: Readonly<Record<string, number | string>>
  readonly attempts: number
  readonly nextAt: string | null
}

const COLUMNS = `id, link_id as "linkId", system, daily::text, from_hour as "fromHour", to_hour as "toHour", untimed, side, grain, resend, who,
  state, outcome, problem, detail, created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt", counts, attempts,
  next_at as "nextAt"`

/** Notes a reconciliation; null where the daily report that it would be is there already. */
export async function insertReconciliation(
  client: ClientBase | Pool,
  one: NewReconciliation,
): Promise<Reconciliation | null> {
  const { rows } = await client.query<Reconciliation>(
    `insert into reconciliations (id, link_id, system, daily, from_hour, to_hour, untimed, side, grain, resend, who, head)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce((select max(position) from record_versions), 0)
     on conflict do nothing returning ${COLUMNS}`,
    [
      one.id,
      one.linkId,
      one.system,
      one.daily,
      one.fromHour,
      one.toHour,
      one.untimed,
      one.side,
      one.grain,
      one.resend,
      one.who,
    ],
  )
  return rows[0] ?? null
}

export async function readReconciliation(
  client: ClientBase | Pool,
  id: string,
): Promise<Reconciliation | null> {
  const { rows } = await client.query<Reconciliation>(
    `select ${COLUMNS} from reconciliations where id = $1`,
    [id],
  )
  return rows[0] ?? null
}

/** Whose reconciliations may be seen; null sees all. */
export type SeenLinks = { readonly links: readonly string[]; readonly systems: readonly string[] } | null

/** Reconciliations, newest first (their identifiers hold their time); `after` is the last one of the page before. */
export async function listReconciliations(
  pool: Pool,
  query: {
    readonly sight: SeenLinks
    readonly linkId?: string | undefined
    readonly system?: string | undefined
    readonly daily?: boolean | undefined
    readonly outcome?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<Reconciliation[]> {
  const { rows } = await pool.query<Reconciliation>(
    `select ${COLUMNS} from reconciliations
      where ($1::uuid is null or link_id = $1) and ($2::text is null or system = $2)
        and ($3::boolean is null or (daily is not null) = $3) and ($4::text is null or outcome = $4) and ($5::uuid is null or id < $5)
        and ($7::boolean or link_id = any($8::uuid[]) or system = any($9::text[]))
      order by id desc limit $6`,
    [
      query.linkId ?? null,
      query.system ?? null,
      query.daily ?? null,
      query.outcome ?? null,
      query.after ?? null,
      query.limit,
      query.sight === null,
      query.sight?.links ?? [],
      query.sight?.systems ?? [],
    ],
  )
  return rows
}

/** The right to go on with a reconciliation. It runs out by itself; what is saved is saved only for the newest fence. */
export interface ReconciliationLease extends Omit<NewReconciliation, 'who'> {
  readonly fence: string
  /** Where the log stood when it was asked for. */
  readonly head: bigint
  /** Milliseconds since it was asked for. */
  readonly ageMs: number
  /** Up to where our side is counted; null before that is decided. */
  readonly position: bigint | null
  /** Days that are compared. */
  readonly cursor: number
  readonly counts: Readonly<Record<string, number | string>>
  readonly attempts: number
}

/** Takes the lease of a reconciliation that is due, unless another worker has it. */
export async function leaseReconciliation(
  pool: Pool,
  id: string,
  leaseMs: number,
): Promise<ReconciliationLease | null> {
  const { rows } = await pool.query(
    `update reconciliations set state = 'running', fence = fence + 1, started_at = coalesce(started_at, clock_timestamp()),
            leased_until = clock_timestamp() + $2 * interval '1 millisecond'
      where id = $1 and state in ('waiting', 'running') and (leased_until is null or leased_until <= clock_timestamp())
        and (next_at is null or next_at <= clock_timestamp())
      returning ${COLUMNS}, fence, head, position, cursor,
        (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "ageMs"`,
    [id, leaseMs],
  )
  const row = rows[0]
  if (!row) return null
  return { ...row, head: BigInt(row.head), position: row.position === null ? null : BigInt(row.position) }
}

/** Notes what the other side is, once it was asked; false where the lease was lost. */
export async function giveSide(
  client: PoolClient | Pool,
  lease: Pick<ReconciliationLease, 'id' | 'fence'>,
  { side, grain }: Pick<NewReconciliation, 'side' | 'grain'>,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'update reconciliations set side = $3, grain = $4 where id = $1 and fence = $2',
    [lease.id, lease.fence, side, grain],
  )
  return rowCount === 1
}

/** What a step came to. */
export interface ReconciliationProgress {
  readonly position: bigint | null
  readonly cursor: number
  readonly counts: Readonly<Record<string, number | string>>
}

/** Saves a step in the transaction in which it was done, and keeps the lease; false where the lease was lost. */
export async function saveReconciliation(
  client: PoolClient | Pool,
  lease: Pick<ReconciliationLease, 'id' | 'fence'>,
  progress: ReconciliationProgress,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update reconciliations set position = $3, cursor = $4, counts = $5, attempts = 0,
            leased_until = clock_timestamp() + $6 * interval '1 millisecond'
      where id = $1 and fence = $2`,
    [lease.id, lease.fence, progress.position, progress.cursor, JSON.stringify(progress.counts), leaseMs],
  )
  return rowCount === 1
}

/** Keeps the lease through a long step; false where it was lost. */
export async function keepReconciliation(
  pool: Pool,
  lease: Pick<ReconciliationLease, 'id' | 'fence'>,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update reconciliations set leased_until = clock_timestamp() + $3 * interval '1 millisecond'
      where id = $1 and fence = $2 and leased_until is not null`,
    [lease.id, lease.fence, leaseMs],
  )
  return rowCount === 1
}

/** Puts a reconciliation off, for the next worker or a later try. */
export async function putOffReconciliation(
  pool: Pool,
  lease: Pick<ReconciliationLease, 'id' | 'fence'>,
  wait: { readonly ms: number; readonly failed: boolean; readonly detail: string | null },
): Promise<void> {
  await pool.query(
    `update reconciliations set leased_until = null, attempts = attempts + $4, detail = $5,
            next_at = clock_timestamp() + $3 * interval '1 millisecond'
      where id = $1 and fence = $2`,
    [lease.id, lease.fence, wait.ms, wait.failed ? 1 : 0, wait.detail],
  )
}

/** Ends a reconciliation, unless the lease was lost. */
export async function finishReconciliation(
  client: PoolClient | Pool,
  lease: Pick<ReconciliationLease, 'id' | 'fence'>,
  end: {
    readonly outcome: ReconciliationOutcome | null
    readonly problem: string | null
    readonly detail: string | null
  },
): Promise<void> {
  await client.query(
    `update reconciliations set state = case when $4::text is null then 'done' else 'failed' end, outcome = $3, problem = $4, detail = $5,
            finished_at = clock_timestamp(), leased_until = null, next_at = null
      where id = $1 and fence = $2`,
    [lease.id, lease.fence, end.outcome, end.problem, end.detail],
  )
}

/** Reconciliations that are due and that nobody works at. */
export async function findOpenReconciliations(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from reconciliations
      where state in ('waiting', 'running') and (leased_until is null or leased_until <= clock_timestamp())
        and (next_at is null or next_at <= clock_timestamp()) order by next_at nulls first, id limit 100`,
  )
  return rows.map(({ id }) => id)
}

/** How many reconciliations of a link or system that somebody asked for are not finished. */
export async function countOpenReconciliations(
  client: ClientBase | Pool,
  of: Pick<NewReconciliation, 'linkId' | 'system'>,
): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::integer as count from reconciliations where state in ('waiting', 'running') and daily is null
        and (link_id = $1 or link_id is null and system = $2)`,
    [of.linkId, of.system],
  )
  return rows[0]?.count ?? 0
}
