import type { SystemAnswer } from '#core/answer/answer.ts'
import type { CompiledMapping, Mistake } from '#core/mapping/mapping.ts'
import type { ReceiverProtocol } from '#core/receiver/receiver.ts'
import type { Signing } from '#core/signing/signing.ts'

/** A system as its folder under `mappings/` describes it. */
export interface InstalledSystem {
  readonly id: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly department?: { readonly zh: string; readonly en: string }
  readonly region?: string
  readonly folder: string
  /** What its sender wants to read; the hub's own receipt where it is not said. */
  readonly answer?: SystemAnswer | 'receipt'
  /** How its messages are signed, both ways. */
  readonly sign?: Signing
  /** How it is spoken to as a receiver, where it does not implement the hub's own contract. */
  readonly receiver?: ReceiverProtocol
  readonly records: ReadonlyMap<string, InstalledRecord>
  readonly mistakes: readonly Mistake[]
}

export interface InstalledRecord {
  readonly name: string
  readonly title: { readonly zh: string; readonly en: string }
  /** Content types that the record is accepted in. */
  readonly accepts: readonly string[]
  /** Most records in one message, where the interface document says fewer than the hub's own limit. */
  readonly maxRecords?: number
  /** In place of the answer of the system. */
  readonly answer?: SystemAnswer | 'receipt'
  /** Null while its file has mistakes. */
  readonly mapping: CompiledMapping | null
  readonly mistakes: readonly Mistake[]
}

/** Everything under `mappings/`, compiled once at start. A broken mapping leaves the others working. */
export interface Registry {
  readonly systems: ReadonlyMap<string, InstalledSystem>
  system(id: string): InstalledSystem | undefined
  /** All mistakes of all files, for /readyz and `hub system check`. */
  readonly mistakes: readonly Mistake[]
}

/** Whether a system pushes this record; a mapping that writes for a receiver reads nothing. */
export const isPushed = ({ mapping }: InstalledRecord): boolean => mapping?.direction !== 'backward'

/** Names of the records that a system may push. */
export const pushedNames = ({ records }: InstalledSystem): string[] =>
  [...records.values()].filter(isPushed).map(({ name }) => name)
