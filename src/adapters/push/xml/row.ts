import type { Issue } from '#core/issue.ts'
import type { SourceValue } from '#core/source.ts'

/** The content of an element that is a row: its children by name. */
export type XmlFields = { [name: string]: SourceValue }

/** An element that the system declares as a row. */
export interface XmlRow {
  readonly name: string
  /** Place among the rows of its name, from 0. */
  readonly index: number
  readonly fields: XmlFields
  readonly issues: readonly Issue[]
}

/** Where a row stands: `animal_in_info[0]`. */
export const rowPath = (row: Pick<XmlRow, 'name' | 'index'>): string => `${row.name}[${row.index}]`

/** Where a field of a row stands: its path, then the element names. */
export const fieldPath = (path: string, field: string): string => `${path}/${field.replaceAll('.', '/')}`
