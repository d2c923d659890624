import type { Mistake } from '#core/mapping/mapping.ts'
import type { InstalledSystem, Registry } from './registry.ts'

/** Everything that is wrong with a system: with its own file, its code tables and the mappings of its records. */
export const mistakesOf = (system: InstalledSystem): Mistake[] => [
  ...system.mistakes,
  ...[...system.records.values()].flatMap(({ mistakes }) => mistakes),
]

/** What works in its system.yaml and its mappings and is surely not meant. */
export const doubtsOf = ({ doubts, records }: InstalledSystem): Mistake[] => [
  ...doubts,
  ...[...records.values()].flatMap(({ mapping }) => mapping?.doubts ?? []),
]

/** Records that its system.yaml names, and of which no mapping is in force: nothing can be pushed to them. */
export const withoutMapping = ({ file, records }: InstalledSystem): string[] =>
  Object.keys(file?.records ?? {}).filter((name) => !records.has(name))

/** What is wrong with one record of a system, or with the system.yaml itself (`record` null). */
export interface BrokenMapping {
  readonly system: string
  readonly record: string | null
  readonly mistakes: readonly Mistake[]
}

/** Mistakes by system and record. */
export function brokenMappings({ systems }: Pick<Registry, 'systems'>): BrokenMapping[] {
  return [...systems.values()].flatMap((system) => {
    const ofRecords: BrokenMapping[] = [...system.records.values()]
      .filter(({ mistakes }) => mistakes.length > 0)
      .map(({ name, mistakes }) => ({ system: system.id, record: name, mistakes }))
    const known = new Set(ofRecords.flatMap(({ mistakes }) => mistakes))
    const rest = system.mistakes.filter((mistake) => !known.has(mistake))
    return rest.length > 0 ? [...ofRecords, { system: system.id, record: null, mistakes: rest }] : ofRecords
  })
}
