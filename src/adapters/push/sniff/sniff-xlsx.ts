import { meaningOfName } from '#core/mapping/propose/meaning.ts'
import { isDitto } from '#core/nulls.ts'
import type { ReadOptions, TableTitle, WorkbookOptions } from '#core/source.ts'
import { firstRows, type SheetLine } from './first-rows.ts'
import { headingsOf } from './sniff-headings.ts'
import { titleParts } from './sniff-title.ts'

const MEASURED = /^([^(（[【/／]{1,40}?)\s*(?:[(（[【].{1,10}[)）\]】]|[/／].{1,10})$/u
const TOTAL = /^(合计|小计|总计|共计|累计|本[页日月](合计|小计|累计)):?：?$/u

/** Whether bytes begin as an archive does, and so as a workbook. */
export const isWorkbook = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b

/**
 * A workbook with the row of its headings, and with what people write into tables: a title, units in headings, marks for "as above", totals.
 * @throws DecodeRefusal where the bytes are no workbook that can be read
 */
export async function sniffXlsx(bytes: Uint8Array): Promise<ReadOptions> {
  const lines = await firstRows(bytes)
  const headings = headingsOf(lines)
  if (headings === null) return { format: 'xlsx' }
  const { first, last, names } = headings
  const units = unitFields([...names.values()])
  const fields = new Map(
    [...names].map(([letter, name]) => {
      const measured = MEASURED.exec(name)?.[1]?.trim()
      return [letter, measured !== undefined && units.includes(measured) ? measured : name] as const
    }),
  )
  const below = lines.slice(last + 1)
  const title = titleOf(lines.slice(0, first))
  const [groupsRow, namesRow] = [first, last].map((at) => lines[at]?.row ?? 1) as [number, number]
  const totals = totalsOf(below, fields)
  const xlsx: WorkbookOptions = {
    ...(title ? { title } : {}),
    header: first === last ? namesRow : [groupsRow, namesRow],
    ...(units.length > 0 ? { units } : {}),
    ...(below.some(({ cells }) => texts(cells).some(isDitto)) ? { ditto: true } : {}),
    ...(Object.keys(totals).length > 0 ? { totals } : {}),
  }
  return { format: 'xlsx', xlsx }
}

const texts = (cells: SheetLine['cells']): string[] =>
  [...cells.values()].filter((value) => typeof value === 'string')

/** The last text that stands alone in a row above the headings and says whose table it is. */
function titleOf(above: readonly SheetLine[]): TableTitle | undefined {
  return above
    .flatMap(({ row, cells }) => {
      const [only] = cells.size === 1 ? cells : []
      return only ? [titleParts(`${only[0]}${row}`, String(only[1]))] : []
    })
    .findLast((title) => title !== undefined)
}

/** Fields of a mass or number with a unit behind their name: `数量(斤)`. */
function unitFields(names: readonly string[]): string[] {
  const fields = names.flatMap((name) => {
    const field = MEASURED.exec(name)?.[1]?.trim()
    return field !== undefined && meaningOfName(field) === 'quantity' && !names.includes(field) ? [field] : []
  })
  // Two headings with one name keep theirs, or their columns could not be told apart.
  return fields.filter((field) => fields.indexOf(field) === fields.lastIndexOf(field))
}

/** Texts of the rows of sums, by the field that has them. */
function totalsOf(
  lines: readonly SheetLine[],
  fields: ReadonlyMap<string, string>,
): Record<string, readonly string[]> {
  const found = new Map<string, Set<string>>()
  for (const { cells } of lines) {
    for (const [letter, value] of cells) {
      const text = typeof value === 'string' ? value.replace(/\s+/g, '') : ''
      if (!TOTAL.test(text)) continue
      const field = fields.get(letter) ?? letter
      found.set(field, (found.get(field) ?? new Set()).add(text))
    }
  }
  return Object.fromEntries([...found].map(([field, words]) => [field, [...words]]))
}
