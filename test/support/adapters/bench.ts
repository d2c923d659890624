import type { Adapter, ChannelLimits, Page, State } from '#adapters/adapter.ts'
import type { CheckName } from './checks.ts'

/**
 * One source record that the suite puts into a source. The bench gives it the form that its protocol has; the id and the time have to be
 * found again in what is read, the holder and the phone are personal and must be found nowhere else.
 */
export interface SourceRow {
  readonly id: string
  /** When it was changed at the source: whole seconds, milliseconds since 1970. Several rows have the same. */
  readonly atMs: number
  readonly holder: string
  readonly phone: string
}

/** Where an adapter is to connect to: the suite puts a proxy before the real server. Without a network nobody reads it. */
export interface At {
  readonly host: string
  readonly port: number
}

/** What a channel is given. */
export interface Given {
  readonly settings: object
  /** Values of at least eight characters, so that they can be told from other words when the suite looks for them. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Private addresses that may be used; those of `At` where it is absent. */
  readonly allow?: readonly string[]
  readonly folders?: readonly string[]
  readonly limits?: Partial<ChannelLimits>
}

/** Settings with something wrong in them, and the pointers that have to be blamed: these and no other. */
export interface BadCase extends Given {
  readonly what: string
  readonly blames: readonly string[]
}

/**
 * `well`: nothing is wrong any more. `busy`: too many requests (429). `unavailable`: out of work, with a wait of `RETRY_AFTER_S` where the
 * protocol can say one (503). `garbage`: the next page is none. `enormous`: the next page has 10 GB, sent only as far as it is read.
 */
export type Misbehaviour = 'well' | 'busy' | 'unavailable' | 'garbage' | 'enormous'

export const RETRY_AFTER_S = 7
export const ENORMOUS_BYTES = 10_000_000_000

/** A page as it was taken by the suite: in one piece, its state as it is after JSON. */
export interface ReadPage {
  readonly page: Page<State>
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly state: State
  readonly ids: readonly string[]
}

/** A real server, loaded. */
export interface BenchSource {
  /** Where it listens. Null: the adapter opens no connection; then the checks of the network are skipped (`noNetwork`). */
  readonly endpoint: At | null
  /** What a channel is given so that all is read from the very first row. */
  good(at: At): Given
  /** Something wrong with each setting and secret in turn; at least one case with several, which must be blamed at once. */
  bad(at: At): readonly BadCase[]
  /** Ids of the rows in a page, in order, double ones as often as they are there. */
  idsOf(bytes: Uint8Array, page: Page<State>): readonly string[]
  add(rows: readonly SourceRow[]): Promise<void>
  /** Takes rows away, for the scan of keys. */
  remove?(ids: readonly string[]): Promise<void>
  misbehave?(what: Misbehaviour): Promise<void>
  /** Makes the source give at most so many rows at a time, however many are asked for. */
  capRows?(rows: number): Promise<void>
  /** A state further on than anything in the source, made of the last one. */
  future?(state: State): State
  /** Id of the row that a key of `keys()` is of. */
  idOfKey?(key: Readonly<Record<string, string>>): string
  /** Something that changes when anything in the source is changed. */
  fingerprint?(): Promise<string>
  stop(): Promise<void>
}

/** All that the suite has to know of an adapter. */
export interface Bench {
  readonly adapter: Adapter<never, never>
  /** Starts a source of its own with these rows; each check has one or more. */
  start(rows: readonly SourceRow[]): Promise<BenchSource>
  /** Checks that cannot apply, each with the reason in a sentence. */
  readonly skips?: Partial<Record<CheckName, string>>
  /** In place of those of the suite (5 rows a page, 1 MB, 700 ms). */
  readonly limits?: Partial<ChannelLimits>
  /** Pointers of the settings that name the address, one of which is blamed for one that may not be used; `/settings/host` by itself. */
  readonly address?: readonly string[]
  /** `error` (by itself): a garbage page is an error of the source. `page`: it is handed on, and intake refuses it. */
  readonly garbage?: 'error' | 'page'
  /** How much longer than the time-out it may take to notice that a connection has gone silent, where nothing was asked for. */
  readonly noticeMs?: number
}

/** Skips of an adapter that opens no connection. */
export const noNetwork = (reason: string): Partial<Record<CheckName, string>> =>
  Object.fromEntries(
    (['busy', 'unavailable', 'refused', 'mute', 'half-closed', 'reset', 'address'] as const).map((name) => [
      name,
      reason,
    ]),
  )
