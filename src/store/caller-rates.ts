import { createHash } from 'node:crypto'
import type { Pool } from 'pg'

/** Names a key or an address without holding it. */
const digestOf = (caller: string): Buffer =>
  createHash('sha256').update(`rate of ${caller}`).digest().subarray(0, 16)

/**
 * Charges a caller so many milliseconds of what his rate allows, by the database's clock, whatever came before. Gives how far ahead of now he is by
 * then: what all processes charged him and time has not given back.
 */
export async function chargeCaller(pool: Pool, caller: string, costMs: number): Promise<number> {
  const { rows } = await pool.query<{ ahead: number }>({
    name: 'charge-caller',
    text: `with clock as (select extract(epoch from clock_timestamp())::float8 * 1000 as now)
           insert into caller_rates as r (caller, full_ms) select $1, now + $2 from clock
           on conflict (caller) do update
             set full_ms = greatest(r.full_ms, (select now from clock)) + $2
           returning full_ms - (select now from clock) as ahead`,
    values: [digestOf(caller), costMs],
  })
  return rows[0]?.ahead ?? 0
}

/** Forgets who has used nothing for an hour; how many they were. */
export async function forgetCallers(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from caller_rates where full_ms < (extract(epoch from clock_timestamp()) - 3600) * 1000`,
  )
  return rowCount ?? 0
}
