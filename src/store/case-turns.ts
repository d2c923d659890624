import type { ClientBase } from 'pg'

const SETTLING_LOCK = 7205031

/** Whether no other worker makes the case anew; until the end of the transaction none does. */
export async function isOurs(client: ClientBase, id: string): Promise<boolean> {
  const { rows } = await client.query<{ ours: boolean }>({
    name: 'take-case',
    text: 'select pg_try_advisory_xact_lock($1, hashtext($2)) as ours',
    values: [SETTLING_LOCK, id],
  })
  return rows[0]?.ours === true
}
