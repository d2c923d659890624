import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync } from 'node:fs'

/** What a source says of one record: the n-th state of it, with the words by which it is known again. */
export interface State {
  readonly id: string
  /** 1 is the first state that was sent of this record. */
  readonly version: number
  readonly status: 'active' | 'void'
  /** A number that no other state of any record has, and a text beside it that follows from it. */
  readonly mark: string
  readonly words: string
}

/** Before a message is sent. */
export interface SentLine {
  readonly what: 'SENT'
  /** Idempotency-Key. */
  readonly key: string
  readonly system: string
  /** Of the bytes, hexadecimal. */
  readonly sha256: string
  /** Source records in it. */
  readonly sources: number
  readonly states: readonly State[]
}

/** After an answer, or in its place. */
export type OutcomeLine =
  /** A 2xx. The receipt is null where the system's own answer has none. */
  | { readonly what: 'ACKED'; readonly key: string; readonly receipt: string | null; readonly later: boolean }
  /** No answer: it was perhaps stored. */
  | { readonly what: 'UNKNOWN'; readonly key: string; readonly why: string }
  /** Any other answer. With 429 or 503 it may come again. */
  | { readonly what: 'REFUSED'; readonly key: string; readonly status: number; readonly code: string }

export type DriverLine = SentLine | OutcomeLine

/** One change in one request, as a receiver saw it, before it answered. */
export interface ReceiverLine {
  readonly link: string
  readonly event: string
  readonly id: string
  readonly version: number
  readonly operation: string
  readonly mark: string
  readonly words: string
  readonly signed: boolean
  /** What the receiver made of it: `taken` has its effect, `known` had it before, the others have none. */
  readonly effect: 'taken' | 'known' | 'put off' | 'refused' | 'not looked at'
  /** The verdict on this change that was given, or null where it was withheld or the answer cut off. */
  readonly verdict: 'ok' | 'duplicate' | 'retry' | 'reject' | null
}

export interface Ledger<Line> {
  /** Returns when the lines are on disk. */
  note(...lines: readonly Line[]): void
  close(): void
}

/** A file of lines of JSON that survives the death of everyone: it is flushed before `note` returns. */
export function openLedger<Line>(file: string): Ledger<Line> {
  const handle = openSync(file, 'a')
  return {
    note(...lines) {
      appendFileSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      fdatasyncSync(handle)
    },
    close: () => closeSync(handle),
  }
}

export const readLedger = <Line>(file: string): Line[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
