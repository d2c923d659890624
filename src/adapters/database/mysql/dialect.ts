import { numberText, quoted } from '#adapters/database/quote.ts'
import type { Dialect } from '#adapters/database/session.ts'
import type { Column, Table } from '#adapters/database/table.ts'

const quote = (name: string): string => quoted(name, '`')

// NUL, backslash and quote: all that can end a text while sql_mode is empty, as it is in each session.
const text = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`

/** The text protocol gives every value as the server shows it; so values are texts in the statement too, and none is bound. */
export const mysqlDialect: Dialect = {
  quote,
  comparesRows: false,

  shown(column) {
    const name = quote(column.name)
    if (column.form === 'binary') return `LOWER(HEX(${name}))`
    return column.form === 'bits' ? `${name}+0` : name
  },

  bytesOf: (column, { encoding }) => (encoding !== undefined && column.form === 'text' ? 'encoded' : 'utf-8'),

  // A text would make the server compare numbers as floating point.
  literal: (column, value) => (column.form === 'number' ? numberText(value) : text(value)),

  before(column, literal, amount) {
    if (column.form === 'number') return `${literal} - ${amount}`
    return `CAST(${literal} AS DATETIME(6)) - INTERVAL ${amount} SECOND`
  },

  newest: (column, lagSeconds) =>
    column.form === 'time' || column.form === 'date' ? `NOW(6) - INTERVAL ${lagSeconds} SECOND` : null,

  page: ({ select, from, where, order, limit }) =>
    `SELECT ${select.join(', ')} FROM ${from}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}` +
    `${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''} LIMIT ${limit}`,

  from(table, order) {
    const index = servingIndex(table, order)
    const name = `${quote(table.schema)}.${quote(table.name)}`
    return index === null ? name : `${name} FORCE INDEX (${quote(index)})`
  },

  hour: (column) => `FLOOR(UNIX_TIMESTAMP(${quote(column.name)}) / 3600)`,

  atMs: (_column, ms) => `FROM_UNIXTIME(${ms / 1000})`,
}

/**
 * An index whose order is that of the rows: all of them, or the first alone, since InnoDB ends each index with the primary key. The statistics of
 * a table that grew fast would let the server choose otherwise.
 */
export function servingIndex(table: Table, order: readonly Column[]): string | null {
  const names = order.map(({ name }) => name)
  const primary = table.indexes.find((index) => index.primary)
  const ordered = table.indexes.find(({ columns }) => {
    const all = [...columns, ...(primary?.columns ?? [])]
    return names.every((name, i) => all[i] === name) && columns[0] === names[0]
  })
  return ordered?.name ?? null
}
