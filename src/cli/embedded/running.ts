import { lstat, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseName, owner } from './cluster.ts'

/** Lines of `postmaster.pid`: the fourth is the port, the eighth how far it is. */
const PORT_LINE = 3
const STATE_LINE = 7

/** Whether a hub has ever had its built-in PostgreSQL on this data folder. */
export const hasEmbedded = (dataDir: string): Promise<boolean> =>
  lstat(join(dataDir, 'postgres')).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )

/** Address of the built-in PostgreSQL that a running hub has on this data folder; null where none runs. */
export async function runningEmbedded(dataDir: string): Promise<string | null> {
  try {
    const data = await realpath(join(dataDir, 'postgres'))
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')
    const port = Number(lines[PORT_LINE])
    if (!Number.isInteger(port) || lines[STATE_LINE]?.trim() !== 'ready') return null
    const password = (await readFile(join(dataDir, 'postgres.password'), 'utf8')).trim()
    return `postgresql://${owner}:${password}@127.0.0.1:${port}/${databaseName}`
  } catch {
    return null
  }
}
