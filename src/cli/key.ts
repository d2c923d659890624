import { parseArgs } from 'node:util'
import { newKey } from '#flow/keys.ts'
import { createPool } from '#store/database.ts'
import { cliLanguage } from './language.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub key create`: makes a key in the database of DATABASE_URL and shows it once. */
export async function keyCommand(argv: readonly string[]): Promise<void> {
  const zh = cliLanguage() === 'zh'
  const { values, positionals } = parsed(argv)
  const { name, scope: scopes, expires } = values
  if (positionals[0] !== 'create' || !name || !scopes?.length) throw new WrongUsage()
  const { databaseUrl } = settingsOrExit(process.env)
  if (!databaseUrl) {
    console.error(
      zh
        ? '内嵌数据库运行时请用 POST /v1/keys；此命令用于 DATABASE_URL 指定的数据库。'
        : 'With the embedded database use POST /v1/keys; this command is for the database of DATABASE_URL.',
    )
    process.exitCode = 1
    return
  }
  const pool = createPool({ url: databaseUrl, max: 1, applicationName: 'trace-hub key' })
  try {
    const { key, stored } = await newKey(pool, { name, scopes, ...(expires ? { expiresAt: expires } : {}) })
    console.log(
      JSON.stringify({
        id: stored.id,
        key,
        name: stored.name,
        scopes: stored.scopes,
        expiresAt: stored.expiresAt,
      }),
    )
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  } finally {
    await pool.end()
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        scope: { type: 'string', multiple: true },
        expires: { type: 'string' },
      },
    })
  } catch {
    throw new WrongUsage()
  }
}
