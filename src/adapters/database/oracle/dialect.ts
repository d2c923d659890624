import { numberText, quoted } from '#adapters/database/quote.ts'
import type { Dialect } from '#adapters/database/session.ts'
import type { Column } from '#adapters/database/table.ts'

const quote = (name: string): string => quoted(name, '"')

const DATE = 'YYYY-MM-DD HH24:MI:SS'
const TIME = `${DATE}.FF9`

/** Values are bound as `:1`, `:2`; times are written and read in one form, whatever NLS says. */
export const oracleDialect: Dialect = {
  quote,
  comparesRows: false,

  shown(column, { encoding }) {
    const name = quote(column.name)
    if (column.form === 'binary') return `LOWER(RAWTOHEX(${name}))`
    if (column.form === 'time') return `TO_CHAR(${name}, '${format(column)}')`
    if (column.form === 'number' || column.form === 'float')
      return `TO_CHAR(${name}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')`
    if (isDeclared(column, encoding)) return `RAWTOHEX(UTL_RAW.CAST_TO_RAW(${name}))`
    return name
  },

  bytesOf: (column, { encoding }) => (isDeclared(column, encoding) ? 'encoded-hex' : 'utf-8'),

  literal(column, text, values) {
    values.push(column.form === 'number' ? numberText(text) : text)
    const bound = `:${values.length}`
    if (column.form === 'number') return `TO_NUMBER(${bound}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')`
    if (column.form !== 'time') return bound
    const read = column.zoned ? 'TO_TIMESTAMP_TZ' : column.type === 'DATE' ? 'TO_DATE' : 'TO_TIMESTAMP'
    return `${read}(${bound}, '${format(column)}')`
  },

  before: (column, literal, amount) =>
    column.form === 'number' ? `${literal} - ${amount}` : `${literal} - NUMTODSINTERVAL(${amount}, 'SECOND')`,

  newest(column, lagSeconds) {
    if (column.form !== 'time') return null
    const now = column.zoned ? 'SYSTIMESTAMP' : 'LOCALTIMESTAMP'
    const bound = `${now} - NUMTODSINTERVAL(${lagSeconds}, 'SECOND')`
    return column.type === 'DATE' ? `CAST(${bound} AS DATE)` : bound
  },

  // ROWNUM around the order: FETCH FIRST is not known before 12c.
  page({ select, from, where, order, limit }) {
    const inner =
      `SELECT ${select.join(', ')} FROM ${from}` +
      `${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}`
    return `SELECT * FROM (${inner}) WHERE ROWNUM <= ${limit}`
  },

  from: (table) => `${quote(table.schema)}.${quote(table.name)}`,

  hour: (column) => `FLOOR((CAST(SYS_EXTRACT_UTC(${zonedTime(column)}) AS DATE) - DATE '1970-01-01') * 24)`,

  atMs(column, ms) {
    const utc = `FROM_TZ(TIMESTAMP '1970-01-01 00:00:00' + NUMTODSINTERVAL(${ms / 1000}, 'SECOND'), '+00:00')`
    if (column.zoned) return utc
    return `CAST(${utc} AT TIME ZONE SESSIONTIMEZONE AS ${column.type === 'DATE' ? 'DATE' : 'TIMESTAMP'})`
  },
}

const format = (column: Column): string => {
  if (column.type === 'DATE') return DATE
  return column.zoned ? `${TIME} TZH:TZM` : TIME
}

const zonedTime = (column: Column): string =>
  column.zoned ? quote(column.name) : `FROM_TZ(CAST(${quote(column.name)} AS TIMESTAMP), SESSIONTIMEZONE)`

// What is kept as Unicode needs no encoding.
const isDeclared = (column: Column, encoding: string | undefined): boolean =>
  column.form === 'text' && encoding !== undefined && /^(CHAR|VARCHAR)/.test(column.type)
