import { type ArchiveParts, storedArchive } from './archive.ts'

/** Longest text that a cell takes, and rows that a sheet has; more would be cut in silence by whoever opens it. */
const CELL_MAX_CHARS = 32_767
const ROWS_MAX = 1_048_576

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
export const WORKBOOK_TYPE = `${TYPE}.sheet`

const relations = (type: string, target: string, more = ''): string =>
  `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/${type}" Target="${target}"/>${more}</Relationships>`

const override = (name: string, type: string): string =>
  `<Override PartName="/${name}" ContentType="${TYPE}.${type}+xml"/>`

/** Format 49 is text: whoever edits a cell keeps the zeros and all digits of a code. */
const STYLES = `${DECLARATION}<styleSheet ${MAIN}><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>`

const FRAME: ArchiveParts = [
  [
    '[Content_Types].xml',
    `${DECLARATION}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${override('xl/workbook.xml', 'sheet.main')}${override('xl/worksheets/sheet1.xml', 'worksheet')}${override('xl/styles.xml', 'styles')}</Types>`,
  ],
  ['_rels/.rels', relations('officeDocument', 'xl/workbook.xml')],
  [
    'xl/workbook.xml',
    `${DECLARATION}<workbook ${MAIN} xmlns:r="${OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    relations(
      'worksheet',
      'worksheets/sheet1.xml',
      `<Relationship Id="r2" Type="${OFFICE}/styles" Target="styles.xml"/>`,
    ),
  ],
  ['xl/styles.xml', STYLES],
]

/** A table that is read by people, and what of it they may want to add up. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Places of the columns whose cells are figures, from 0. */
  readonly figures: readonly number[]
}

/** A number that every program keeps to its last digit: they hold fifteen. */
const FIGURE = /^-?(?=(?:\.?\d){1,15}$)(?:0|[1-9]\d*)(?:\.\d+)?$/

/** A workbook of a table for people: its figures are numbers, so that a program adds them up; everything else is a text. @throws RangeError as `workbookOf` */
export function tableWorkbook({ columns, rows, figures }: Table): Uint8Array {
  return storedArchive(workbookParts(columns, rows, new Set(figures)))
}

/**
 * A workbook of one sheet: the columns, and below them the rows. Every cell is a text: no code loses a digit, and no text can be a
 * formula.
 * @throws RangeError for a text or a number of rows that no sheet holds
 */
export const workbookOf = (columns: readonly string[], rows: readonly (readonly string[])[]): Uint8Array =>
  storedArchive(workbookParts(columns, rows))

/** The parts of such a workbook. @throws RangeError as `workbookOf` */
export function workbookParts(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  figures: ReadonlySet<number> = NONE,
): ArchiveParts {
  if (rows.length >= ROWS_MAX) throw new RangeError(`a sheet has at most ${ROWS_MAX} rows`)
  const lines = [columns, ...rows].map((cells, i) => rowOf(cells, i + 1, figures))
  const sheet = `${DECLARATION}<worksheet ${MAIN}><sheetData>${lines.join('')}</sheetData></worksheet>`
  return [...FRAME, ['xl/worksheets/sheet1.xml', sheet]]
}

const NONE: ReadonlySet<number> = new Set()

function rowOf(cells: readonly string[], number: number, figures: ReadonlySet<number>): string {
  const written = cells.map((cell, i) => {
    const place = `${letters(i + 1)}${number}`
    if (figures.has(i) && FIGURE.test(cell)) return `<c r="${place}"><v>${cell}</v></c>`
    return cell === '' ? '' : cellOf(place, cell)
  })
  return `<row r="${number}">${written.join('')}</row>`
}

function cellOf(place: string, text: string): string {
  if (text.length > CELL_MAX_CHARS)
    throw new RangeError(`${place}: a cell has at most ${CELL_MAX_CHARS} characters`)
  return `<c r="${place}" s="1" t="inlineStr"><is><t xml:space="preserve">${cellText(text)}</t></is></c>`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What XML cannot hold is written `_x000B_`, as the programs do, and a text that already looks like that is kept apart from it. */
const cellText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, escapeOf)
    .replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign)

const escapeOf = (sign: string): string =>
  `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`

function letters(column: number): string {
  let name = ''
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    name = String.fromCharCode(0x41 + ((left - 1) % 26)) + name
  return name
}
