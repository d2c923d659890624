import type { Issue } from '#core/issue.ts'
import type { MappedRecord, MappedWhole } from '#core/mapping/mapping.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Head } from '#store/heads.ts'
import type { Content } from './content.ts'
import type { Decision, Known } from './known-records.ts'
import type { KeyedResult } from './results-text.ts'

/** A message that was decoded and mapped, and waits to be written. */
export interface PreparedMessage {
  readonly id: string
  readonly receivedAtMs: number
  readonly system: string
  readonly record: string
  readonly mapping: string
  readonly sha256: Buffer
  readonly sources: readonly PreparedSource[]
  /** A large message is decided some time after it arrived; what arrived since is newer. */
  readonly deferred?: boolean
  /** Set for a stored message that is mapped anew. */
  readonly replay?: Replaying
  /** Set for changes that a peer sent: how each is decided. */
  readonly peer?: PeerChanges
}

/** Changes of records that another hub owns; their versions have numbers already. */
export interface PeerChanges {
  decide(at: number, known: Known, into: Decision): KeyedResult
}

/** What a replay asks for beside what intake does. */
export interface Replaying {
  readonly id: string
  /** Whether a source record, by its place in `sources`, must not touch the record that there is: something newer made it. */
  keepsOut(at: number, record: PreparedRecord, head: Head, known: Known): boolean
}

export interface PreparedSource {
  readonly index: number
  /** Where it stands, as its format names places; undefined where it came in no message of a source. */
  readonly path?: string | undefined
  readonly key: readonly string[] | null
  readonly rejected: boolean
  readonly issues: readonly Issue[]
  readonly records: readonly PreparedRecord[]
  /** Of a line, the order that it belongs to. */
  readonly whole?: MappedWhole | undefined
}

/** What a source record asks for one canonical record. */
export interface PreparedRecord {
  readonly kind: Kind
  readonly id: string
  readonly key: readonly string[]
  /** `untold`: the source record does not tell it; where it did before, that ends it. */
  readonly operation: 'upsert' | 'void' | 'untold'
  readonly ended: MappedRecord['void']
  /** The source's own version or time; null where the mapping names none. */
  readonly order: string | null
  /** Where the order would stand that the mapping names and the source record lacks. */
  readonly lacksOrderAt?: string | undefined
  /** Null for a void that names no content, and for what is not told. */
  readonly content: Content | null
  readonly expected: MappedRecord['expected'] | undefined
}
