import { sourceRecord } from '#adapters/push/record.ts'
import { checkNeeded, type Needed } from '#adapters/push/table/needed.ts'
import type { Issue } from '#core/issue.ts'
import type { CsvOptions, SourceRecord } from '#core/source.ts'
import { hasForbiddenCharacter } from '#core/text.ts'
import { type Columns, readColumns } from './columns.ts'

const placing = (path: string, field: string) => `${path}, ${field}`

/** Turns the rows of a CSV text into source records, in order; the first row gives the names. Rows are counted from 1 below the title row. */
export function createRowReader(options: CsvOptions | undefined, needed: Needed = {}) {
  let columns: Columns | null = null
  /** A row without values: a copy of it has room for all of them, which an object that grows by name after name takes several times. */
  const blank: { [name: string]: string } = {}
  let index = 0

  return {
    /** The record of one row, null for the title row. */
    read(cells: readonly string[]): SourceRecord | null {
      if (!columns) {
        columns = readColumns(cells, options?.header)
        for (const name of columns.names) blank[name] = ''
        if (!options?.header) checkNeeded(columns.names, needed, 'title row')
        if (!columns.firstIsRow) return null
      }
      const path = `row ${index + 1}`
      const { names } = columns
      const width = Math.min(cells.length, names.length)
      let isClean = cells.length === names.length
      const value: { [name: string]: string } = isClean ? { ...blank } : {}
      for (let at = 0; at < width; at++) {
        const cell = cells[at] as string
        value[names[at] as string] = cell
        if (hasForbiddenCharacter(cell)) isClean = false
      }
      return sourceRecord(index++, path, value, placing, isClean ? undefined : rowIssues(path, cells, names))
    },
    /** @throws DecodeRefusal where there was no title row */
    end(): void {
      if (!columns) readColumns([], options?.header)
    },
  }
}

function rowIssues(path: string, cells: readonly string[], names: readonly string[]): Issue[] | undefined {
  const issues: Issue[] = []
  const width = names.length
  if (cells.length < width || cells.slice(width).some((cell) => cell !== '')) {
    const short = cells.length < width
    const reason = short
      ? `the row is cut: ${cells.length} of ${width} columns`
      : `${cells.length} columns instead of ${width}`
    issues.push({
      path,
      code: 'E_SCHEMA',
      reason,
      fix: 'send a cell for each column; put cells that hold the delimiter in quotes',
    })
  }
  cells.forEach((cell, at) => {
    if (!hasForbiddenCharacter(cell)) return
    const place = placing(path, names[at] ?? `column ${at + 1}`)
    issues.push({
      path: place,
      code: 'E_SCHEMA',
      reason: 'NUL in the cell',
      fix: 'send whole characters only',
    })
  })
  return issues.length > 0 ? issues : undefined
}
