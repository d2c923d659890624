import type { Issue } from './issue.ts'

/**
 * A value of a source record after decoding. Numbers are kept as the text that the source wrote, so that no digit is lost;
 * one that had lost digits before it was sent comes as `3.30825E+19`. Names of objects never reach a prototype.
 */
export type SourceValue = string | boolean | null | SourceValue[] | { [name: string]: SourceValue }

/** One source record as it came out of a message: a row, an element, a member of a list. */
export interface SourceRecord {
  /** Place in the order of the message, from 0. */
  readonly index: number
  /** Where it stands, as its format names places: `/1`, `` for a single object, `meat_out_info_detail[1]`, `line 3`, `row 7`. */
  readonly path: string
  readonly value: SourceValue
  /** Where one of its fields stands, for example `/1/billNo`. */
  place(field: string): string
  /** What stands around the list, where the mapping reads it. */
  readonly envelope?: Envelope
  /** What decoding found wrong with it; not empty means that the record is rejected while its neighbours live. */
  readonly issues: readonly Issue[]
  /** Of a line, where the record or the sheet around it tells all lines that there are. */
  readonly whole?: WholeLines
}

/** Where the lines of one record, or of one title, stand among the source records. */
export interface WholeLines {
  /** Place of the first of them. */
  readonly first: number
  /** All of them, at the last one. */
  readonly lines?: readonly SourceRecord[]
  /** Where there are more than are looked through: place of the first that is none of `lines`. */
  readonly cutAt?: string
  /** It is no line, and stands for what has none itself: a record with an empty list, a sheet without rows. */
  readonly alone?: true
}

/** Damage of a source's XML that is known and repaired before it is read. */
export interface XmlRepairs {
  /** A `&` that begins no reference is one of the text. */
  readonly ampersand?: 'escape'
  /** Wrong names of closing tags, and the element that each really closes. */
  readonly closing?: { readonly [wrong: string]: string }
}

/** How rows of two elements become one source record. */
export interface XmlJoin {
  readonly detail: string
  readonly base: string
  /** Name of the child that both have; several names are joined by commas. */
  readonly on: string
  /** Parts that come in different messages wait for each other. */
  readonly park?: boolean
}

/** What the members around the list are called in a mapping: `envelope.recordNodeId`. */
export const ENVELOPE = 'envelope.'

/** The members around the list of a message: `method`, `recordNodeId`, `head`. All its records share one. */
export interface Envelope {
  readonly value: { readonly [name: string]: SourceValue }
  /** Where one of them stands: `/body/enterpriseCode`, `dataStr/recordNodeId`. */
  place(field: string): string
}

/** How the bytes of a system's message are read; written in `read:` of a mapping. */
export interface ReadOptions {
  readonly format: 'json' | 'ndjson' | 'xml' | 'soap' | 'csv' | 'form' | 'xlsx' | 'dbf'
  /** Encoding that the system declares; what the bytes really are is detected. */
  readonly encoding?: string
  /** Path of the list inside the document, names joined by a dot; empty means the root: a list, or a single record. */
  readonly rows?: string
  /** Member of each record of JSON that is the list of the source records; the record around them is their `base`. */
  readonly lines?: string
  /** The list tells all lines that there are; one without any is no mistake. */
  readonly whole?: boolean
  /** Members around the list that the mapping reads, names joined by a dot. */
  readonly envelope?: readonly string[]
  /** What members around the list must say, by their path: one of the texts. A message that says something else is refused. */
  readonly expect?: Readonly<Record<string, readonly string[]>>
  readonly xml?: {
    /** Names of the elements that are source records. */
    readonly roots?: readonly string[]
    /** The element around the rows, and what its attributes must say; another message is refused. */
    readonly envelope?: {
      readonly name: string
      readonly attributes: { readonly [name: string]: string }
    }
    readonly repair?: XmlRepairs
    /** A detail element that is completed by the base element with the same value of a child element. */
    readonly join?: XmlJoin
  }
  readonly csv?: CsvOptions
  readonly form?: { readonly field: string; readonly format: 'json' }
  /** Element of a SOAP envelope that holds an XML document as text; its rows are those of `xml`. */
  readonly soap?: { readonly field: string }
  /** `any-case`: the source writes one name in several spellings (case, width, blanks around it); those of the mapping count. */
  readonly names?: 'as-written' | 'any-case'
  /** `base64`: each text of a record is the Base64 of its UTF-8. */
  readonly values?: 'as-written' | 'base64'
  readonly xlsx?: WorkbookOptions
  readonly dbf?: DbfOptions
  /** Columns that a table cannot do without, because the key of its records is made of them: of each list one. */
  readonly columns?: readonly (readonly string[])[]
  readonly maxDepth?: number
  /** How messages of other content types are read, by the content type without its parameters. */
  readonly also?: Readonly<Record<string, ReadOptions>>
}

/** How a message of this content type is read. */
export const readAs = (read: ReadOptions, contentType: string): ReadOptions =>
  read.also?.[contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''] ?? read

/** The dialect of a CSV file. */
export interface CsvOptions {
  /** One character, `tab`, or `auto`: that of `,` `;` tab and `|` which the title row has most of. A comma where not given. */
  readonly delimiter?: string
  /** One character, or `none`: quotation marks are text. `"` where not given. */
  readonly quote?: string
  /** Names of the columns where the file has no title row. */
  readonly header?: readonly string[]
  /** Lines above the title row that are no part of the table. */
  readonly skip?: number
  /** What a line begins with that is a remark. */
  readonly comment?: string
}

/** How a table that people fill in is read. */
export interface TableOptions {
  /** Row of the names of the columns, from 1; the first where not given. Two rows: that of the groups, and that of the names inside them. */
  readonly header?: number | readonly [groups: number, names: number]
  readonly title?: TableTitle
  /** Fields that have their unit in their heading: `数量(斤)` is the field `数量`, and `unit.数量` is `斤`. */
  readonly units?: readonly string[]
  /** Marks such as `同上` take the value of the row above. */
  readonly ditto?: boolean
  /** Rows that are no records: texts by the column that has them, such as `合计` under `序号`. */
  readonly totals?: { readonly [field: string]: readonly string[] }
}

/** A cell above the headings whose parts, with blanks between them, are fields of every record: `title.<part>`. */
export interface TableTitle {
  /** `A1`. */
  readonly cell: string
  readonly parts: readonly string[]
}

/** How a workbook is read. */
export interface WorkbookOptions extends TableOptions {
  /** Name of the sheet; the first visible one where not given. */
  readonly sheet?: string
  /** Every visible sheet is a table with a title and headings of its own, as in a book with a sheet for each month. */
  readonly sheets?: 'all'
  /** Whether hidden rows are records; a filter hides rows too, so they are where not given. */
  readonly hiddenRows?: 'read' | 'skip'
  /** Parts of the title: all sheets that have the same tell all rows that there are, one without any too. */
  readonly whole?: readonly string[]
}

/** How a dBase table is read. */
export interface DbfOptions {
  /** `read`: rows that are marked as deleted are records too, and the field `dbf.deleted` says which; they are none where not given. */
  readonly deleted?: 'skip' | 'read'
}
