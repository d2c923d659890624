import { TITLE, UNIT } from '#adapters/push/table/heading.ts'
import { checkNeeded, missingColumn, type Needed } from '#adapters/push/table/needed.ts'
import { tooMany } from '#adapters/push/too-many.ts'
import type { SourceRecord, SourceValue, WorkbookOptions } from '#core/source.ts'
import { workbookBatches } from './batches.ts'
import { INFLATED_MAX_BYTES, RECORDS_MAX_WEIGHT } from './limits.ts'
import type { WorkbookBatch, WorkbookHead, WorkbookRecord } from './table.ts'
import type { WorkbookInput } from './thread-words.ts'
import { wholeSheets } from './whole-sheets.ts'

/** Time on a machine that has much else to do: what may be unpacked takes 10 s (message) and 65 s (file) on one that has not. */
const MESSAGE_MAX_MS = 60_000
const FILE_MAX_MS = 600_000

/** The records of a whole workbook in memory. @throws DecodeRefusal */
export async function readXlsx(
  bytes: Uint8Array,
  options: WorkbookOptions = {},
  maxRecords: number,
  needed: Needed = {},
): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  const limits = {
    inflatedMaxBytes: INFLATED_MAX_BYTES.message,
    maxWeight: RECORDS_MAX_WEIGHT.message,
    workMaxMs: MESSAGE_MAX_MS,
  }
  for await (const record of recordsOf(workbookBatches({ bytes }, options, limits), needed)) {
    if (records.push(record) > maxRecords) throw tooMany(null, maxRecords, record.path)
  }
  return records
}

/** The records of a workbook in a file, of which only a few hundred are in memory at a time. @throws DecodeRefusal */
export function streamXlsx(
  path: string,
  options: WorkbookOptions = {},
  needed: Needed = {},
): AsyncGenerator<SourceRecord> {
  const limits = {
    inflatedMaxBytes: INFLATED_MAX_BYTES.file,
    maxWeight: RECORDS_MAX_WEIGHT.file,
    workMaxMs: FILE_MAX_MS,
  }
  const input: WorkbookInput = { path }
  return recordsOf(workbookBatches(input, options, limits), needed)
}

async function* recordsOf(
  batches: AsyncIterable<WorkbookBatch>,
  needed: Needed,
): AsyncGenerator<SourceRecord> {
  let shape: Shape | null = null
  let index = 0
  const wholes = wholeSheets()
  for await (const { head, records, isEnd } of batches) {
    if (head) {
      // Of a book of several tables one may be another; its rows tell it.
      if (!shape && head.alone !== undefined)
        checkNeeded(
          head.columns.map(({ field }) => field),
          needed,
          `${head.alone}row ${head.headerRow}`,
        )
      shape = shapeOf(head, needed)
      wholes.begin(head.group ?? null)
    }
    if (!shape) continue
    for (const record of records) {
      const told = wholes.add(recordOf(shape, index++, record))
      if (told) yield told
    }
    if (!isEnd) continue
    const { isOwn, headerRow } = shape
    const last = wholes.end(() => {
      const row = { row: headerRow, columns: [], values: [] }
      return isOwn ? recordOf(shape as Shape, index++, row) : null
    })
    if (last) yield last
  }
}

/** The name of a field, and that of the group it stands in. */
type FieldName = readonly [group: string | undefined, name: string]
type Fields = { [name: string]: SourceValue }

const nameOf = ({ field, group }: WorkbookHead['columns'][number]): FieldName => [
  group,
  group === undefined ? field : field.slice(group.length + 1),
]

function put(into: Fields, [group, name]: FieldName, value: SourceValue): void {
  if (group === undefined) {
    into[name] = value
    return
  }
  const inside = into[group] as Fields | undefined
  if (inside === undefined) into[group] = { [name]: value }
  else inside[name] = value
}

/** What the records of a sheet have in common, made once. */
interface Shape {
  readonly fields: readonly FieldName[]
  readonly shared: { readonly [name: string]: SourceValue }
  /** What stands before the places of its sheet: `4月!`, or nothing. */
  readonly before: string
  readonly headerRow: number
  /** It has the columns of the key; of a book of several tables one may be another. */
  readonly isOwn: boolean
  /** Where a field stands: `D5 (数量(斤))`. */
  place(row: number, field: string): string
}

function shapeOf({ sheet, columns, headerRow, title, titleCell }: WorkbookHead, needed: Needed): Shape {
  const byField = new Map(columns.map((column) => [column.field, column]))
  const units: Fields = {}
  for (const column of columns) if (column.unit !== undefined) put(units, nameOf(column), column.unit)
  return {
    before: sheet === undefined ? '' : `${sheet}!`,
    headerRow,
    isOwn: missingColumn([...byField.keys()], needed) === undefined,
    fields: columns.map(nameOf),
    shared: {
      ...(title ? { [TITLE]: { ...title } } : {}),
      ...(Object.keys(units).length > 0 ? { [UNIT]: units } : {}),
    },
    place(row, field) {
      const column = byField.get(field)
      if (column) return `${column.letter}${row} (${column.heading})`
      if (title && (field === TITLE || field.startsWith(`${TITLE}.`))) return `${titleCell} (${field})`
      const measured = field.startsWith(`${UNIT}.`) ? byField.get(field.slice(UNIT.length + 1)) : undefined
      if (measured) return `${measured.letter}${headerRow} (${measured.heading})`
      return `row ${row} (${field})`
    },
  }
}

function recordOf(shape: Shape, index: number, { row, columns, values }: WorkbookRecord): SourceRecord {
  const { fields, shared, before } = shape
  const value: Fields = {}
  for (let i = 0; i < columns.length; i++)
    put(value, fields[columns[i] as number] as FieldName, values[i] as SourceValue)
  const path = `${before}row ${row}`
  return {
    index,
    path,
    value: Object.assign(value, shared),
    place: (field) => (field === '' ? path : before + shape.place(row, field)),
    issues: NO_ISSUES,
  }
}

const NO_ISSUES = Object.freeze([])
