import type { Pool } from 'pg'

/** Notes that a cookie of the board counts no more, and forgets those whose time is over by itself. */
export async function noteLeave(
  pool: Pool,
  leave: { readonly digest: Buffer; readonly endsAtMs: number },
  nowMs: number,
): Promise<void> {
  await pool.query('delete from board_leaves where ends_at < to_timestamp($1::numeric / 1000)', [nowMs])
  await pool.query(
    'insert into board_leaves (digest, ends_at) values ($1, to_timestamp($2::numeric / 1000)) on conflict do nothing',
    [leave.digest, leave.endsAtMs],
  )
}

/** Whether somebody left with that cookie. */
export async function hasLeft(pool: Pool, digest: Buffer): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from board_leaves where digest = $1', [digest])
  return rowCount === 1
}
