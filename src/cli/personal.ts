import { parseArgs } from 'node:util'
import { rotateDataKeys } from '#store/personal/data-keys.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub personal rotate-key`, over the database of the settings. */
export async function personalCommand(argv: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: {} })
  if (positionals.join(' ') !== 'rotate-key') throw new WrongUsage()
  const settings = settingsOrExit(process.env)
  const zh = cliLanguage() === 'zh'
  if (!settings.dataKey) {
    console.error(zh ? '请将新密钥写入 HUB_DATA_KEY。' : 'Set HUB_DATA_KEY to the new key.')
    process.exitCode = 1
    return
  }
  try {
    const wrapped = await withOwnDatabase(settings, { name: 'personal' }, (pool) =>
      rotateDataKeys(pool, dataKeysOf(settings)),
    )
    console.log(
      zh
        ? `已用 HUB_DATA_KEY 重新包装 ${wrapped} 个数据密钥，并新建一个；重启各进程后可去掉 HUB_DATA_KEY_BEFORE。`
        : `${wrapped} data keys are wrapped under HUB_DATA_KEY, and there is a new one; start all processes again, then take HUB_DATA_KEY_BEFORE away.`,
    )
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}
