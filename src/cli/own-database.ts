import type { Pool } from 'pg'
import { checkServer } from '#store/check-server.ts'
import { createPool } from '#store/database.ts'
import { StartRefusal } from '#store/refusal.ts'
import { hasEmbedded, runningEmbedded } from './embedded/running.ts'
import { startEmbedded } from './embedded.ts'
import { createLog } from './process.ts'
import type { Settings } from './settings.ts'

/**
 * Works on the database of the settings: that of DATABASE_URL, else the built-in one, by the side of the hub that runs it or started for
 * the time.
 * @param mustExist whether it is read alone: what was never there is refused and not made, since a mistake in HUB_DATA would look like an empty hub
 */
export async function withOwnDatabase<T>(
  settings: Settings,
  {
    name,
    max = 2,
    mustExist = false,
    ...limits
  }: { name: string; max?: number; statementTimeoutMs?: number; mustExist?: boolean },
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const { databaseUrl, data: dataDir } = settings
  if (mustExist && databaseUrl === undefined && !(await hasEmbedded(dataDir))) throw noDatabase(dataDir)
  const running = databaseUrl ?? (await runningEmbedded(dataDir))
  const started = running
    ? null
    : await startEmbedded({ dataDir, log: createLog({ ...settings, log: 'warn' }) }).catch(
        (error: unknown) => {
          throw inUse(error) ? databaseAway(error, dataDir) : error
        },
      )
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

const noDatabase = (dataDir: string): StartRefusal =>
  new StartRefusal(
    'no_database',
    {
      en: `No hub has kept a database in ${dataDir} (HUB_DATA), and DATABASE_URL is not set.`,
      zh: `${dataDir}（HUB_DATA）中没有平台的数据库，也未设置 DATABASE_URL。`,
    },
    {
      en: 'Give the settings with which the hub is started.',
      zh: '请使用启动平台时的设置。',
    },
  )

const inUse = (error: unknown): error is StartRefusal =>
  error instanceof StartRefusal && error.code === 'folder-in-use'

/** A hub holds the folder, and this would have worked beside it had its PostgreSQL answered. */
const databaseAway = ({ reason }: StartRefusal, dataDir: string): StartRefusal =>
  new StartRefusal(
    'database_away',
    {
      en: `${reason.en} Its PostgreSQL takes no connections.`,
      zh: `${reason.zh}其 PostgreSQL 不接受连接。`,
    },
    {
      en: `Wait where it has just been started; else see ${dataDir}/postgres.log: a full disk is the most frequent cause.`,
      zh: `刚启动时请稍候；否则请查看 ${dataDir}/postgres.log，最常见的原因是磁盘已满。`,
    },
  )
