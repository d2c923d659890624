import type { Kind } from '#adapters/database/session.ts'
import { postgresDialect } from './dialect.ts'
import { postgresPlan } from './plan.ts'
import { postgresTextIsBytes, postgresWriteRights } from './rights.ts'
import { openPostgres, POSTGRES_PORT } from './session.ts'
import { postgresTable } from './table.ts'

export const postgres: Kind = {
  title: 'PostgreSQL',
  port: POSTGRES_PORT,
  dialect: postgresDialect,
  open: openPostgres,
  table: postgresTable,
  plan: postgresPlan,
  writeRights: postgresWriteRights,
  textIsBytes: postgresTextIsBytes,
}
