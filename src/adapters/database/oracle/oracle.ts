import { planByCatalogue } from '#adapters/database/by-catalogue.ts'
import { plainText } from '#adapters/database/quote.ts'
import type { Kind, Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { Table } from '#adapters/database/table.ts'
import { oracleDialect } from './dialect.ts'
import { ORACLE_PORT, openOracle } from './session.ts'
import { oracleTable } from './table.ts'

export const oracle: Kind = {
  title: 'Oracle',
  port: ORACLE_PORT,
  dialect: oracleDialect,
  open: openOracle,
  table: oracleTable,
  plan: async (_session, _statement, table, order) => planByCatalogue(table, order),
  writeRights,
  textIsBytes: async (session) => {
    const [[charset] = []] = await session.ask(
      `SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'`,
    )
    return charset === 'US7ASCII'
  },
}

async function writeRights(session: Session, _settings: Settings, table: Table | null): Promise<string[]> {
  const system = await session.ask(
    `SELECT privilege FROM session_privs WHERE REGEXP_LIKE(privilege, '^(INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|MERGE) ANY |^(ALTER SYSTEM|ALTER DATABASE|GRANT ANY)')`,
  )
  if (!table) return system.map(([privilege]) => privilege ?? '')
  const own = await session.ask(
    `SELECT DISTINCT privilege FROM all_tab_privs WHERE table_schema = ${plainText(table.schema)} AND table_name = ${plainText(table.name)}
       AND privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER')
       AND (grantee IN ('PUBLIC', USER) OR grantee IN (SELECT role FROM session_roles))
     UNION SELECT 'OWNER' FROM dual WHERE ${plainText(table.schema)} = USER`,
  )
  return [
    ...system.map(([privilege]) => privilege ?? ''),
    ...own.map(([privilege]) => `${privilege} ON ${table.name}`),
  ]
}
