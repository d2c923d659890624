import type { Pool } from 'pg'

/** The time of the database, which is the same for all processes of a hub. */
export interface DatabaseClock {
  /** Milliseconds since 1970, whole. Never throws and asks nobody. */
  readonly now: () => number
  readonly stop: () => void
}

const ASK_EVERY_MS = 10_000

/**
 * Times at which processes meet (when a lane is due again, when a message was received) must come of one clock: a machine whose own is
 * wrong by hours would put off what the others are to do, or do it at once for ever. This process's own clock is not asked at all: it counts from its start, and how
 * far that is from the database's time is asked again and again. An answer tells it between two bounds; what was known is kept while it lies between them, so that
 * slow answers move nothing. While the database does not answer, the last one counts.
 * @param count milliseconds since some beginning, never set
 */
export async function openDatabaseClock(
  pool: Pool,
  {
    everyMs = ASK_EVERY_MS,
    count = () => performance.now(),
  }: { readonly everyMs?: number; readonly count?: () => number } = {},
): Promise<DatabaseClock> {
  const ask = async (): Promise<{ readonly least: number; readonly most: number }> => {
    const asked = count()
    const { rows } = await pool.query<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    )
    const ms = rows[0]?.ms ?? Number.NaN
    return { least: ms - count(), most: ms - asked }
  }
  const first = await ask()
  let offset = (first.least + first.most) / 2
  const timer = setInterval(() => {
    ask().then(
      ({ least, most }) => {
        offset = Math.min(Math.max(offset, least), most)
      },
      () => {},
    )
  }, everyMs).unref()
  return { now: () => Math.floor(count() + offset), stop: () => clearInterval(timer) }
}
