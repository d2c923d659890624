import { plainText } from '#adapters/database/quote.ts'
import type { Session } from '#adapters/database/session.ts'
import type { Table } from '#adapters/database/table.ts'
import { sqlserverDialect } from './dialect.ts'

const WRITES = ['INSERT', 'UPDATE', 'DELETE'] as const
const ROLES = ['db_owner', 'db_datawriter', 'db_ddladmin', 'db_securityadmin'] as const

/** Rights on the table and the whole database, and roles that write. */
export async function sqlserverWriteRights(
  session: Session,
  _settings: unknown,
  table: Table | null,
): Promise<string[]> {
  const asked: [name: string, sql: string][] = [
    ['sysadmin', `IS_SRVROLEMEMBER('sysadmin')`],
    ...ROLES.map((role): [string, string] => [role, `IS_ROLEMEMBER('${role}')`]),
    ...WRITES.map((right): [string, string] => [
      `${right} ON DATABASE`,
      `HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', '${right}')`,
    ]),
  ]
  if (table) {
    const on = `N${plainText(sqlserverDialect.from(table, []))}`
    for (const right of WRITES)
      asked.push([`${right} ON ${table.name}`, `HAS_PERMS_BY_NAME(${on}, 'OBJECT', '${right}')`])
    // One that is given for single columns is none on the table.
    asked.push([
      `UPDATE of columns of ${table.name}`,
      `(SELECT MAX(HAS_PERMS_BY_NAME(${on}, 'OBJECT', 'UPDATE', c.name, 'COLUMN')) FROM sys.columns c WHERE c.object_id = OBJECT_ID(${on}))`,
    ])
  }
  const [answers = []] = await session.ask(
    `SELECT ${asked.map(([, sql]) => `CONVERT(varchar(1), ISNULL(${sql}, 0))`).join(', ')}`,
  )
  return asked.filter((_, i) => answers[i] === '1').map(([name]) => name)
}
