import { refuseTable } from '#adapters/push/table/refuse.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { readDirectory } from './archive.ts'
import { refuseOther } from './first-bytes.ts'
import { formatReader } from './formats.ts'
import { type Package, partOpener, readPackage, type SheetEntry } from './package.ts'
import { readWholePart } from './part-reader.ts'
import { damaged } from './refuse.ts'
import { sharedTextReader } from './shared-texts.ts'
import { sheetRows } from './sheet.ts'
import type { Source } from './source.ts'
import { tableReader, type WorkbookBatch } from './table.ts'

/** What may come out of one workbook. */
export interface OutputLimits {
  readonly inflatedMaxBytes: number
  /** See `RECORDS_MAX_WEIGHT`. */
  readonly maxWeight: number
}

/** The records of one sheet of a workbook, batch by batch. @throws DecodeRefusal */
export async function* readWorkbook(
  source: Source,
  options: WorkbookOptions,
  { inflatedMaxBytes, maxWeight }: OutputLimits,
): AsyncGenerator<WorkbookBatch> {
  refuseOther(source)
  const directory = readDirectory(source)
  const open = partOpener(source, { left: inflatedMaxBytes })
  const found = await readPackage(directory, open)
  const sheet = chooseSheet(found, options.sheet)
  const texts = sharedTextReader(found.sharedTexts?.name ?? '')
  if (found.sharedTexts) await readWholePart(open(found.sharedTexts), found.sharedTexts.name, texts.events)
  const formats = formatReader()
  if (found.formats) await readWholePart(open(found.formats), found.formats.name, formats.events)
  const context = { texts: texts.texts, shown: formats.shown, is1904: found.is1904 }
  const table = tableReader(options, maxWeight)
  for await (const rows of sheetRows(open, sheet, context)) yield* table.take(rows)
  table.end()
}

function chooseSheet({ sheets }: Package, wanted: string | undefined) {
  const fits = ({ name, isHidden, part }: SheetEntry): boolean =>
    part !== null && (wanted === undefined ? !isHidden : name.trim() === wanted)
  const sheet = sheets.find(fits)
  if (sheet?.part) return sheet.part
  if (wanted === undefined) throw refuseTable('no_sheet', 'sheets')
  const names = sheets.slice(0, 10).map(({ name }) => name.slice(0, 40))
  const reason = `no sheet is called ${wanted}, but: ${names.join(', ')}`
  throw damaged('sheets', reason, `call the sheet ${wanted}`)
}
