/** What must come out of one sample: a file `<sample>.expected.json` beside it. */
export interface ExpectedFile {
  /** Made from what came out and not yet read by a person against the interface document. */
  readonly draft?: boolean
  readonly record: string
  readonly contentType: string
  /** Sample that is sent before this one, in the same folder; several in their order. */
  readonly sendAfter?: string | readonly string[]
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  /** The message as a whole cannot be read; `at` is the place, where the file names it. */
  readonly refused?: { readonly code: string; readonly at?: string }
  /** Secrets of the system that the sample is checked with, as those of samples are; without them no signature is looked at. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly records: readonly ExpectedRecord[]
}

/** What must become of one source record. */
export interface ExpectedRecord {
  readonly index: number
  readonly key: readonly string[] | null
  readonly result: 'created' | 'updated' | 'voided' | 'unchanged' | 'rejected'
  /** Kinds that must come out; others may. */
  readonly kinds?: readonly string[]
  /** Flags that one of its records must have, and that none may have. */
  readonly flags?: readonly string[]
  readonly notFlags?: readonly string[]
  /** Parts that one of its records must hold. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Parts that its record of a kind must hold. */
  readonly of?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Rejected: where, and the code. */
  readonly field?: string
  readonly code?: string
}
