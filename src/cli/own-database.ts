import type { Pool } from 'pg'
import { checkServer } from '#store/check-server.ts'
import { createPool } from '#store/database.ts'
import { runningEmbedded } from './embedded/running.ts'
import { startEmbedded } from './embedded.ts'
import { createLog } from './process.ts'
import type { Settings } from './settings.ts'

/**
 * Works on the database of the settings: that of DATABASE_URL, else the built-in one, by the side of the hub that runs it or started for
 * the time.
 */
export async function withOwnDatabase<T>(
  settings: Settings,
  { name, max = 2, ...limits }: { name: string; max?: number; statementTimeoutMs?: number },
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const { databaseUrl, data: dataDir } = settings
  const running = databaseUrl ?? (await runningEmbedded(dataDir))
  const started = running
    ? null
    : await startEmbedded({ dataDir, log: createLog({ ...settings, log: 'warn' }) })
  const pool = createPool({
    url: running ?? started?.url ?? '',
    max,
    applicationName: `trace-hub ${name}`,
    ...limits,
  })
  try {
    await checkServer(pool)
    return await work(pool)
  } finally {
    await pool.end()
    await started?.stop()
  }
}
