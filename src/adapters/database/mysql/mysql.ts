import type { Kind } from '#adapters/database/session.ts'
import { mysqlDialect } from './dialect.ts'
import { mysqlPlan } from './plan.ts'
import { mysqlWriteRights } from './rights.ts'
import { MYSQL_PORT, openMysql } from './session.ts'
import { mysqlTable } from './table.ts'

export const mysql: Kind = {
  title: 'MySQL / MariaDB',
  port: MYSQL_PORT,
  dialect: mysqlDialect,
  open: openMysql,
  table: mysqlTable,
  plan: mysqlPlan,
  writeRights: mysqlWriteRights,
  // Every table says its charset; whether it says the truth is what the check shows.
  textIsBytes: async () => false,
}
