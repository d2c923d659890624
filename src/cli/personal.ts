import { parseArgs } from 'node:util'
import { type EraseWish, erasePersonal } from '#flow/personal/erase.ts'
import { holdDataKeys, rotateDataKeys } from '#store/personal/data-keys.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { rulesCommand } from './personal-rules.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf, type Settings } from './settings.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** `hub personal rotate-key`, `hub personal erase` and `hub personal rules`, over the database of the settings. */
export async function personalCommand(argv: readonly string[]): Promise<void> {
  if (argv[0] === 'rules') return await rulesCommand(argv.slice(1))
  const { word, ...wish } = parsed(argv)
  const settings = settingsOrExit(process.env)
  const zh = cliLanguage() === 'zh'
  if (word === 'erase') return await erase(settings, wish)
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

async function erase(settings: Settings, wish: Omit<EraseWish, 'who'>): Promise<void> {
  try {
    const erased = await withOwnDatabase(settings, { name: 'personal' }, async (pool) => {
      await holdDataKeys(pool, dataKeysOf(settings))
      return await erasePersonal(pool, { ...wish, who: 'hub personal' })
    })
    console.log(JSON.stringify(erased, null, 2))
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

function parsed(argv: readonly string[]): Omit<EraseWish, 'who'> & { readonly word: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        record: { type: 'string', multiple: true },
        code: { type: 'string' },
        reason: { type: 'string' },
      },
    })
    const { record: records, code, reason = '' } = values
    const [word = '', ...more] = positionals
    const isErase = word === 'erase' && reason.trim() !== '' && (records !== undefined || code !== undefined)
    if (more.length > 0 || !(isErase || word === 'rotate-key')) throw new WrongUsage()
    return { word, reason, ...(records ? { records } : {}), ...(code === undefined ? {} : { code }) }
  } catch (error) {
    throw wrongOptions(error)
  }
}
