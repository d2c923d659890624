import { isAscii } from 'node:buffer'
import { numberText, quoted } from '#adapters/database/quote.ts'
import type { Dialect } from '#adapters/database/session.ts'
import type { Column } from '#adapters/database/table.ts'

const quote = (name: string): string => quoted(name, '[', ']')

/** 17 digits, which tell all numbers apart; a server before 2016 has 16 at most, and by itself gives six. */
const FLOAT_STYLE =
  "CASE WHEN CAST(PARSENAME(CONVERT(varchar(128), SERVERPROPERTY('ProductVersion')), 4) AS int) < 13 THEN 2 ELSE 3 END"

/**
 * Every value is made a text by the server, so that no decimal goes through floating point; what is bytes becomes hexadecimal digits here, which
 * halves what is sent. Values are bound as `@p1`, `@p2`.
 */
export const sqlserverDialect: Dialect = {
  quote,
  comparesRows: false,

  shown(column, { encoding }) {
    const name = quote(column.name)
    if (column.form === 'binary' || column.form === 'rowversion') return `CAST(${name} AS varbinary(max))`
    if (column.form === 'time' || column.form === 'date') return `CONVERT(varchar(40), ${name}, 121)`
    // No style of money is exact everywhere.
    if (column.form === 'number')
      return `CONVERT(varchar(64), ${/money/i.test(column.type) ? `CAST(${name} AS decimal(19, 4))` : name})`
    if (column.form === 'float') return `LTRIM(RTRIM(CONVERT(varchar(64), ${name}, ${FLOAT_STYLE})))`
    if (column.form === 'bool') return `CONVERT(varchar(1), ${name})`
    if (isDeclared(column, encoding))
      return `CAST(${column.type === 'text' ? `CAST(${name} AS varchar(max))` : name} AS varbinary(max))`
    return `CONVERT(nvarchar(max), ${name})`
  },

  bytesOf: (column, { encoding }) => (isDeclared(column, encoding) ? 'encoded-hex' : 'utf-8'),

  // The type of the column itself: of any other the server would convert the column, and no index would serve.
  literal(column, text, values) {
    values.push(column.form === 'number' ? numberText(text) : text)
    const bound = `@p${values.length}${ofCodePage(column, text)}`
    return column.form === 'rowversion'
      ? `CONVERT(binary(8), ${bound}, 2)`
      : `CAST(${bound} AS ${column.type})`
  },

  before(column, literal, amount) {
    if (column.form === 'number') return `${literal} - ${amount}`
    // From a date no seconds are taken.
    if (column.form === 'date')
      return `CAST(DATEADD(second, -${amount}, CAST(${literal} AS datetime2)) AS date)`
    return `DATEADD(second, -${amount}, ${literal})`
  },

  newest(column, lagSeconds) {
    // Below the oldest transaction that is still open: nothing can come to lie before it. Bytes less 1 would be an int, of the last four bytes.
    if (column.form === 'rowversion') return 'CAST(CAST(MIN_ACTIVE_ROWVERSION() AS bigint) - 1 AS binary(8))'
    if (column.form !== 'time' && column.form !== 'date') return null
    // Two minus signs would begin a comment.
    return `CAST(DATEADD(second, ${-lagSeconds}, ${column.zoned ? 'SYSDATETIMEOFFSET()' : 'SYSDATETIME()'}) AS ${column.type})`
  },

  page: ({ select, from, where, order, limit }) =>
    `SELECT TOP (${limit}) ${select.join(', ')} FROM ${from}` +
    `${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}`,

  from: (table) => `${quote(table.schema)}.${quote(table.name)}`,

  hour: (column, { zone }) =>
    `DATEDIFF(hour, '1970-01-01', SWITCHOFFSET(${zonedTime(column, zone)}, '+00:00'))`,

  // To the millisecond whatever the column has: rounded to a second it would be another bound.
  atMs(column, ms, { zone }) {
    const second = `DATEADD(second, ${Math.floor(ms / 1000)}, CAST('1970-01-01' AS datetime2(3)))`
    const at = `CAST(DATEADD(millisecond, ${ms - Math.floor(ms / 1000) * 1000}, ${second}) AS datetimeoffset(3))`
    return column.zoned ? at : `CAST(SWITCHOFFSET(${at}, ${offset(zone)}) AS datetime2(3))`
  },
}

const offset = (zone: string | undefined): string =>
  zone === undefined ? 'DATEPART(tz, SYSDATETIMEOFFSET())' : `'${zone}'`

const zonedTime = (column: Column, zone: string | undefined): string =>
  column.zoned ? quote(column.name) : `TODATETIMEOFFSET(${quote(column.name)}, ${offset(zone)})`

// A text that is bound is Unicode: made one of bytes it takes the code page of the database, where the column may have another. The name of a collation cannot be
// quoted, and whoever wrote the catalogue is not believed.
const ofCodePage = ({ collation, type }: Column, text: string): string =>
  collation !== undefined &&
  /^\w+$/.test(collation) &&
  /^(char|varchar)/i.test(type) &&
  !isAscii(Buffer.from(text))
    ? ` COLLATE ${collation}`
    : ''

// What is kept as Unicode needs no encoding.
const isDeclared = (column: Column, encoding: string | undefined): boolean =>
  column.form === 'text' && encoding !== undefined && /^(char|varchar|text)/i.test(column.type)
