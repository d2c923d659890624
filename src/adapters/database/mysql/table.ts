import type { Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { Column, ColumnForm, Index, Table } from '#adapters/database/table.ts'
import { mysqlDialect } from './dialect.ts'

const NO_COLUMN: Column = { name: '', type: '', form: 'text', nullable: false, padded: false, zoned: false }
const text = (value: string): string => mysqlDialect.literal(NO_COLUMN, value, [])

/** A table or view as information_schema describes it. */
export async function mysqlTable(session: Session, settings: Settings): Promise<Table | null> {
  const { schema = settings.database, table } = settings
  const [found] = await session.ask(
    `SELECT table_type, table_rows FROM information_schema.tables WHERE table_schema = ${text(schema)} AND table_name = ${text(table)}`,
  )
  if (!found) return null
  const [kind, rows] = found
  return {
    schema,
    name: table,
    isView: /VIEW/.test(kind ?? ''),
    columns: await columnsOf(session, schema, table),
    indexes: await indexesOf(session, schema, table),
    rows: rows === null || rows === undefined ? null : Number(rows),
  }
}

async function columnsOf(session: Session, schema: string, table: string): Promise<Column[]> {
  const rows = await session.ask(
    `SELECT column_name, column_type, data_type, is_nullable FROM information_schema.columns
     WHERE table_schema = ${text(schema)} AND table_name = ${text(table)} ORDER BY ordinal_position`,
  )
  return rows.map((row) => {
    const [name = '', type = '', base = '', nullable = ''] = row as string[]
    return {
      name,
      type,
      form: FORMS[base.toLowerCase()] ?? 'other',
      nullable: nullable === 'YES',
      padded: base === 'char',
      zoned: false,
    }
  })
}

const FORMS: Readonly<Record<string, ColumnForm>> = {
  datetime: 'time',
  timestamp: 'time',
  date: 'date',
  tinyint: 'number',
  smallint: 'number',
  mediumint: 'number',
  int: 'number',
  bigint: 'number',
  decimal: 'number',
  year: 'number',
  float: 'float',
  double: 'float',
  bit: 'bits',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  geometry: 'binary',
  point: 'binary',
  linestring: 'binary',
  polygon: 'binary',
  multipoint: 'binary',
  multilinestring: 'binary',
  multipolygon: 'binary',
  geometrycollection: 'binary',
  vector: 'binary',
}

/** Indexes over whole columns: one over the beginning of a text does not order it. */
async function indexesOf(session: Session, schema: string, table: string): Promise<Index[]> {
  const rows = await session.ask(
    `SELECT index_name, column_name, non_unique, sub_part FROM information_schema.statistics
     WHERE table_schema = ${text(schema)} AND table_name = ${text(table)} AND index_type = 'BTREE' ORDER BY index_name, seq_in_index`,
  )
  const indexes = new Map<string, { name: string; columns: string[]; unique: boolean; primary: boolean }>()
  const partial = new Set<string>()
  for (const row of rows) {
    const [name, column, nonUnique, part] = row as [string, string | null, string, string | null]
    if (column === null || part !== null) partial.add(name)
    const index = indexes.get(name) ?? {
      name,
      columns: [],
      unique: nonUnique === '0',
      primary: name === 'PRIMARY',
    }
    index.columns.push(column ?? '')
    indexes.set(name, index)
  }
  return [...indexes.values()].filter(({ name }) => !partial.has(name))
}
