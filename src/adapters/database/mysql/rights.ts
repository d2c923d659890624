import type { Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'

/** Privileges by which nothing of the source can be changed. */
const READING = new Set([
  'USAGE',
  'SELECT',
  'SHOW VIEW',
  'SHOW DATABASES',
  'PROCESS',
  'REPLICATION CLIENT',
  'BINLOG MONITOR',
  'SLAVE MONITOR',
  'SHOW_ROUTINE',
])

/** Old servers come with a database in which everybody may write. */
const OF_EVERYBODY = / ON `test(?:\\_%)?`\.\*$/

/** What the account may change, with the roles that it may take on. */
export async function mysqlWriteRights(
  session: Session,
  { database, schema = database }: Settings,
): Promise<string[]> {
  const lines = (await session.ask('SHOW GRANTS')).map(([line]) => line ?? '')
  const roles = lines.flatMap(rolesOf)
  for (const role of roles) {
    const own = await session.ask(`SHOW GRANTS FOR ${role}`).catch(() => [[`GRANT ROLE ON ${role}`]])
    lines.push(...own.map(([line]) => line ?? ''))
  }
  const rights = [...new Set(lines.flatMap(writeRightsOf))]
  return schema.startsWith('test') ? rights : rights.filter((right) => !OF_EVERYBODY.test(right))
}

/** `GRANT INSERT (a), SELECT ON `db`.* TO …` → `INSERT ON `db`.*`. */
export function writeRightsOf(line: string): string[] {
  const found = /^GRANT (?<what>.+?) ON (?<on>.+?)(?: TO |$)/.exec(line)?.groups
  if (!found) return []
  const privileges = (found['what'] ?? '').replace(/\([^)]*\)/g, '').split(',')
  return privileges
    .map((name) => name.trim().toUpperCase())
    .filter((name) => !READING.has(name))
    .map((name) => `${name} ON ${found['on']}`)
}

/** `GRANT `reader`@`%`,`writer` TO …` → the names of the roles, quoted as they were. */
export function rolesOf(line: string): string[] {
  const names = /^GRANT (?<names>(?:[`'"][^`'"]+[`'"](?:@[`'"][^`'"]*[`'"])?(?:,\s*)?)+) TO /.exec(line)
    ?.groups?.['names']
  return names === undefined ? [] : names.split(/,\s*/)
}
