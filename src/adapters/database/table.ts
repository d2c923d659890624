/** What a column is, as far as reading and comparing it are concerned. */
export type ColumnForm =
  | 'time'
  | 'date'
  | 'number'
  | 'float'
  | 'bool'
  | 'bits'
  | 'text'
  | 'rowversion'
  | 'binary'
  | 'other'

export interface Column {
  readonly name: string
  /** The type as the catalogue writes it, with its length. */
  readonly type: string
  readonly form: ColumnForm
  readonly nullable: boolean
  /** CHAR of fixed length, filled up with blanks. */
  readonly padded: boolean
  /** A time that knows its zone. */
  readonly zoned: boolean
  /** Name of the collation of a text, where a statement needs it. */
  readonly collation?: string
}

export interface Index {
  readonly name: string
  /** In order; empty where it is over an expression. */
  readonly columns: readonly string[]
  readonly unique: boolean
  readonly primary: boolean
}

/** A table or view as the catalogue of its database describes it. */
export interface Table {
  readonly schema: string
  readonly name: string
  readonly isView: boolean
  readonly columns: readonly Column[]
  readonly indexes: readonly Index[]
  /** About how many rows it has, where the database knows. */
  readonly rows: number | null
}

/** Forms by which rows can be ordered and gone on from. */
export const CURSOR_FORMS: ReadonlySet<ColumnForm> = new Set(['time', 'date', 'number', 'text', 'rowversion'])
/** Forms that tell rows apart. */
export const KEY_FORMS: ReadonlySet<ColumnForm> = new Set(['time', 'date', 'number', 'text'])
