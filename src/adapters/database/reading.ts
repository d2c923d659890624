import type { Kept, ShownColumn } from './ndjson.ts'
import { overlapOf } from './quote.ts'
import type { Dialect, Session, Statement } from './session.ts'
import type { CursorSettings, Settings } from './settings.ts'
import type { ReadState } from './state.ts'
import type { Column, Table } from './table.ts'

/** How a table is read, once all that its settings name was found in the catalogue. */
export interface Reading {
  readonly dialect: Dialect
  readonly settings: Settings
  readonly table: Table
  readonly columns: readonly Column[]
  /** Different in every row. */
  readonly key: readonly Column[]
  /** Null: the whole table, in the order of its key. */
  readonly cursor: { readonly column: Column; readonly settings: CursorSettings } | null
}

export interface OpenReading {
  readonly session: Session
  readonly reading: Reading
}

/** Whether rows are ordered by another column than their key alone. */
export const hasValue = ({ cursor, key }: Reading): boolean =>
  cursor !== null && !(key.length === 1 && key[0]?.name === cursor.column.name)

/** Columns in whose order rows are read: that of the cursor, then the key among rows that are equal by it. */
export function orderOf(reading: Reading): Column[] {
  const { cursor, key } = reading
  return hasValue(reading) && cursor
    ? [cursor.column, ...key.filter(({ name }) => name !== cursor.column.name)]
    : [...key]
}

/** Values of a state in the order of the rows. */
const placeOf = ({ value, key = [] }: ReadState): string[] => (value === undefined ? key : [value, ...key])

/** Columns of the order that are not among those that are read, or not as plain bytes: their values are asked for beside. */
function besides(reading: Reading): Column[] {
  const { columns, dialect, settings } = reading
  return orderOf(reading).filter(
    (column) => !columns.includes(column) || dialect.bytesOf(column, settings) === 'encoded-hex',
  )
}

/** Where in a row the place in the order stands, and after it whether that is behind the state that the reading began with. */
export function keptCells(reading: Reading, origin: ReadState | null): Kept {
  const more = besides(reading)
  const { columns } = reading
  return {
    cells: orderOf(reading).map((column) =>
      more.includes(column) ? columns.length + more.indexOf(column) : columns.indexOf(column),
    ),
    mark: origin?.key === undefined ? null : columns.length + more.length,
  }
}

/**
 * @param from where the last page or reading ended, null at the beginning
 * @param origin where the reading began, to tell rows that are new from those that are read again
 */
export function pageStatement(
  reading: Reading,
  from: ReadState | null,
  origin: ReadState | null,
  limit: number,
): Statement {
  const { dialect, settings, table, columns, cursor } = reading
  const order = orderOf(reading)
  const values: string[] = []
  const { encoding: _asStored, ...plain } = settings
  const select = [
    ...columns.map((column) => dialect.shown(column, settings)),
    ...besides(reading).map((column) => dialect.shown(column, plain)),
    ...(origin?.key === undefined
      ? []
      : [`CASE WHEN ${after(dialect, order, placeOf(origin), values)} THEN '1' ELSE '0' END`]),
  ]
  const where: string[] = []
  if (from?.key !== undefined) where.push(...lowerBound(reading, from, order, values))
  const first = order[0] as Column
  const newest = cursor === null ? null : dialect.newest(first, cursor.settings.lagSeconds)
  if (newest !== null) where.push(`${dialect.quote(first.name)} <= ${newest}`)
  else if (first.nullable && cursor !== null) where.push(`${dialect.quote(first.name)} IS NOT NULL`)
  const text = dialect.page({
    select: select.map((shown, i) => `${shown} AS ${dialect.quote(`trace_hub_${i}`)}`),
    from: dialect.from(table, order),
    where,
    order: order.map(({ name }) => dialect.quote(name)),
    limit,
  })
  return { text, values }
}

function lowerBound(
  { dialect, cursor }: Reading,
  from: ReadState,
  order: readonly Column[],
  values: string[],
): string[] {
  const place = placeOf(from)
  if (!from.done || cursor === null) return rowsAfter(dialect, order, place, values)
  const { column } = cursor
  const overlap = overlapOf(column, cursor.settings)
  // An id that stands alone is never met twice; a value may be shared by rows that were written since.
  if (overlap === 0 && order.length === 1) return rowsAfter(dialect, order, place, values)
  const literal = dialect.literal(column, place[0] as string, values)
  const bound = overlap === 0 ? literal : dialect.before(column, literal, overlap)
  return [`${dialect.quote(column.name)} >= ${bound}`]
}

/** `(a, b) > (x, y)`, with the bound on the first column by itself where the kind would not see that an index serves. */
function rowsAfter(
  dialect: Dialect,
  order: readonly Column[],
  place: readonly string[],
  values: string[],
): string[] {
  if (dialect.comparesRows && order.length > 1) {
    const names = order.map(({ name }) => dialect.quote(name))
    const literals = order.map((column, i) => dialect.literal(column, place[i] as string, values))
    return [`(${names.join(', ')}) > (${literals.join(', ')})`]
  }
  const first = order[0] as Column
  const whole = `(${after(dialect, order, place, values)})`
  if (order.length === 1) return [whole]
  return [`${dialect.quote(first.name)} >= ${dialect.literal(first, place[0] as string, values)}`, whole]
}

/** `a > x OR (a = x AND (b > y))`. */
function after(
  dialect: Dialect,
  order: readonly Column[],
  place: readonly string[],
  values: string[],
): string {
  const [column, ...rest] = order as [Column, ...Column[]]
  const [text, ...others] = place as [string, ...string[]]
  const name = dialect.quote(column.name)
  const greater = `${name} > ${dialect.literal(column, text, values)}`
  if (rest.length === 0) return greater
  const equal = `${name} = ${dialect.literal(column, text, values)}`
  return `${greater} OR (${equal} AND (${after(dialect, rest, others, values)}))`
}

/** In which form the bytes of each column come, and what is done with blanks at its end. */
export function shownColumns({ dialect, columns, settings }: Reading): ShownColumn[] {
  return columns.map((column) => ({
    name: column.name,
    bytes: dialect.bytesOf(column, settings),
    trim: column.padded && settings.padding === 'trim',
  }))
}
