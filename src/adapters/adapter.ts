import type { Socket } from 'node:net'
import type { TObject } from 'typebox'

/** A text in both languages of the hub. */
export interface Words {
  readonly zh: string
  readonly en: string
}

/**
 * What an adapter is handed and all that it may touch: it knows no SQL of the hub, no queue and no business, reads no clock and no
 * environment, and opens no connection but by these ports, which check every address.
 */
export interface AdapterParts<Settings = unknown> {
  readonly http: HttpPort
  readonly connect: ConnectPort
  /** Valid by the adapter's own schema, with its defaults filled in. */
  readonly settings: Settings
  /** Secrets that are set, by name. They stand in no log, error, state or page. */
  readonly secrets: Readonly<Record<string, string>>
  readonly limits: ChannelLimits
  /** Folders of this machine below which files may be read; the operator's word, by the environment. */
  readonly folders: readonly string[]
  readonly log: AdapterLog
  /**
   * Told once in each reading that an adapter begins: what it leaves at the source and why, empty where it leaves nothing. Shown with the channel until the next reading; each a whole sentence
   * with what to do.
   */
  readonly tell: (doubts: readonly Words[]) => void
  readonly clock: AdapterClock
  /** Aborted when the work has to end: what is under way is broken off, nothing is acknowledged any more. */
  readonly signal: AbortSignal
}

export interface AdapterLog {
  info(facts: object, sentence: string): void
  warn(facts: object, sentence: string): void
}

export interface AdapterClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after the time, at once when the work has to end. */
  pause(ms: number): Promise<void>
}

/** Bounds of one channel, valid and complete. */
export interface ChannelLimits {
  /** Requests to the source in a second; null: as fast as it answers. */
  readonly requestsPerSecond: number | null
  /** Rows in a second that are taken on; null: as fast as the hub writes. */
  readonly rowsPerSecond: number | null
  /** Rows that are asked for at a time. */
  readonly pageRows: number
  /** Largest answer or file, in bytes as they are once inflated. */
  readonly maxBytes: number
  /** Longest wait for one answer or for the next bytes of one, in milliseconds. */
  readonly timeoutMs: number
  /** Of the scan of keys, in place of what the system.yaml says; the hub keeps it. */
  readonly fusePercent?: number
  readonly fuseRecords?: number
}

/** One request over HTTP. The address is checked as resolved and as connected, redirects are not followed, answers are capped. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** In place of that of the limits. */
  readonly maxBytes?: number
}

export interface HttpAnswer {
  readonly status: number
  /** Names in small letters; of several of one name, all in order. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Without its content coding, which is taken off under the cap. */
  readonly body: Buffer
}

export interface HttpPort {
  /**
   * Asks once, with the rate of the channel. Any status is an answer.
   * @throws AdapterError `retry` for what the network does, `config` for an address that may not be used, `source` for an answer over the cap
   */
  request(request: HttpRequest): Promise<HttpAnswer>
}

export interface ConnectPort {
  /**
   * A TCP connection whose address was checked as resolved and as connected. The caller owns and closes it; it is destroyed by the signal.
   * @throws AdapterError as `http` does
   */
  open(target: { readonly host: string; readonly port: number }): Promise<Socket>
}

/**
 * `retry`: the same may succeed later. `auth`: the source does not let us in. `config`: a setting is wrong. `source`: the source answers what
 * its interface document does not allow.
 */
export type AdapterErrorClass = 'retry' | 'auth' | 'config' | 'source'

/** Why a source could not be read or spoken to. The detail is safe to show: no secret, no content of a record. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError'
  readonly class: AdapterErrorClass
  /** JSON pointer of the setting or secret that is to blame, such as `/settings/url` or `/secrets/password`. */
  readonly setting: string | undefined
  readonly retryAfterMs: number | undefined
  /** The detail in Chinese, where it was found with both; others have a twin (core/source-reasons.ts). */
  readonly zh: string | undefined

  constructor(
    what: AdapterErrorClass,
    detail: string,
    more: {
      readonly setting?: string
      readonly retryAfterMs?: number
      readonly cause?: unknown
      readonly zh?: string | undefined
    } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause })
    this.class = what
    this.setting = more.setting
    this.retryAfterMs = more.retryAfterMs
    this.zh = more.zh
  }
}

/** What was found of one setting when it was tried. */
export interface SettingCheck {
  /** JSON pointer: `/settings/url`, `/secrets/password`, `/limits/pageRows`. */
  readonly setting: string
  readonly ok: boolean
  /** What was found, or what is wrong with it. */
  readonly reason: Words
  /** How to mend it, where it is wrong. */
  readonly advice?: Words
}

/** A value that survives JSON: what a channel knows of how far it has read. */
export type State = { readonly [name: string]: unknown }

/**
 * Some source records as the source gave them, and the state from which exactly the rest follows. Both are committed in one transaction; a
 * page that is not committed is read again.
 */
export interface Page<S extends State = State> {
  /** Which record of the system it is of; the one of the channel where the adapter does not know. */
  readonly record?: string
  readonly contentType: string
  /** As received. Null: there was nothing, only the state moves. In pieces: what may be too large to hold. */
  readonly bytes: Uint8Array | AsyncIterable<Uint8Array> | null
  /** Source rows in it, where the adapter knows; for the pace and the figures. */
  readonly rows?: number
  readonly state: S
  /** What a person calls it: a file, a topic, a page number. No personal data. */
  readonly name: string
  /** Of the adapter's own, for `acknowledge`; a page without one is not acknowledged, and the next one is read while it is stored. */
  readonly token?: unknown
}

/** What became of a page, after COMMIT. */
export interface Taken {
  readonly receipt: string | null
  /** `refused`: its bytes are kept, but nothing in them could be read. `waiting`: it is large, and worked on from now on. */
  readonly state: 'done' | 'waiting' | 'refused'
  readonly received: number
  readonly rejected: number
}

/** Source records of an hour as the source itself counts them. */
export interface SourceCount {
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number
  readonly count: number
}

/**
 * One way of exchanging bytes with a system. A plain object: it is handed everything by `AdapterParts` and keeps nothing between calls,
 * so any process can go on where another one ended.
 */
export interface Adapter<Settings = unknown, S extends State = State> {
  /** As it stands in `adapter:` of a channel. */
  readonly name: string
  readonly title: Words
  readonly description: Words
  /** The form of the settings: for the check, for the console and for OpenAPI. Every property has a title and a description. */
  readonly settings: TObject
  /** Secrets that it may use, by name. */
  readonly secrets: Readonly<Record<string, Words>>
  /** Form of its state; one that does not fit (made by hand, or by a later version) is refused, never guessed at. */
  readonly state: TObject
  /** `ends`: reading comes to an end, and is begun again at times. `listens`: it goes on until the signal. */
  readonly reads: 'ends' | 'listens'
  /** Whether pages have to be committed one after the other, because each state stands on the one before. */
  readonly ordered: boolean
  /** Bounds that suit it better than the common ones. */
  readonly defaults?: Partial<ChannelLimits>
  /** Pointers of settings by which pages come that name no record; the channel has to name one then. */
  unnamed?(settings: Settings): readonly string[]
  /** Tries each setting and secret, all at once, without changing anything at the source. Never throws for what a source can do. */
  check(parts: AdapterParts<Settings>): Promise<SettingCheck[]>
  /**
   * Pages from a state on, in order; from the beginning where it is null. A state further than the source gives no page and stands still.
   * @throws AdapterError
   */
  read(parts: AdapterParts<Settings>, state: S | null): AsyncIterable<Page<S>>
  /**
   * Tells the source, in its own way, that a page is stored. Called after COMMIT for a page with a token, before the next page is asked
   * for where pages are ordered; may be called again for the same page, or never.
   */
  acknowledge?(parts: AdapterParts<Settings>, page: Page<S>, taken: Taken): Promise<void>
  /** All keys that the source has now, as source records of their key fields alone, in pieces: for the scan that finds what was deleted. */
  keys?(parts: AdapterParts<Settings>): AsyncIterable<readonly Readonly<Record<string, string>>[]>
  /** Source records by hour, as the source counts them: reconciliation asks for them where the channel says of which kind they are. */
  counts?(
    parts: AdapterParts<Settings>,
    range: { readonly fromMs: number; readonly toMs: number },
  ): Promise<readonly SourceCount[]>
}
