import { checkServer } from '#store/check-server.ts'
import { createPool } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { cliLanguage } from './language.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { takesNothing } from './wrong-usage.ts'

/** `hub migrate`: brings the database of DATABASE_URL to this version of the hub. */
export async function migrateCommand(argv: readonly string[] = []): Promise<void> {
  takesNothing(argv)
  const zh = cliLanguage() === 'zh'
  const { databaseUrl } = settingsOrExit(process.env)
  if (!databaseUrl) {
    console.log(
      zh
        ? '未设置 DATABASE_URL：内嵌数据库在 hub start 时自动升级。'
        : 'DATABASE_URL is not set: the embedded database is migrated by "hub start".',
    )
    return
  }
  const pool = createPool({ url: databaseUrl, max: 1, applicationName: 'trace-hub migrate' })
  try {
    await checkServer(pool)
    const { applied } = await migrate(pool)
    const none = zh ? '已是最新。' : 'Nothing to do.'
    console.log(applied.length ? applied.join('\n') : none)
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  } finally {
    await pool.end()
  }
}
