import { plainText } from '#adapters/database/quote.ts'
import type { Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { Column, ColumnForm, Index, Table } from '#adapters/database/table.ts'

/** A table, view, materialised view, partitioned or foreign table as pg_catalog describes it. */
export async function postgresTable(session: Session, settings: Settings): Promise<Table | null> {
  const { schema = 'public', table } = settings
  const [found] = await session.ask(
    `SELECT c.oid::text, c.relkind::text, c.reltuples::bigint::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ${plainText(schema)} AND c.relname = ${plainText(table)} AND c.relkind IN ('r', 'v', 'm', 'p', 'f')`,
  )
  if (!found) return null
  const [oid = '', kind = '', tuples = '-1'] = found as string[]
  return {
    schema,
    name: table,
    isView: kind === 'v' || kind === 'f',
    columns: await columnsOf(session, oid),
    indexes: await indexesOf(session, oid),
    rows: kind === 'v' || Number(tuples) < 0 ? null : Number(tuples),
  }
}

async function columnsOf(session: Session, oid: string): Promise<Column[]> {
  const rows = await session.ask(
    `SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname)::text,
            a.attnotnull::text
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
     WHERE a.attrelid = ${plainText(oid)}::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
  )
  return rows.map((row) => {
    const [name = '', type = '', base = '', notNull = ''] = row as string[]
    return {
      name,
      type,
      form: FORMS[base] ?? 'other',
      nullable: notNull !== 'true',
      padded: base === 'bpchar',
      zoned: base === 'timestamptz',
    }
  })
}

const FORMS: Readonly<Record<string, ColumnForm>> = {
  timestamp: 'time',
  timestamptz: 'time',
  date: 'date',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  numeric: 'number',
  float4: 'float',
  float8: 'float',
  bool: 'bool',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  uuid: 'text',
  name: 'text',
  bytea: 'binary',
}

async function indexesOf(session: Session, oid: string): Promise<Index[]> {
  const rows = await session.ask(
    `SELECT c.relname::text, i.indisunique::text, i.indisprimary::text,
            (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0
             WHERE k.place <= i.indnkeyatts)::text
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ${plainText(oid)}::oid AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL`,
  )
  return rows.map((row) => {
    const [name = '', unique, primary, columns] = row as string[]
    return {
      name,
      unique: unique === 'true',
      primary: primary === 'true',
      columns: JSON.parse(columns ?? '[]') as string[],
    }
  })
}
