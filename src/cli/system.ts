import type { Mistake } from '#core/mapping/mapping.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { InstalledSystem } from '#flow/systems/registry.ts'
import { cliLanguage } from './language.ts'
import { mappingsMustExist } from './mappings-folder.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub system check [system…]`: every mistake of the systems' settings, mappings and code tables, with place and advice. */
export async function systemCommand([action, ...wanted]: readonly string[]): Promise<void> {
  if (action !== 'check') throw new WrongUsage()
  const { mappings } = settingsOrExit(process.env)
  try {
    await mappingsMustExist(mappings)
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
    return
  }
  const registry = await loadRegistry(mappings)
  const unknown = wanted.filter((id) => !registry.system(id))
  for (const id of unknown) console.error(`${id}: ${[...registry.systems.keys()].join(', ')}`)
  const systems = [...registry.systems.values()].filter(
    ({ id }) => wanted.length === 0 || wanted.includes(id),
  )
  const mistakes = systems.flatMap(report)
  if (mistakes.length > 0 || unknown.length > 0) process.exitCode = 1
}

function report(system: InstalledSystem): readonly Mistake[] {
  const mistakes = [...system.mistakes, ...[...system.records.values()].flatMap((record) => record.mistakes)]
  const records = [...system.records.keys()].join(', ')
  console.log(`${mistakes.length === 0 ? '✓' : '✗'} ${system.id}: ${records}`)
  for (const mistake of mistakes) console.log(`  ${mistakeLine(mistake)}`)
  return mistakes
}

/** A mistake as one line: `file:line:column target message advice`. */
export function mistakeLine({ path, line, column, target, message, advice }: Mistake): string {
  const language = cliLanguage()
  return `${path}:${line}:${column} ${target ? `${target}: ` : ''}${message[language]} ${advice[language]}`
}
