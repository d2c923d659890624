import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartRefusal } from '#store/refusal.ts'

export interface FolderLock {
  release(): void
}

const sqliteBusy = 5
const sqliteNoDatabase = 26

/**
 * Makes this process the only hub on a data folder until `release` or its end, or throws a `StartRefusal` that names
 * the folder and the process that has it. The lock is one that the kernel holds (`fcntl`, by way of SQLite's exclusive
 * lock on the empty file `hub.lock`): it ends with the process, however that ends, so there is no stale lock to judge
 * and no process number that may since belong to another program.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'hub.lock')
  const note = join(folder, 'hub.pid')
  const lock = open(folder, file, note)
  // Only tells people who has the folder; nothing is decided by it.
  writeFileSync(note, `${process.pid}\n`, { mode: 0o644 })
  return {
    release: () => {
      rmSync(note, { force: true })
      lock.close()
    },
  }
}

function open(folder: string, file: string, note: string, again = true): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true })
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // no journal file: nothing is written
    return database
  } catch (error) {
    database?.close()
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
    if (code === sqliteBusy) throw taken(folder, note)
    if (code !== sqliteNoDatabase || !again) throw unusable(folder, error)
    rmSync(file) // someone wrote into it; what it held says nothing
    return open(folder, file, note, false)
  }
}

function taken(folder: string, note: string): StartRefusal {
  const pid = readNote(note)
  return new StartRefusal(
    'folder-in-use',
    {
      zh: `另一个 hub${pid ? `（进程 ${pid}）` : ''}正在使用数据文件夹 ${folder}。`,
      en: `Another hub${pid ? ` (process ${pid})` : ''} is using the data folder ${folder}.`,
    },
    {
      zh: '请先停止它，或用 HUB_DATA 指定另一个文件夹。',
      en: 'Stop it first, or name another folder by HUB_DATA.',
    },
  )
}

function readNote(note: string): string | undefined {
  try {
    return /^\d+$/m.exec(readFileSync(note, 'utf8'))?.[0]
  } catch {
    return undefined
  }
}

function unusable(folder: string, cause: unknown): StartRefusal {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StartRefusal(
    'folder-unusable',
    {
      zh: `无法使用数据文件夹 ${folder}（${why}）。`,
      en: `The data folder ${folder} cannot be used (${why}).`,
    },
    {
      zh: '请检查它的权限和所在磁盘，或用 HUB_DATA 指定另一个文件夹。',
      en: 'Check its permissions and its disk, or name another folder by HUB_DATA.',
    },
    cause,
  )
}
