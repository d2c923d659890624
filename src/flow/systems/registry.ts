import type { SystemAnswer } from '#core/answer/answer.ts'
import type { CompiledMapping, Mistake } from '#core/mapping/mapping.ts'
import type { SystemFile } from '#core/mapping/system-file.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { ReceiverProtocol } from '#core/receiver/receiver.ts'
import type { Signing } from '#core/signing/signing.ts'

/** A system as its folder under `mappings/`, or what was given by the API in its place, describes it. */
export interface InstalledSystem {
  readonly id: string
  readonly title: { readonly zh: string; readonly en: string }
  readonly department?: { readonly zh: string; readonly en: string }
  readonly region?: string
  /** Null for a system that was given by the API. */
  readonly folder: string | null
  /** What its sender wants to read; the hub's own receipt where it is not said. */
  readonly answer?: SystemAnswer | 'receipt'
  /** How its messages are signed, both ways. */
  readonly sign?: Signing
  /** How it is spoken to as a receiver, where it does not implement the hub's own contract. */
  readonly receiver?: ReceiverProtocol
  readonly records: ReadonlyMap<string, InstalledRecord>
  readonly mistakes: readonly Mistake[]
  /** What works in its system.yaml and is surely not meant. */
  readonly doubts: readonly Mistake[]
  /** Its system.yaml, where there is one without mistakes. */
  readonly file?: SystemFile
  /** Texts of the code tables of its folder, by name. */
  readonly tables?: Readonly<Record<string, string>>
}

/** A system that has a folder under `mappings/`. */
export type FolderSystem = InstalledSystem & {
  readonly folder: string
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
  /** What it was compiled from. */
  readonly source?: MappingSource
}

/** The text of a mapping with the texts of its code tables, by name. */
export interface MappingSource {
  readonly text: string
  readonly tables: Readonly<Record<string, string>>
}

/**
 * The systems and their mappings, compiled. A broken mapping leaves the others working. What is active can change while the hub runs
 * (`live.ts`): ask at each use, and keep what was got for one message.
 */
export interface Registry<System extends InstalledSystem = InstalledSystem> {
  readonly systems: ReadonlyMap<string, System>
  system(id: string): System | undefined
  /** What persons decided of the names of products, where this is known. */
  readonly productAliases?: ProductAliases
  /** All mistakes of all files, for /readyz and `hub system check`. */
  readonly mistakes: readonly Mistake[]
}

/** Whether a system pushes this record; a mapping that writes for a receiver reads nothing. */
export const isPushed = ({ mapping }: InstalledRecord): boolean => mapping?.direction !== 'backward'

/** Names of the records that a system may push. */
export const pushedNames = ({ records }: InstalledSystem): string[] =>
  [...records.values()].filter(isPushed).map(({ name }) => name)
/** A registry of systems that do not change. */
export const registryOf = <System extends InstalledSystem>(
  systems: ReadonlyMap<string, System>,
): Registry<System> => ({
  systems,
  system: (id) => systems.get(id),
  mistakes: [...systems.values()].flatMap((system) => [
    ...system.mistakes,
    ...[...system.records.values()].flatMap((record) => record.mistakes),
  ]),
})
