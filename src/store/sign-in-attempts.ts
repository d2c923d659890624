import type { Pool } from 'pg'

const DAY_MS = 86_400_000
/** Failures that cost nothing, and the longest that anyone must wait after one. */
const FREE = 4
const WAIT_MAX_S = 900

/**
 * Counts an attempt as failed before it is made, so that many at once are counted too; who is right clears it. After four the next must wait 1, 2, 4 …
 * 900 s. @param subject digest of who tries: name and network @returns milliseconds to wait; 0: it may be made now
 */
export async function claimAttempt(pool: Pool, subject: Buffer, nowMs: number): Promise<number> {
  const { rows } = await pool.query(
    `insert into sign_in_attempts as a (subject, failures, last_at, next_at) values ($1, 1, to_timestamp($2::numeric / 1000), to_timestamp($2::numeric / 1000))
     on conflict (subject) do update set
       failures = case when a.last_at < to_timestamp($3::numeric / 1000) then 1 else a.failures + 1 end,
       last_at = excluded.last_at,
       next_at = excluded.last_at + case when a.last_at < to_timestamp($3::numeric / 1000) or a.failures < $4 then interval '0'
                   else make_interval(secs => least($5::float8, 2 ^ least(a.failures - $4, 20))) end
     where a.next_at <= excluded.last_at returning failures`,
    [subject, nowMs, nowMs - DAY_MS, FREE, WAIT_MAX_S],
  )
  if (rows.length === 1) return 0
  const found = await pool.query(
    'select extract(epoch from next_at)::float8 * 1000 as at from sign_in_attempts where subject = $1',
    [subject],
  )
  return Math.max(1, Math.ceil((found.rows[0]?.at ?? nowMs) - nowMs))
}

/** Forgets the failures of who was right, and those of anyone that are a day old. */
export async function clearAttempts(pool: Pool, subject: Buffer, nowMs: number): Promise<void> {
  await pool.query(
    'delete from sign_in_attempts where subject = $1 or last_at < to_timestamp($2::numeric / 1000)',
    [subject, nowMs - DAY_MS],
  )
}
