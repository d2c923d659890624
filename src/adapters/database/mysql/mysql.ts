import type { Kind } from '#adapters/database/session.ts'
import { mysqlDialect } from './dialect.ts'
import { mysqlPlan } from './plan.ts'
import { MYSQL_PORT } from './port.ts'
import { mysqlWriteRights } from './rights.ts'
import { mysqlTable } from './table.ts'

export const mysql: Kind = {
  title: 'MySQL / MariaDB',
  port: MYSQL_PORT,
  dialect: mysqlDialect,
  // The driver is memory that a hub without such channels does without.
  open: async (parts) => (await import('./session.ts')).openMysql(parts),
  table: mysqlTable,
  plan: mysqlPlan,
  writeRights: mysqlWriteRights,
  // Every table says its charset; whether it says the truth is what the check shows.
  textIsBytes: async () => false,
}
