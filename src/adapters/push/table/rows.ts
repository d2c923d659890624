import { isDitto } from '#core/nulls.ts'
import type { TableOptions } from '#core/source.ts'

export type TableValue = string | boolean

/**
 * Decides what a row below the headings is: nothing (blank, or totals), or a record, in which marks that say "as above" are
 * replaced by what the row above has. What stands in the first row and has nothing above it stays as written.
 */
export function createRowFilter({ ditto = false, totals = {} }: TableOptions) {
  let above = new Map<string, TableValue>()
  const sums = new Map(Object.entries(totals).map(([field, texts]) => [field, new Set(texts)]))

  const isTotal = (fields: ReadonlyMap<string, TableValue>): boolean => {
    for (const [field, texts] of sums) {
      const value = fields.get(field)
      if (typeof value === 'string' && texts.has(value.replace(/\s+/g, ''))) return true
    }
    return false
  }

  return (fields: Map<string, TableValue>): Map<string, TableValue> | null => {
    if (isBlank(fields) || isTotal(fields)) return null
    if (!ditto) return fields
    for (const [field, value] of fields) {
      if (typeof value !== 'string' || !isDitto(value)) continue
      if (above.size === 0) continue
      const found = above.get(field)
      if (found === undefined) fields.delete(field)
      else fields.set(field, found)
    }
    above = fields
    return fields
  }
}

function isBlank(fields: ReadonlyMap<string, TableValue>): boolean {
  for (const value of fields.values()) if (typeof value !== 'string' || value.trim() !== '') return false
  return true
}
