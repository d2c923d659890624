import type { Pool, PoolClient } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Sight } from '#core/sight.ts'
import { inTransaction } from './database.ts'
import { shareDataKeys } from './personal/data-keys.ts'
import { READER, readerStatements } from './reader-role.ts'

/** Whatever statements are read with: connections of the hub itself, or one that sees as much as a caller may. */
export interface Reader extends Pick<Pool | PoolClient, 'query'> {
  /**
   * Records that mention one of the codes, as far as the caller may see them. Only where a caller sees a part: an index of codes is not asked for it by
   * PostgreSQL, which applies such conditions behind the policies; by these identifiers it finds at once.
   */
  mentioning?(codes: readonly string[]): Promise<readonly string[]>
}

const SETTINGS = `select set_config('hub.sight_systems', $1, true), set_config('hub.sight_regions', $2, true)`
const FORBIDDEN = '42501'

/**
 * Reads with the eyes of a caller. Where it sees everything (null) that is the pool itself; else a transaction that can write nothing, as a role to which
 * PostgreSQL shows the rows of its systems and regions and no other, whatever the statements ask for (docs/adr/0038-isolation.md). A table that is not
 * open to that role is `forbidden`, never an empty answer. Statements that are given at once run one after the other.
 * @param read gets what sees as much as the caller, and beside it, on the same connection, what sees as much as the hub: for facts that are of nobody,
 *   such as where the log ends and which authorities are trusted. Nothing that it gives may be shown without having been found by the first, but that goods of a paper or
 *   lot which the first finds are recalled or stopped (docs/adr/0045, 0057).
 */
export async function withSight<T>(
  pool: Pool,
  sight: Sight | null,
  read: (reader: Reader, hub: Reader) => Promise<T>,
): Promise<T> {
  if (sight === null) return await read(pool, pool)
  return await inTransaction(pool, async (client) => {
    await client.query('set transaction read only')
    await becomeReader(client)
    await client.query(SETTINGS, [sight.systems.join(), sight.regions.join()])
    const turns = inTurn(client)
    try {
      const reader = { ...turns.reader, mentioning: mentioningIn(turns.hub, sight) }
      shareDataKeys(client, reader, turns.hub)
      return await read(reader, turns.hub)
    } catch (error) {
      if (codeOf(error) !== FORBIDDEN) throw error
      throw new HubError('forbidden', {
        detail: 'needs the scope read: this is not told apart by system or region',
        cause: error,
      })
    } finally {
      await turns.end()
    }
  })
}

/** Without the role nothing is read at all: a filter in the program alone would not be what was promised. */
async function becomeReader(client: PoolClient): Promise<void> {
  try {
    await client.query('savepoint as_itself')
    await client.query(`set local role ${READER}`)
  } catch (error) {
    const isMissing = ['22023', '42704', FORBIDDEN].includes(codeOf(error))
    if (!isMissing) throw error
    await client.query('rollback to savepoint as_itself')
    throw new HubError('forbidden', {
      detail: `keys for single systems or regions need a role of the database that is not there; its administrator runs: ${readerStatements(
        'account of the hub',
      )} and then hub migrate`,
      cause: error,
    })
  }
}

/** Looked up as the hub, and cut to the sight so that they are few; the policies decide when their rows are read. */
const mentioningIn =
  (hub: Reader, { systems, regions }: Sight) =>
  async (codes: readonly string[]): Promise<readonly string[]> => {
    const { rows } = await hub.query<{ id: string }>({
      name: 'records-mentioning-in-sight',
      text: `select distinct record_id as id from record_versions
              where codes && $1::text[] and (system = any($2::text[]) or region ^@ any($3::text[]))`,
      values: [codes, systems, regions],
    })
    return rows.map(({ id }) => id)
  }

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** A connection takes one statement at a time. Behind `end` none is run any more: the connection is somebody else's, who would read as the role of this caller. */
function inTurn(client: PoolClient): {
  readonly reader: Reader
  readonly hub: Reader
  readonly end: () => Promise<unknown>
} {
  let last: Promise<unknown> = Promise.resolve()
  let isOver = false
  const readerOf = (run: (...args: Parameters<PoolClient['query']>) => Promise<unknown>): Reader => ({
    query: ((...args: Parameters<PoolClient['query']>) => {
      const next = last.then(() => {
        if (isOver) throw new Error('asked behind the end of the transaction of a limited caller')
        return run(...args)
      })
      last = next.catch(() => {})
      return next
    }) as unknown as PoolClient['query'],
  })
  const ask = async (...args: Parameters<PoolClient['query']>): Promise<unknown> =>
    await client.query(...args)
  return {
    reader: readerOf(ask),
    hub: readerOf(async (...args) => {
      await client.query('set local role none')
      const found = await ask(...args)
      await client.query(`set local role ${READER}`)
      return found
    }),
    end: () => {
      isOver = true
      return last
    },
  }
}
