import { plainText } from '#adapters/database/quote.ts'
import type { Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { Column, ColumnForm, Index, Table } from '#adapters/database/table.ts'

/** A table or view as ALL_OBJECTS and its neighbours describe it. */
export async function oracleTable(session: Session, settings: Settings): Promise<Table | null> {
  const { table } = settings
  const schema = settings.schema ?? settings.user.toUpperCase()
  const on = `owner = ${plainText(schema)} AND`
  const [found] = await session.ask(
    `SELECT object_type FROM all_objects WHERE ${on} object_name = ${plainText(table)} AND object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW')
     ORDER BY object_type DESC`,
  )
  if (!found) return null
  const isView = found[0] === 'VIEW'
  const [[rows = null] = []] = await session.ask(
    `SELECT TO_CHAR(num_rows) FROM all_tables WHERE ${on} table_name = ${plainText(table)}`,
  )
  return {
    schema,
    name: table,
    isView,
    columns: await columnsOf(session, on, table),
    indexes: await indexesOf(session, schema, table),
    rows: rows === null ? null : Number(rows),
  }
}

async function columnsOf(session: Session, on: string, table: string): Promise<Column[]> {
  const rows = await session.ask(
    `SELECT column_name, data_type, nullable FROM all_tab_columns WHERE ${on} table_name = ${plainText(table)} ORDER BY column_id`,
  )
  return rows.map((row) => {
    const [name = '', type = '', nullable] = row as string[]
    return {
      name,
      type,
      form: formOf(type),
      nullable: nullable !== 'N',
      padded: type === 'CHAR' || type === 'NCHAR',
      zoned: / WITH TIME ZONE$/.test(type),
    }
  })
}

export function formOf(type: string): ColumnForm {
  if (type === 'DATE' || /^TIMESTAMP/.test(type)) return 'time'
  if (type === 'NUMBER' || type === 'INTEGER') return 'number'
  if (/^(FLOAT|BINARY_FLOAT|BINARY_DOUBLE)$/.test(type)) return 'float'
  if (/^(CHAR|NCHAR|VARCHAR2?|NVARCHAR2|CLOB|NCLOB|LONG)$/.test(type)) return 'text'
  return /^(RAW|LONG RAW|BLOB|BFILE)$/.test(type) ? 'binary' : 'other'
}

async function indexesOf(session: Session, schema: string, table: string): Promise<Index[]> {
  const rows = await session.ask(
    `SELECT i.index_name, c.column_name, i.uniqueness, NVL2(k.constraint_name, 'P', '')
     FROM all_indexes i JOIN all_ind_columns c ON c.index_owner = i.owner AND c.index_name = i.index_name
     LEFT JOIN all_constraints k ON k.owner = i.table_owner AND k.table_name = i.table_name AND k.constraint_type = 'P' AND k.index_name = i.index_name
     WHERE i.table_owner = ${plainText(schema)} AND i.table_name = ${plainText(table)} AND i.index_type = 'NORMAL' AND i.status <> 'UNUSABLE'
     ORDER BY i.index_name, c.column_position`,
  )
  const indexes = new Map<string, { name: string; columns: string[]; unique: boolean; primary: boolean }>()
  for (const [index, column, unique, primary] of rows) {
    const known = indexes.get(index ?? '') ?? {
      name: index ?? '',
      columns: [],
      unique: unique === 'UNIQUE',
      primary: primary === 'P',
    }
    known.columns.push(column ?? '')
    indexes.set(known.name, known)
  }
  return [...indexes.values()]
}
