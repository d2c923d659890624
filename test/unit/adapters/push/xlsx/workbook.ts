import { archive, type Lies, type Parts } from '#test/zip-archive.ts'

const TYPE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
export const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

const relations = (list: readonly (readonly [id: string, type: string, target: string])[]): string =>
  `<Relationships ${RELATIONS}>${list
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${TYPE}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`

export interface Made {
  /** What stands between the tags `sheetData`. */
  readonly rows?: string
  /** The whole part of the sheet. */
  readonly sheet?: string
  /** Texts between the tags `si`. */
  readonly shared?: readonly string[]
  /** Ranges of merged cells. */
  readonly merged?: readonly string[]
  /** What stands inside the style sheet. */
  readonly styles?: string
  readonly is1904?: boolean
  /** Name, attributes and rows of further sheets, which come first. */
  readonly before?: readonly (readonly [name: string, attributes: string, rows: string])[]
  readonly lies?: Lies
}

export const sheetOf = (rows: string, merged: readonly string[] = []): string =>
  `<?xml version="1.0" encoding="UTF-8"?><worksheet ${MAIN}><dimension ref="A1:XFD9"/><sheetData>${rows}</sheetData>${mergedOf(merged)}</worksheet>`

const mergedOf = (ranges: readonly string[]): string =>
  ranges.length === 0
    ? ''
    : `<mergeCells count="${ranges.length}">${ranges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`

/** The parts of a workbook with a sheet 台账. */
export function partsOf(made: Made): Parts {
  const sheets = [...(made.before ?? []), ['台账', '', made.rows ?? ''] as const]
  const list = sheets.map(([name, attributes], i) => `<sheet name="${name}" ${attributes} r:id="r${i}"/>`)
  const properties = made.is1904 ? '<workbookPr date1904="1"/>' : ''
  return [
    ['_rels/.rels', relations([['a', 'officeDocument', 'xl/workbook.xml']])],
    [
      'xl/workbook.xml',
      `<workbook ${MAIN} xmlns:r="${TYPE}">${properties}<sheets>${list.join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relations([
        ...sheets.map((_, i) => [`r${i}`, 'worksheet', `worksheets/sheet${i}.xml`] as const),
        ['s', 'sharedStrings', '/xl/sharedStrings.xml'],
        ['t', 'styles', 'styles.xml'],
      ]),
    ],
    [
      'xl/sharedStrings.xml',
      `<sst ${MAIN}>${(made.shared ?? []).map((text) => `<si>${text}</si>`).join('')}</sst>`,
    ],
    ['xl/styles.xml', `<styleSheet ${MAIN}>${made.styles ?? ''}</styleSheet>`],
    ...sheets.map(
      ([, , rows], i) =>
        [
          `xl/worksheets/sheet${i}.xml`,
          i === sheets.length - 1 ? (made.sheet ?? sheetOf(rows, made.merged)) : sheetOf(rows),
          i === sheets.length - 1 ? (made.lies ?? {}) : {},
        ] as const,
    ),
  ]
}

export const workbook = (made: Made): Buffer => archive(partsOf(made))

/** Rows of cells that hold their text themselves. */
export const rowsOf = (rows: readonly (readonly string[])[]): string =>
  rows
    .map(
      (cells) => `<row>${cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`,
    )
    .join('')
