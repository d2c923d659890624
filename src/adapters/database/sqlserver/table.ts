import { plainText } from '#adapters/database/quote.ts'
import type { Session } from '#adapters/database/session.ts'
import type { Settings } from '#adapters/database/settings.ts'
import type { Column, ColumnForm, Index, Table } from '#adapters/database/table.ts'

const name = (text: string): string => `N${plainText(text)}`
/** Babelfish would give a name in the code page of its server. */
const shownName = (sql: string): string => `CONVERT(nvarchar(128), ${sql})`

/** A table or view as the views of `sys` describe it. */
export async function sqlserverTable(session: Session, settings: Settings): Promise<Table | null> {
  const { schema = 'dbo', table } = settings
  const [found] = await session.ask(
    `SELECT CONVERT(varchar(12), o.object_id), CONVERT(varchar(2), o.type),
       CONVERT(varchar(20), (SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)))
     FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     WHERE s.name = ${name(schema)} AND o.name = ${name(table)} AND o.type IN ('U', 'V')`,
  )
  if (!found) return null
  const [id = '', kind = '', rows] = found as [string, string, string | null]
  return {
    schema,
    name: table,
    isView: kind.trim() === 'V',
    columns: await columnsOf(session, id),
    indexes: await indexesOf(session, id),
    rows: rows === null ? null : Number(rows),
  }
}

async function columnsOf(session: Session, id: string): Promise<Column[]> {
  const rows = await session.ask(
    `SELECT ${shownName('c.name')}, ${shownName('b.name')}, CONVERT(varchar(6), c.max_length), CONVERT(varchar(3), c.precision), CONVERT(varchar(3), c.scale),
       CONVERT(varchar(1), c.is_nullable), ${shownName('c.collation_name')}
     FROM sys.columns c LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id
     WHERE c.object_id = ${Number(id)} ORDER BY c.column_id`,
  )
  return rows.map((row) => {
    const [column = '', type, length = '0', precision = '0', scale = '0', nullable, collation] = row as [
      string,
      string | null,
      string,
      string,
      string,
      string,
      string | null,
    ]
    const base = type ?? 'sql_variant'
    return {
      name: column,
      type: typeText(base, Number(length), precision, scale),
      form: FORMS[base] ?? 'other',
      nullable: nullable === '1',
      padded: base === 'char' || base === 'nchar',
      zoned: base === 'datetimeoffset',
      ...(collation === null ? {} : { collation }),
    }
  })
}

/** The type as a CAST takes it. */
export function typeText(base: string, bytes: number, precision: string, scale: string): string {
  if (base === 'decimal' || base === 'numeric') return `${base}(${precision}, ${scale})`
  if (base === 'datetime2' || base === 'datetimeoffset') return `${base}(${scale})`
  if (base === 'char' || base === 'varchar') return `${base}(${bytes === -1 ? 'max' : bytes})`
  if (base === 'nchar' || base === 'nvarchar') return `${base}(${bytes === -1 ? 'max' : bytes / 2})`
  return base
}

const FORMS: Readonly<Record<string, ColumnForm>> = {
  datetime: 'time',
  datetime2: 'time',
  smalldatetime: 'time',
  datetimeoffset: 'time',
  date: 'date',
  tinyint: 'number',
  smallint: 'number',
  int: 'number',
  bigint: 'number',
  decimal: 'number',
  numeric: 'number',
  money: 'number',
  smallmoney: 'number',
  real: 'float',
  float: 'float',
  bit: 'bool',
  char: 'text',
  varchar: 'text',
  nchar: 'text',
  nvarchar: 'text',
  text: 'text',
  ntext: 'text',
  uniqueidentifier: 'text',
  timestamp: 'rowversion',
  rowversion: 'rowversion',
  binary: 'binary',
  varbinary: 'binary',
  image: 'binary',
}

async function indexesOf(session: Session, id: string): Promise<Index[]> {
  const rows = await session.ask(
    `SELECT ${shownName('i.name')}, ${shownName('c.name')}, CONVERT(varchar(1), i.is_unique), CONVERT(varchar(1), i.is_primary_key)
     FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
     JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
     WHERE i.object_id = ${Number(id)} AND i.is_disabled = 0 AND i.has_filter = 0 AND k.key_ordinal > 0 AND i.type IN (1, 2)
     ORDER BY i.index_id, k.key_ordinal`,
  )
  const indexes = new Map<string, { name: string; columns: string[]; unique: boolean; primary: boolean }>()
  for (const [index, column, unique, primary] of rows as readonly (readonly string[])[]) {
    const known = indexes.get(index ?? '') ?? {
      name: index ?? '',
      columns: [],
      unique: unique === '1',
      primary: primary === '1',
    }
    known.columns.push(column ?? '')
    indexes.set(known.name, known)
  }
  return [...indexes.values()]
}
