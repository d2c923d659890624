import type { Pool } from 'pg'
import type { Operator } from './operators.ts'

/** How long a session may be left alone, and how long it may last. */
export const IDLE_MS = 30 * 60_000
export const SESSION_MS = 12 * 3_600_000
/** How exactly it is noted when it was used last. */
const NOTED_MS = 60_000

/** Whose session it is. */
export interface SessionHolder {
  readonly id: string
  readonly name: string
  readonly role: Operator['role']
  /** Whether a provider vouches, so that there is no password here. */
  readonly isFederated: boolean
}

/**
 * Opens a session, unless the operator was disabled or has another password by now: whoever proved himself by the one before, while it was changed, would keep
 * a session that should have ended.
 * @param digest SHA-256 of what the cookie holds
 * @param password as it is stored, by which the operator proved himself; null where a provider vouches
 */
export async function insertSession(
  pool: Pool,
  session: {
    readonly digest: Buffer
    readonly operator: string
    readonly password: string | null
    readonly nowMs: number
  },
): Promise<boolean> {
  const { digest, operator, password, nowMs } = session
  await pool.query('delete from operator_sessions where created_at < to_timestamp($1::numeric / 1000)', [
    nowMs - SESSION_MS,
  ])
  const { rowCount } = await pool.query(
    `insert into operator_sessions (digest, operator_id, created_at, seen_at)
     select $1, id, to_timestamp($3::numeric / 1000), to_timestamp($3::numeric / 1000)
       from operators where id = $2 and disabled_at is null and password is not distinct from $4 for share`,
    [digest, operator, nowMs, password],
  )
  return rowCount === 1
}

/** The holder of a session that still counts; that it was used is noted. Null for all others. */
export async function useSession(pool: Pool, digest: Buffer, nowMs: number): Promise<SessionHolder | null> {
  const { rows } = await pool.query({
    name: 'use-operator-session',
    text: `select o.id, o.name, o.role, o.subject is not null as "isFederated", s.seen_at < to_timestamp($4::numeric / 1000) as "isLongAgo"
             from operator_sessions s join operators o on o.id = s.operator_id
            where s.digest = $1 and o.disabled_at is null and s.seen_at > to_timestamp($2::numeric / 1000) and s.created_at > to_timestamp($3::numeric / 1000)`,
    values: [digest, nowMs - IDLE_MS, nowMs - SESSION_MS, nowMs - NOTED_MS],
  })
  if (!rows[0]) return null
  const { isLongAgo, ...holder } = rows[0]
  if (isLongAgo)
    await pool.query(
      'update operator_sessions set seen_at = to_timestamp($2::numeric / 1000) where digest = $1',
      [digest, nowMs],
    )
  return holder
}

export async function endSession(pool: Pool, digest: Buffer): Promise<void> {
  await pool.query('delete from operator_sessions where digest = $1', [digest])
}
