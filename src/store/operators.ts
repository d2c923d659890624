import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { inTransaction } from './database.ts'
import { seal, unseal } from './seal.ts'
import { sealingKey } from './sealing-key.ts'

/** A person who runs the hub, as others may see it. */
export interface Operator {
  readonly id: string
  readonly name: string
  readonly role: 'system' | 'security' | 'audit'
  readonly createdAt: string
  readonly disabledAt: string | null
  /** Whether password and authenticator are set, or the provider vouches. */
  readonly isEnrolled: boolean
  /** Whether it signs in by the provider. */
  readonly isFederated: boolean
  readonly passwordAt: string | null
  readonly lastSeenAt: string | null
  readonly sessions: number
}

/** What signing in needs to know. */
export interface OperatorProof {
  readonly id: string
  readonly name: string
  readonly role: Operator['role']
  readonly isDisabled: boolean
  readonly password: string | null
  readonly totp: Buffer | null
  readonly enrolment: Buffer | null
  readonly enrolmentEndsMs: number
}

const COLUMNS = `o.id, o.name, o.role, o.created_at as "createdAt", o.disabled_at as "disabledAt",
  (o.password is not null and o.totp is not null) or o.subject is not null as "isEnrolled", o.subject is not null as "isFederated",
  o.password_at as "passwordAt", (select max(s.seen_at) from operator_sessions s where s.operator_id = o.id) as "lastSeenAt",
  (select count(*)::int from operator_sessions s where s.operator_id = o.id) as sessions`

const keyOf = (pool: Pool): Promise<Buffer> => sealingKey(pool, 'operator-totp')

export async function listOperators(pool: Pool, limit: number): Promise<Operator[]> {
  const { rows } = await pool.query<Operator>(
    `select ${COLUMNS} from operators o order by o.created_at desc, o.id limit $1`,
    [limit],
  )
  return rows
}

export async function readOperator(pool: Pool, id: string): Promise<Operator | null> {
  const { rows } = await pool.query<Operator>(`select ${COLUMNS} from operators o where o.id = $1`, [id])
  return rows[0] ?? null
}

/** Null where the name is taken. */
export async function insertOperator(
  pool: Pool,
  operator: {
    readonly name: string
    readonly role: Operator['role']
    readonly totp: Buffer
    readonly enrolment: Buffer
    readonly enrolmentEndsMs: number
  },
): Promise<string | null> {
  const id = randomUUID()
  const { rows } = await pool.query(
    `insert into operators (id, name, role, totp, enrolment, enrolment_ends) values ($1, $2, $3, $4, $5, to_timestamp($6::numeric / 1000))
     on conflict do nothing returning id`,
    [
      id,
      operator.name,
      operator.role,
      await sealed(pool, id, operator.totp),
      operator.enrolment,
      operator.enrolmentEndsMs,
    ],
  )
  return rows.length === 1 ? id : null
}

const sealed = async (pool: Pool, id: string, totp: Buffer): Promise<Buffer> =>
  seal(await keyOf(pool), totp.toString('base64'), id)

/** Takes password, authenticator and recovery codes away, ends the sessions, and lets the operator enrol anew. False where there is none. */
export async function resetOperator(
  pool: Pool,
  id: string,
  next: { readonly totp: Buffer; readonly enrolment: Buffer; readonly enrolmentEndsMs: number },
): Promise<boolean> {
  const totp = await sealed(pool, id, next.totp)
  return await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `update operators set password = null, password_at = null, totp = $2, totp_step = 0, enrolment = $3, enrolment_ends = to_timestamp($4::numeric / 1000),
              recovery = '{}', code_failures = 0 where id = $1 and subject is null and disabled_at is null`,
      [id, totp, next.enrolment, next.enrolmentEndsMs],
    )
    if (rowCount === 1) await endSessionsOf(client, id)
    return rowCount === 1
  })
}

/** The operator of this name, whatever its letters' case, also a disabled one. */
export async function readProof(pool: Pool, name: string): Promise<OperatorProof | null> {
  // PostgreSQL takes no NUL, so nobody is called so.
  if (name.includes('\0')) return null
  const { rows } = await pool.query(
    `select id, name, role, disabled_at is not null as "isDisabled", password, totp, enrolment, coalesce(extract(epoch from enrolment_ends) * 1000, 0)::float8 as "enrolmentEndsMs"
       from operators where lower(name) = lower($1)`,
    [name],
  )
  const row = rows[0]
  if (!row) return null
  const totp = row.totp === null ? null : Buffer.from(unseal(await keyOf(pool), row.totp, row.id), 'base64')
  return { ...row, totp }
}

/** Ends the enrolment; false where another was quicker. */
export async function finishEnrolment(
  pool: Pool,
  id: string,
  done: {
    readonly enrolment: Buffer
    readonly password: string
    readonly step: number
    readonly recovery: readonly Buffer[]
  },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update operators set password = $3, password_at = clock_timestamp(), totp_step = $4, recovery = $5, enrolment = null, enrolment_ends = null, code_failures = 0
      where id = $1 and enrolment = $2 and disabled_at is null`,
    [id, done.enrolment, done.password, done.step, done.recovery],
  )
  return rowCount === 1
}

/** Notes that the code of a step was used; false where it, or a later one, was used before. */
export async function useStep(pool: Pool, id: string, step: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update operators set totp_step = $2, code_failures = 0 where id = $1 and totp_step < $2',
    [id, step],
  )
  return rowCount === 1
}

/** Takes a recovery code away; false where there is none. */
export async function useRecovery(pool: Pool, id: string, digest: Buffer): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update operators set recovery = array_remove(recovery, $2), code_failures = 0 where id = $1 and $2 = any(recovery)',
    [id, digest],
  )
  return rowCount === 1
}

/**
 * Counts a code as wrong before it is looked at, so that many at once are counted too; `useStep` and `useRecovery` clear it. False where so many were wrong
 * already that none is taken.
 */
export async function claimCode(pool: Pool, id: string, most: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    'update operators set code_failures = code_failures + 1 where id = $1 and code_failures < $2',
    [id, most],
  )
  return rowCount === 1
}

/** Sets another password and ends all sessions. */
export async function storePassword(pool: Pool, id: string, password: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('update operators set password = $2, password_at = clock_timestamp() where id = $1', [
      id,
      password,
    ])
    // Behind the change, which waits for sessions that are being opened.
    await endSessionsOf(client, id)
  })
}

/** Disables an operator and ends its sessions; false where there is none. */
export async function disableOperator(pool: Pool, id: string): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      'update operators set disabled_at = coalesce(disabled_at, clock_timestamp()), enrolment = null where id = $1',
      [id],
    )
    await endSessionsOf(client, id)
    return rowCount === 1
  })
}

/** Ends all sessions of an operator. @returns how many */
export async function endSessionsOf(client: ClientBase | Pool, operator: string): Promise<number> {
  const { rowCount } = await client.query('delete from operator_sessions where operator_id = $1', [operator])
  return rowCount ?? 0
}
