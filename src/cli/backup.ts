import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import type { BackupManifest } from './backup/manifest.ts'
import { checkBackup, restoreBackup } from './backup/restore.ts'
import { BackupBroken } from './backup/sealed-file.ts'
import { writeBackup } from './backup/write.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** `hub backup key|make|check|restore`: the whole database as a folder, and back. */
export async function backupCommand([action = '', ...rest]: readonly string[]): Promise<void> {
  const run = { key: newKey, make, check, restore }[action]
  if (!run) throw new WrongUsage()
  const { values, positionals } = parsed(rest)
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new WrongUsage()
  try {
    await run(path, values)
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

type Values = ReturnType<typeof parsed>['values']

async function newKey(path: string): Promise<void> {
  await writeFile(path, `hbk_${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  say(
    `Keep ${path} apart from the backups: without it they cannot be read.`,
    `请将 ${path} 与备份分开保管：丢失后备份无法读取。`,
  )
}

async function make(folder: string, { key: path }: Values): Promise<void> {
  const key = await keyOf(path)
  await withDatabase({ mustExist: true }, async (pool) => tell(await writeBackup(pool, folder, key), folder))
  if (!key)
    say(
      'It is not sealed and holds personal data and secrets: keep the folder safe.',
      '备份未加密，含个人信息与密钥，请妥善保管该文件夹。',
    )
}

const check = async (folder: string, { key }: Values): Promise<void> =>
  tell(await checkBackup(folder, await keyOf(key)), folder)

async function restore(folder: string, { key: path, 'go-on': goesOn = false }: Values): Promise<void> {
  const key = await keyOf(path)
  await withDatabase({ mustExist: false }, async (pool) =>
    tell(await restoreBackup(pool, folder, { key, goesOn }), folder),
  )
  if (!goesOn)
    say(
      'Links are paused, channels are off, and heads go to no receiver. Compare with receivers (hub reconcile), then resume them.',
      '同步链路已暂停，通道已关闭，日志头不再发出；请先与接收方对账（hub reconcile），再逐一恢复。',
    )
  say(
    'What was revoked, disabled or erased since the backup is back: revoke keys, clients, certificates and operators anew, and erase persons anew (docs/operations.md).',
    '备份之后吊销、停用、删除的内容已随备份恢复：请重新吊销密钥、客户端、证书，停用管理员，并重新删除个人信息（见 docs/operations.md）。',
  )
}

const withDatabase = (
  options: { readonly mustExist: boolean },
  work: (pool: Pool) => Promise<void>,
): Promise<void> => withOwnDatabase(settingsOrExit(process.env), { name: 'backup', ...options }, work)

async function keyOf(path: string | undefined): Promise<Buffer | null> {
  if (path === undefined) return null
  const [, text] = /^hbk_([A-Za-z0-9_-]{43})\s*$/.exec(await readFile(path, 'utf8')) ?? []
  if (text === undefined)
    throw new BackupBroken(
      [`${path} holds no key of backups.`, `${path} 中没有备份密钥。`],
      ['Give the file that hub backup key wrote.', '请使用 hub backup key 生成的文件。'],
    )
  return Buffer.from(text, 'base64url')
}

function tell({ hub, createdAt, tables, migrations }: BackupManifest, folder: string): void {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const size = tables.reduce((sum, table) => sum + table.size, 0)
  console.log(
    JSON.stringify({
      folder,
      hub,
      createdAt,
      tables: tables.length,
      rows,
      bytes: size,
      migration: migrations.at(-1)?.name,
    }),
  )
}

function say(en: string, zh: string): void {
  console.log(cliLanguage() === 'zh' ? zh : en)
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { key: { type: 'string' }, 'go-on': { type: 'boolean' } },
    })
  } catch (error) {
    throw wrongOptions(error)
  }
}
