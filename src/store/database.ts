import { Pool, type PoolClient } from 'pg'
import { columnTypes } from './column-types.ts'

export { checkServer } from './check-server.ts'
export { isConflict, isUnavailable } from './database-errors.ts'

export interface PoolSettings {
  /** `postgresql://user:password@host:port/database`; `?host=/folder` for a Unix socket. */
  readonly url: string
  /** Most connections held at once (default 10). */
  readonly max?: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string
  /** A statement that runs longer is cancelled (default 30,000). */
  readonly statementTimeoutMs?: number
  /**
   * One plan for all values of a prepared statement, made once, and by indexes only. For statements that find few rows whatever they are
   * asked, but take milliseconds to plan.
   */
  readonly plansOnce?: boolean
  /** Called when a connection that nobody is using breaks; the pool opens another by itself. */
  readonly onBroken?: (error: Error) => void
}

const connectionTimeoutMs = 5000
const statementTimeoutMs = 30_000
const idleInTransactionMs = 30_000
/** Compiling a plan takes the server a second where it misjudges its cost; the hub's statements are short. */
const sessionOptions = '-c TimeZone=UTC -c DateStyle=ISO,YMD -c jit=off'

/**
 * Connections to PostgreSQL, all in UTC and with the column types of `column-types.ts`. Opens nothing until it is
 * asked; a server that goes away fails the queries under way (see `isUnavailable`) and never the process.
 */
export function createPool(settings: PoolSettings): Pool {
  const options = settings.plansOnce
    ? `${sessionOptions} -c plan_cache_mode=force_generic_plan -c enable_seqscan=off`
    : sessionOptions
  const pool = new Pool({
    connectionString: withSessionOptions(settings.url, options),
    max: settings.max ?? 10,
    application_name: settings.applicationName ?? 'trace-hub',
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: settings.statementTimeoutMs ?? statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    types: columnTypes,
    options,
  })
  const broken = settings.onBroken ?? (() => {})
  pool.on('error', broken)
  // A connection that breaks between two queries of a transaction emits on the client; unheard, it ends the process.
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

/** What an address says of `options` would replace ours, and instants would come in the server's own time zone. */
function withSessionOptions(url: string, ours: string): string {
  const parsed = URL.parse(url)
  const given = parsed?.searchParams.get('options')
  if (!parsed || !given) return url
  parsed.searchParams.set('options', `${given} ${ours}`)
  return parsed.href
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

/**
 * Runs `fn` in one transaction and returns what it returns, after COMMIT. Whatever `fn` throws is thrown on, after
 * ROLLBACK. A connection that broke, or that cannot roll back, is closed and not given to anyone else. When COMMIT
 * itself fails by a lost connection nobody knows whether it took place: the caller must treat it as not done and be
 * ready to find it done.
 */
export async function inTransaction<T>(
  pool: Pool,
  fn: (client: PoolClient) => Promise<T>,
  isolation: Isolation = 'read committed',
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
    const result = await fn(client)
    await commit(client)
    return result
  } catch (error) {
    broken = await rollBack(client)
    throw error
  } finally {
    client.release(broken)
  }
}

/** PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error; that must not pass for stored. */
async function commit(client: PoolClient): Promise<void> {
  const answer = await client.query('COMMIT')
  if (answer.command !== 'COMMIT') {
    throw new Error(
      'The transaction was rolled back at COMMIT: a statement in it had failed and was passed over.',
    )
  }
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('ROLLBACK')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
