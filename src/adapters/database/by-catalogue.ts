import type { Plan } from './session.ts'
import type { Column, Table } from './table.ts'

/**
 * Whether an index serves, by the catalogue alone: for kinds where explaining needs a right that a reading account has not. The first column in the
 * order must lead an index. Of a view nothing can be told.
 */
export function planByCatalogue(table: Table, order: readonly Column[]): Plan {
  if (table.isView) return { served: null, reason: 'a view', rows: null }
  const [first] = order
  const index = table.indexes.find(({ columns }) => columns[0] === first?.name)
  if (index) return { served: true, reason: index.name, rows: null }
  return { served: false, reason: `no index begins with ${first?.name}`, rows: table.rows }
}
