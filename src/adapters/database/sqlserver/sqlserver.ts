import { planByCatalogue } from '#adapters/database/by-catalogue.ts'
import type { Kind } from '#adapters/database/session.ts'
import { sqlserverDialect } from './dialect.ts'
import { sqlserverWriteRights } from './rights.ts'
import { openSqlserver, SQLSERVER_PORT } from './session.ts'
import { sqlserverTable } from './table.ts'

export const sqlserver: Kind = {
  title: 'SQL Server',
  port: SQLSERVER_PORT,
  dialect: sqlserverDialect,
  open: openSqlserver,
  table: sqlserverTable,
  plan: async (_session, _statement, table, order) => planByCatalogue(table, order),
  writeRights: sqlserverWriteRights,
  textIsBytes: async () => false,
}
