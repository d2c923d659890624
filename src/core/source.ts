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
  readonly format: 'json' | 'ndjson' | 'xml' | 'csv' | 'form'
  /** Encoding that the system declares; what the bytes really are is detected. */
  readonly encoding?: string
  /** Path of the list inside the document, names joined by a dot; empty means the root: a list, or a single record. */
  readonly rows?: string
  /** Members around the list that the mapping reads, names joined by a dot. */
  readonly envelope?: readonly string[]
  /** What members around the list must say, by their path: one of the texts. A message that says something else is refused. */
  readonly expect?: Readonly<Record<string, readonly string[]>>
  readonly xml?: {
    /** Names of the elements that are source records. */
    readonly roots?: readonly string[]
    /** A detail element that is completed by the base element with the same value of a child element. */
    readonly join?: { readonly detail: string; readonly base: string; readonly on: string }
  }
  readonly csv?: { readonly delimiter?: string; readonly quote?: string; readonly header?: readonly string[] }
  readonly form?: { readonly field: string; readonly format: 'json' }
  readonly maxDepth?: number
}
