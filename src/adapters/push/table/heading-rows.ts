/** The texts of a row of headings by the number of their column. */
export type HeadingRow = ReadonlyMap<number, string>

/** The heading of a column, and the group that it stands in. */
export interface PlacedHeading {
  readonly column: number
  readonly text: string
  readonly group?: string
  /** Whether the text stands in the row of the groups. */
  readonly isAbove: boolean
}

/**
 * The headings of a table with groups above the names of its columns. A group stands over the columns from its own up to the next text
 * of its row, as merged cells show it; a text that stands in both rows (a cell merged over them), or over no name, is the name of its column.
 */
export function joinHeadings(groups: HeadingRow, names: HeadingRow): PlacedHeading[] {
  const columns = [...new Set([...groups.keys(), ...names.keys()])].sort((a, b) => a - b)
  const headings: PlacedHeading[] = []
  const used = new Set<string>()
  let open: string | undefined
  for (const column of columns) {
    const above = groups.get(column)
    const text = names.get(column)
    const isTall = above !== undefined && above === text
    if (above !== undefined) open = isTall ? undefined : above
    if (text === undefined) headings.push({ column, text: above ?? '', isAbove: true })
    else if (open === undefined) headings.push({ column, text, isAbove: false })
    else {
      headings.push({ column, text, group: open, isAbove: false })
      used.add(open)
    }
  }
  return headings.filter(({ column, text, isAbove }) => !isAbove || !begins(column, text))

  /** Whether a text above stands over names of other columns: it is their group then, and its own column has no name. */
  function begins(column: number, text: string): boolean {
    const next = headings.find((heading) => heading.column > column)
    return used.has(text) && next?.group === text
  }
}
