import { mappingsMustExist } from '#cli/mappings-folder.ts'
import { sentenceOf, settingsOrExit } from '#cli/process.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { FolderSystem } from '#flow/systems/registry.ts'

/**
 * The systems that a command names, all where it names none. Null where the folder of mappings is missing; a name that there is not is
 * told and makes the exit code 1.
 */
export async function wantedSystems(names: readonly string[]): Promise<FolderSystem[] | null> {
  const { mappings } = settingsOrExit(process.env)
  try {
    await mappingsMustExist(mappings)
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
    return null
  }
  const registry = await loadRegistry(mappings)
  const unknown = names.filter((id) => !registry.system(id))
  for (const id of unknown) console.error(`${id}? ${[...registry.systems.keys()].join(', ')}`)
  if (unknown.length > 0) process.exitCode = 1
  return [...registry.systems.values()].filter(({ id }) => names.length === 0 || names.includes(id))
}
