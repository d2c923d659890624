import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { refuseTable } from '#adapters/push/table/refuse.ts'
import type { WorkbookOptions } from '#core/source.ts'
import { type Part, readDirectory } from './archive.ts'
import { refuseOther } from './first-bytes.ts'
import { formatReader } from './formats.ts'
import { tallCellFiller, tallCells } from './merged-cells.ts'
import { type OpenPart, type Package, partOpener, readPackage } from './package.ts'
import { readWholePart } from './part-reader.ts'
import { damaged } from './refuse.ts'
import { sharedTextReader } from './shared-texts.ts'
import { type CellContext, sheetRows } from './sheet.ts'
import type { Source } from './source.ts'
import { tableReader, type Weight, type WorkbookBatch } from './table.ts'
import { titleGroups } from './titles.ts'

/** What may come out of one workbook. */
export interface OutputLimits {
  readonly inflatedMaxBytes: number
  /** See `RECORDS_MAX_WEIGHT`. */
  readonly maxWeight: number
}

/** The records of a workbook, batch by batch: of one sheet, or of each that is a table. @throws DecodeRefusal */
export async function* readWorkbook(
  source: Source,
  options: WorkbookOptions,
  { inflatedMaxBytes, maxWeight }: OutputLimits,
): AsyncGenerator<WorkbookBatch> {
  refuseOther(source)
  const directory = readDirectory(source)
  const open = partOpener(source, { left: inflatedMaxBytes })
  const found = await readPackage(directory, open)
  const sheets = chooseSheets(found, options)
  const texts = sharedTextReader(found.sharedTexts?.name ?? '')
  if (found.sharedTexts) await readWholePart(open(found.sharedTexts), found.sharedTexts.name, texts.events)
  const formats = formatReader()
  if (found.formats) await readWholePart(open(found.formats), found.formats.name, formats.events)
  const context = { texts: texts.texts, shown: formats.shown, is1904: found.is1904 }
  const weight: Weight = { used: 0, max: maxWeight }
  const tables = await tablesOf(sheets, open, context)
  // What is looked through twice counts once.
  const look = (): OpenPart => partOpener(source, { left: inflatedMaxBytes })
  const groups = await titleGroups(
    tables.map(({ part }) => sheetRows(look(), part, context)),
    options,
  )
  for (const [i, { name, part }] of tables.entries()) {
    const group = groups[i]
    const sheet = sheets.length > 1 ? name : undefined
    const table = tableReader(options, weight, {
      ...(sheet === undefined ? {} : { sheet }),
      ...(tables.length > 1 ? {} : { alone: found.sheets.length > 1 ? `${name}!` : '' }),
      ...(group ? { group } : {}),
    })
    try {
      const filled = tallCellFiller(await tallCells(asFarAsReadable(look()(part)), part.name))
      for await (const rows of sheetRows(open, part, context)) yield* table.take(rows.map(filled))
      yield* table.end()
    } catch (error) {
      throw sheet !== undefined && error instanceof DecodeRefusal ? ofSheet(sheet, error) : error
    }
  }
}

interface Sheet {
  readonly name: string
  readonly part: Part
}

/**
 * Of several sheets those that are tables. One in which no row has more than one cell is empty, or is text, such as how to fill in the
 * others; a workbook of nothing else is read as far as its first, which tells what is missing.
 */
async function tablesOf(
  sheets: readonly Sheet[],
  open: OpenPart,
  context: CellContext,
): Promise<readonly Sheet[]> {
  if (sheets.length === 1) return sheets
  const tables: Sheet[] = []
  for (const sheet of sheets) if (await isTable(sheet.part, open, context)) tables.push(sheet)
  return tables.length > 0 ? tables : sheets.slice(0, 1)
}

async function isTable(part: Part, open: OpenPart, context: CellContext): Promise<boolean> {
  for await (const rows of sheetRows(open, part, context))
    if (rows.some(({ columns }) => columns.length > 1)) return true
  return false
}

/** What is wrong with the bytes is told by reading the rows, which comes next. */
async function* asFarAsReadable(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
  }
}

const ofSheet = (sheet: string, { code, at, reason, fix }: DecodeRefusal): DecodeRefusal =>
  new DecodeRefusal(code, `${sheet}!${at}`, reason, fix)

/** @throws DecodeRefusal where there is none */
function chooseSheets(
  { sheets }: Package,
  { sheet: wanted, sheets: all }: WorkbookOptions,
): readonly Sheet[] {
  const found = sheets.flatMap(({ name, isHidden, part }) => {
    const fits = wanted === undefined ? !isHidden : name.trim() === wanted
    return part !== null && fits ? [{ name, part }] : []
  })
  if (found.length > 0) return all ? found : found.slice(0, 1)
  if (wanted === undefined) throw refuseTable('no_sheet', 'sheets')
  const names = sheets.slice(0, 10).map(({ name }) => name.slice(0, 40))
  const reason = `no sheet is called ${wanted}, but: ${names.join(', ')}`
  throw damaged('sheets', reason, `call the sheet ${wanted}`)
}
