/** The time, handed in so that a test can stand at any hour. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

/** What delivery has to say to an operator. No record, no key and no personal datum is in it. */
export interface Log {
  info(facts: object, sentence: string): void
  warn(facts: object, sentence: string): void
  error(facts: object, sentence: string): void
}

/** Turns the JSON text of a canonical record into the receiver's own JSON text. */
export type BackwardMapping = (
  record: string,
) =>
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly detail: string }
