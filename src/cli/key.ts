import { parseArgs } from 'node:util'
import { newKey } from '#flow/keys.ts'
import { createPool } from '#store/database.ts'
import { cliLanguage } from './language.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** Units in a second that a key may have; as `unitsPerSecond` of `POST /v1/keys`. */
const RATE_MAX = 1_000_000

/** `hub key create`: makes a key in the database of DATABASE_URL and shows it once. */
export async function keyCommand(argv: readonly string[]): Promise<void> {
  const zh = cliLanguage() === 'zh'
  const { values, positionals } = parsed(argv)
  const { name, scope: scopes, expires } = values
  if (positionals[0] !== 'create' || !name || !scopes?.length) throw new WrongUsage()
  const rate = values.rate === undefined ? null : readRate(values.rate)
  if (rate === 'wrong') {
    console.error(
      zh
        ? `--rate 须为 1 至 ${RATE_MAX} 的整数（每秒额度）。`
        : `--rate is a whole number of units in a second, 1 to ${RATE_MAX}.`,
    )
    process.exitCode = 1
    return
  }
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
    const { key, stored } = await newKey(pool, {
      name,
      scopes,
      unitsPerSecond: rate,
      ...(expires ? { expiresAt: expires } : {}),
    })
    console.log(
      JSON.stringify({
        id: stored.id,
        key,
        name: stored.name,
        scopes: stored.scopes,
        expiresAt: stored.expiresAt,
        unitsPerSecond: stored.unitsPerSecond,
      }),
    )
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  } finally {
    await pool.end()
  }
}

function readRate(text: string): number | 'wrong' {
  const rate = Number(text)
  return /^\d{1,7}$/.test(text) && rate >= 1 && rate <= RATE_MAX ? rate : 'wrong'
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
        rate: { type: 'string' },
      },
    })
  } catch (error) {
    throw wrongOptions(error)
  }
}
