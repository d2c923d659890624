import { numberText, plainText, quoted } from '#adapters/database/quote.ts'
import type { Dialect } from '#adapters/database/session.ts'
import type { Column } from '#adapters/database/table.ts'

const quote = (name: string): string => quoted(name, '"')

/** Values are texts in the statement (COPY binds none); `standard_conforming_strings` is on in each session. */
export const postgresDialect: Dialect = {
  quote,
  comparesRows: true,

  shown(column) {
    const name = quote(column.name)
    if (column.form === 'binary') return `encode(${name}, 'hex')`
    return column.form === 'bool' ? `${name}::text` : name
  },

  bytesOf: (column, { encoding }) => (encoding !== undefined && column.form === 'text' ? 'encoded' : 'utf-8'),

  literal: (column, text) => plainText(column.form === 'number' ? numberText(text) : text),

  before(column, literal, amount) {
    if (column.form === 'number') return `CAST(${literal} AS numeric) - ${amount}`
    return `CAST(${literal} AS ${typed(column)}) - INTERVAL '${amount} seconds'`
  },

  newest(column, lagSeconds) {
    if (column.form !== 'time' && column.form !== 'date') return null
    const now = column.zoned ? 'CURRENT_TIMESTAMP' : 'LOCALTIMESTAMP'
    return `${now} - INTERVAL '${lagSeconds} seconds'`
  },

  page: ({ select, from, where, order, limit }) =>
    `SELECT ${select.join(', ')} FROM ${from}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}` +
    `${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''} LIMIT ${limit}`,

  from: (table) => `${quote(table.schema)}.${quote(table.name)}`,

  hour(column) {
    const at = column.zoned
      ? quote(column.name)
      : `(${quote(column.name)}::timestamp AT TIME ZONE current_setting('TimeZone'))`
    return `floor(extract(epoch from ${at}) / 3600)::bigint`
  },

  atMs: (column, ms) =>
    column.zoned ? `to_timestamp(${ms / 1000})` : `to_timestamp(${ms / 1000})::timestamp`,
}

const typed = (column: Column): string => {
  if (column.form === 'date') return 'date'
  return column.zoned ? 'timestamptz' : 'timestamp'
}
