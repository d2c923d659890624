import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { TableValue } from '#adapters/push/table/rows.ts'
import { workbookBatches } from '#adapters/push/xlsx/batches.ts'
import { INFLATED_MAX_BYTES, RECORDS_MAX_WEIGHT } from '#adapters/push/xlsx/limits.ts'
import type { WorkbookBatch, WorkbookHead } from '#adapters/push/xlsx/table.ts'
import { TABLE_REASONS } from '#core/table-reasons.ts'

/** A row of a sheet as it stands there: its values by the letter of their column. */
export interface SheetLine {
  readonly row: number
  readonly cells: ReadonlyMap<string, TableValue>
}

/** Above the headings of a table stands a title, a blank row, a note or two. */
const LOOK_ROWS = 20
const LIMITS = {
  inflatedMaxBytes: INFLATED_MAX_BYTES.message,
  maxWeight: RECORDS_MAX_WEIGHT.message,
  workMaxMs: 60_000,
}
/** What the reader says of a row that holds no headings. */
const NO_HEADINGS: ReadonlySet<string> = new Set(
  (['no_header', 'bad_name'] as const).map((why) => TABLE_REASONS[why].reason.en),
)

/**
 * The first rows of the first visible sheet. The reader wants headings first: rows that cannot be some are passed over one by one.
 * @throws DecodeRefusal where the bytes are no workbook that can be read
 */
export async function firstRows(bytes: Uint8Array): Promise<SheetLine[]> {
  for (let header = 1; header < LOOK_ROWS; header++) {
    try {
      return await rowsFrom(bytes, header)
    } catch (error) {
      if (!(error instanceof DecodeRefusal) || !NO_HEADINGS.has(error.reason)) throw error
    }
  }
  return rowsFrom(bytes, LOOK_ROWS)
}

async function rowsFrom(bytes: Uint8Array, header: number): Promise<SheetLine[]> {
  for await (const batch of workbookBatches({ bytes }, { header }, LIMITS))
    if (batch.head) return linesOf(batch.head, batch.records)
  return []
}

function linesOf({ columns, headerRow }: WorkbookHead, records: WorkbookBatch['records']): SheetLine[] {
  // A column without a heading is called by its letter.
  const headings = columns.filter(({ heading, letter }) => heading !== letter)
  return [
    { row: headerRow, cells: new Map(headings.map(({ letter, heading }) => [letter, heading])) },
    ...records.map(({ row, columns: places, values }) => ({
      row,
      cells: new Map(
        places.map((place, i) => [columns[place]?.letter ?? '', values[i] as TableValue] as const),
      ),
    })),
  ]
}
