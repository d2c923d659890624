import type { AdapterParts } from '#adapters/adapter.ts'
import type { Settings } from './settings.ts'
import type { Column, Table } from './table.ts'

export type DatabaseParts = AdapterParts<Settings>

/** SQL, and what is bound to its placeholders where the kind binds. */
export interface Statement {
  readonly text: string
  readonly values: readonly string[]
}

/** Takes rows as the database gives them, cell by cell, in the order of the select list. */
export interface RowTaker {
  value(bytes: Uint8Array, from: number, to: number): void
  none(): void
  /** The row is whole. */
  end(): void
}

/** One connection, read-only, with timeouts at the server. Everything it throws is an AdapterError. */
export interface Session {
  /** Small answers, as text. */
  ask(statement: string | Statement): Promise<readonly (readonly (string | null)[])[]>
  /** Pages: nothing is held but what the taker keeps. */
  rows(statement: Statement, taker: RowTaker): Promise<void>
  close(): Promise<void>
  /** What the server calls itself; no host and no user. */
  readonly version: string
  readonly encrypted: boolean
}

/** Text in UTF-8; bytes in the declared encoding; those in hexadecimal. */
export type BytesForm = 'utf-8' | 'encoded' | 'encoded-hex'

/** How one kind of database writes what a page needs. Pure; names are quoted and never code. */
export interface Dialect {
  quote(name: string): string
  /** Exact text of a column; of what is no text, hexadecimal. */
  shown(column: Column, settings: Settings): string
  /** What the bytes of `shown` are. */
  bytesOf(column: Column, settings: Settings): BytesForm
  /** A value of a column to compare with, in a form that lets its index serve; what it binds is added to `values`. */
  literal(column: Column, text: string, values: string[]): string
  /** So much before a literal. */
  before(column: Column, literal: string, amount: number): string
  /** The newest value that may be read now, by the clock of the database; null where there is no such bound. */
  newest(column: Column, lagSeconds: number): string | null
  page(parts: {
    readonly select: readonly string[]
    readonly from: string
    readonly where: readonly string[]
    readonly order: readonly string[]
    readonly limit: number
  }): string
  /** Whether `(a, b) > (x, y)` is understood and served by an index. */
  readonly comparesRows: boolean
  /** The table with a word on which index to use, where the kind knows one. */
  from(table: Table, order: readonly Column[]): string
  /** Hour since 1970 in UTC of a time. */
  hour(column: Column, settings: Settings): string
  /** A time from milliseconds since 1970. */
  atMs(column: Column, ms: number, settings: Settings): string
}

/** How the database would read a page. */
export interface Plan {
  /** Null: it cannot be told. */
  readonly served: boolean | null
  /** What is in the way, in the words of the database. */
  readonly reason: string
  /** About how many rows a scan would read. */
  readonly rows: number | null
}

export interface Kind {
  readonly title: string
  readonly port: number
  readonly dialect: Dialect
  /** @throws AdapterError */
  open(parts: DatabaseParts): Promise<Session>
  /** Null: there is no such table, or it is hidden from the account. */
  table(session: Session, settings: Settings): Promise<Table | null>
  /** How a page would be read; nothing is read. */
  plan(session: Session, statement: Statement, table: Table, order: readonly Column[]): Promise<Plan>
  /** What the account may do besides reading, such as `INSERT`; empty where it may only read. */
  writeRights(session: Session, settings: Settings, table: Table | null): Promise<readonly string[]>
  /** Whether the text of this database says nothing of its encoding, so that `encoding` must. */
  textIsBytes(session: Session): Promise<boolean>
}
