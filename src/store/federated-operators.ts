import { createHash, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { inTransaction } from './database.ts'
import { endSessionsOf, type Operator } from './operators.ts'

/**
 * The operator for whom a provider vouches, made where there is none; its role is that of the provider, and with another role the sessions of the one before end. A
 * name that is taken gets a part of the subject's digest. Null where the operator was disabled here.
 */
export async function takeFederated(
  pool: Pool,
  {
    subject,
    name,
    role,
  }: { readonly subject: string; readonly name: string; readonly role: Operator['role'] },
): Promise<string | null> {
  return await inTransaction(pool, async (client) => {
    // Two first sign-ins at once make one operator.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 7205011))', [subject])
    const { rows } = await client.query<{ id: string; role: string; isDisabled: boolean }>(
      'select id, role, disabled_at is not null as "isDisabled" from operators where subject = $1',
      [subject],
    )
    const [known] = rows
    if (known?.isDisabled) return null
    if (known && known.role !== role) {
      await endSessionsOf(client, known.id)
      await client.query('update operators set role = $2 where id = $1', [known.id, role])
    }
    if (known) return known.id
    const id = randomUUID()
    const digest = createHash('sha256').update(subject).digest('hex').slice(0, 8)
    const inserted = await client.query(
      'insert into operators (id, name, role, subject) values ($1, $2, $3, $4) on conflict do nothing',
      [id, name, role, subject],
    )
    if (inserted.rowCount === 0)
      await client.query('insert into operators (id, name, role, subject) values ($1, $2, $3, $4)', [
        id,
        `${name}-${digest}`,
        role,
        subject,
      ])
    return id
  })
}
