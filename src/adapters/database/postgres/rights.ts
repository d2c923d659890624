import { plainText } from '#adapters/database/quote.ts'
import type { Session } from '#adapters/database/session.ts'

/** What the account may change: roles that may all, and tables of anyone that it may write. */
export async function postgresWriteRights(session: Session): Promise<string[]> {
  const [[superuser, createRole] = []] = await session.ask(
    'SELECT rolsuper::text, rolcreaterole::text FROM pg_roles WHERE rolname = current_user',
  )
  const tables = await session.ask(
    `SELECT p.privilege, min(c.relname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) p(privilege)
     WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
       AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, p.privilege)
     GROUP BY p.privilege ORDER BY p.privilege`,
  )
  return [
    ...(superuser === 'true' ? ['SUPERUSER'] : []),
    ...(createRole === 'true' ? ['CREATEROLE'] : []),
    ...tables.map(([privilege, table]) => `${privilege} ON ${table}`),
  ]
}

/** SQL_ASCII keeps bytes and does not know what they are. */
export async function postgresTextIsBytes(session: Session): Promise<boolean> {
  const [[encoding] = []] = await session.ask(`SELECT current_setting('server_encoding')`)
  return encoding === 'SQL_ASCII'
}

export const postgresNames = (schema: string): string =>
  `SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ${plainText(schema)} AND c.relkind IN ('r', 'v', 'm', 'p', 'f') ORDER BY 1 LIMIT 20`
