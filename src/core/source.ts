import type { Issue } from './issue.ts'

/**
 * A value of a source record after decoding. Numbers are kept as the text that the source wrote, so that no digit is lost;
 * names of objects never reach a prototype.
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
  /** What decoding found wrong with it; not empty means that the record is rejected while its neighbours live. */
  readonly issues: readonly Issue[]
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

/** How the bytes of a system's message are read; written in `read:` of a mapping. */
export interface ReadOptions {
  readonly format: 'json' | 'ndjson' | 'xml' | 'csv' | 'form'
  /** Encoding that the system declares; what the bytes really are is detected. */
  readonly encoding?: string
  /** Path of the list inside the document, names joined by a dot; empty means the root: a list, or a single record. */
  readonly rows?: string
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
  readonly csv?: { readonly delimiter?: string; readonly quote?: string; readonly header?: readonly string[] }
  readonly form?: { readonly field: string; readonly format: 'json' }
  readonly maxDepth?: number
}
