import { numberText, quoted } from '#adapters/database/quote.ts'
import type { Dialect } from '#adapters/database/session.ts'
import type { Column } from '#adapters/database/table.ts'

const quote = (name: string): string => quoted(name, '[', ']')

/** Every value is made a text by the server, so that no decimal goes through floating point; values are bound as `@p1`, `@p2`. */
export const sqlserverDialect: Dialect = {
  quote,
  comparesRows: false,

  shown(column, { encoding }) {
    const name = quote(column.name)
    if (column.form === 'binary' || column.form === 'rowversion')
      return `LOWER(CONVERT(varchar(max), CAST(${name} AS varbinary(max)), 2))`
    if (column.form === 'time' || column.form === 'date') return `CONVERT(varchar(40), ${name}, 121)`
    if (column.form === 'number')
      return `CONVERT(varchar(64), ${name}${/money/i.test(column.type) ? ', 2' : ''})`
    if (column.form === 'float') return `CONVERT(varchar(64), ${name}, 3)`
    if (column.form === 'bool') return `CONVERT(varchar(1), ${name})`
    if (isDeclared(column, encoding)) return `CONVERT(varchar(max), CAST(${name} AS varbinary(max)), 2)`
    return `CONVERT(nvarchar(max), ${name})`
  },

  bytesOf: (column, { encoding }) => (isDeclared(column, encoding) ? 'encoded-hex' : 'utf-8'),

  // The type of the column itself: of any other the server would convert the column, and no index would serve.
  literal(column, text, values) {
    values.push(column.form === 'number' ? numberText(text) : text)
    const bound = `@p${values.length}`
    return column.form === 'rowversion'
      ? `CONVERT(binary(8), ${bound}, 2)`
      : `CAST(${bound} AS ${column.type})`
  },

  before: (column, literal, amount) =>
    column.form === 'number' ? `${literal} - ${amount}` : `DATEADD(second, -${amount}, ${literal})`,

  newest(column, lagSeconds) {
    // Below the oldest transaction that is still open: nothing can come to lie before it.
    if (column.form === 'rowversion') return 'MIN_ACTIVE_ROWVERSION() - 1'
    if (column.form !== 'time' && column.form !== 'date') return null
    return `CAST(DATEADD(second, -${lagSeconds}, ${column.zoned ? 'SYSDATETIMEOFFSET()' : 'SYSDATETIME()'}) AS ${column.type})`
  },

  page: ({ select, from, where, order, limit }) =>
    `SELECT TOP (${limit}) ${select.join(', ')} FROM ${from}` +
    `${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}`,

  from: (table) => `${quote(table.schema)}.${quote(table.name)}`,

  hour: (column, { zone }) =>
    `DATEDIFF(hour, '1970-01-01', SWITCHOFFSET(${zonedTime(column, zone)}, '+00:00'))`,

  atMs(column, ms, { zone }) {
    const at = `SWITCHOFFSET(CAST(DATEADD(second, ${Math.floor(ms / 1000)}, CAST('1970-01-01' AS datetime2)) AS datetimeoffset), ${offset(zone)})`
    return `CAST(${at} AS ${column.type})`
  },
}

const offset = (zone: string | undefined): string =>
  zone === undefined ? `DATENAME(tz, SYSDATETIMEOFFSET())` : `'${zone}'`

const zonedTime = (column: Column, zone: string | undefined): string =>
  column.zoned ? quote(column.name) : `TODATETIMEOFFSET(${quote(column.name)}, ${offset(zone)})`

// What is kept as Unicode needs no encoding.
const isDeclared = (column: Column, encoding: string | undefined): boolean =>
  column.form === 'text' && encoding !== undefined && /^(char|varchar|text)/i.test(column.type)
