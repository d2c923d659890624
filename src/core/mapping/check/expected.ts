/** What must come out of one sample: a file `<sample>.expected.json` beside it. */
export interface ExpectedFile {
  readonly record: string
  readonly contentType: string
  /** Sample, or several in their order, that is sent before this one, in the same folder. */
  readonly sendAfter?: string | readonly string[]
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  /** The message as a whole cannot be read; `at` is the place, where the file names it. */
  readonly refused?: { readonly code: string; readonly at?: string }
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
