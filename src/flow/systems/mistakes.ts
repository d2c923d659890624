import type { Mistake } from '#core/mapping/mapping.ts'
import type { InstalledSystem } from './registry.ts'

/** Everything that is wrong with a system: with its own file, its code tables and the mappings of its records. */
export const mistakesOf = (system: InstalledSystem): Mistake[] => [
  ...system.mistakes,
  ...[...system.records.values()].flatMap(({ mistakes }) => mistakes),
]
