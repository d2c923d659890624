import { mistakesOf } from '#flow/systems/mistakes.ts'
import type { InstalledSystem } from '#flow/systems/registry.ts'
import { mistakeLine } from './mistake-line.ts'
import { wantedSystems } from './wanted-systems.ts'

/** `hub system check [system…]`: every mistake of the systems' settings, mappings and code tables, with place and advice. */
export async function systemCheck(names: readonly string[]): Promise<void> {
  const systems = await wantedSystems(names)
  const wrong = systems?.filter((system) => !report(system)) ?? []
  if (wrong.length > 0) process.exitCode = 1
}

function report(system: InstalledSystem): boolean {
  const mistakes = mistakesOf(system)
  const records = [...system.records.keys()].join(', ')
  console.log(`${mistakes.length === 0 ? '✓' : '✗'} ${system.id}: ${records}`)
  for (const mistake of mistakes) console.log(`  ${mistakeLine(mistake)}`)
  return mistakes.length === 0
}
