import type { ClientBase, Pool, PoolClient } from 'pg'
import { inTransaction } from './database.ts'
import { firstIdOf } from './message-time.ts'

/** Under the first entries are written (see the trigger of `audit_log`), under the second batches are sealed. */
const LOG_LOCK = 7_205_010
const SEALING_LOCK = 7_205_011
/** Whoever writes an entry waits behind who waits for this lock. */
const LOG_WAIT = '2s'

/** Takes the right to seal until the end of the transaction; false where another process has it: the chain never forks. */
export async function lockSealing(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_xact_lock($1) as locked', [
    SEALING_LOCK,
  ])
  return rows[0]?.locked ?? false
}

/**
 * The number up to which every entry of the log is committed, now and for good: writers hold the lock until their COMMIT, and whoever
 * comes later gets a larger number. @throws where a writer keeps its transaction open for longer than 2 s; nothing is lost by trying again
 */
export async function settledEntries(pool: Pool): Promise<string> {
  return await inTransaction(pool, async (client: PoolClient) => {
    await client.query(`set local lock_timeout = '${LOG_WAIT}'`)
    await client.query('select pg_advisory_xact_lock($1)', [LOG_LOCK])
    const { rows } = await client.query<{ id: string }>(
      'select coalesce(max(id), 0)::text as id from audit_log',
    )
    return (rows[0] as { id: string }).id
  })
}

export interface AuditState {
  /** ISO text; null at the beginning. */
  readonly messagesFloor: string | null
  /** When all that was due was last sealed, and the newest head was last with everyone who keeps it; null: never yet. */
  readonly sealedOkAt: string | null
  readonly anchoredOkAt: string | null
  /** Seconds since then, by the clock of the database. */
  readonly sealedSeconds: number | null
  readonly anchoredSeconds: number | null
}

export async function readAuditState(client: ClientBase | Pool): Promise<AuditState> {
  const { rows } = await client.query<AuditState>(
    `select messages_floor as "messagesFloor", sealed_ok_at as "sealedOkAt", anchored_ok_at as "anchoredOkAt",
            extract(epoch from clock_timestamp() - sealed_ok_at)::float8 as "sealedSeconds",
            extract(epoch from clock_timestamp() - anchored_ok_at)::float8 as "anchoredSeconds" from audit_state`,
  )
  return rows[0] as AuditState
}

/** Notes that all that was due is done. */
export async function noteDone(client: ClientBase | Pool, what: 'sealed' | 'anchored'): Promise<void> {
  await client.query(`update audit_state set ${what}_ok_at = clock_timestamp()`)
}

/** Notes which messages were sealed, and forgets those before a time, which nobody looks at again. */
export async function noteSealedMessages(
  client: ClientBase,
  ids: readonly string[],
  floor: string,
): Promise<void> {
  if (ids.length > 0)
    await client.query('insert into audit_recent_messages (message_id) select unnest($1::uuid[])', [ids])
  await client.query('delete from audit_recent_messages where message_id < $1', [firstIdOf(floor)])
  await client.query('update audit_state set messages_floor = $1', [floor])
}
