import type { WriteContext, Written } from '#core/mapping/mapping.ts'
import type { Road } from '#core/peers/road.ts'
import type { Change } from '#store/changes.ts'

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

/** Turns changes into the format of the receiver of a link. */
export interface BackwardMapping {
  /** Looks up what the records refer to, for all of them at once. */
  prepare(changes: readonly Change[]): Promise<PreparedChanges>
}

/** Changes with what is known of them. */
export interface PreparedChanges {
  /** One change as text; null where it does not concern the receiver. */
  one(
    change: Change,
  ):
    | { readonly ok: true; readonly text: string | null; readonly road?: Road }
    | { readonly ok: false; readonly code: string; readonly detail: string }
  /** Whether the mapping makes messages; else only records, which stand in batches of the hub's contract. */
  readonly writesMessages: boolean
  /** The messages that hold the changes. Of each, `one` must have given a text. */
  messages(changes: readonly Change[], sent?: Omit<WriteContext, 'related'>): readonly Written[]
}
