import type { Pool } from 'pg'

/** Numbers for messages that are sent, each given out once. Numbers that are not used are gone. */
export async function nextMessageNumbers(pool: Pool, count: number): Promise<bigint[]> {
  if (count === 0) return []
  const { rows } = await pool.query<{ number: string }>({
    name: 'next-message-numbers',
    text: `select nextval('sent_messages') as number from generate_series(1, $1)`,
    values: [count],
  })
  return rows.map(({ number }) => BigInt(number))
}
