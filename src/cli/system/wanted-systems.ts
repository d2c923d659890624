import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { cliLanguage } from '#cli/language.ts'
import { mappingsMustExist } from '#cli/mappings-folder.ts'
import { nearest } from '#cli/nearest.ts'
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
  for (const id of unknown) await tellUnknown(id, mappings, [...registry.systems.keys()])
  if (unknown.length > 0) process.exitCode = 1
  return [...registry.systems.values()].filter(({ id }) => names.length === 0 || names.includes(id))
}

/** Says that there is no such system, and why: its name is another, or its folder has no system.yaml. */
export async function tellUnknown(id: string, mappings: string, known: readonly string[]): Promise<void> {
  const zh = cliLanguage() === 'zh'
  const meant = nearest(id, known)
  const folder = join(mappings, id)
  const isFolder = await access(folder).then(
    () => true,
    () => false,
  )
  if (isFolder)
    console.error(
      zh
        ? `${folder} 中没有 system.yaml，不构成对接系统。请补上，或用 hub system new 新建。`
        : `${folder} has no system.yaml, and is no system. Add one, or make the folder with hub system new.`,
    )
  else if (meant !== undefined)
    console.error(
      zh
        ? `${mappings} 中没有系统“${id}”。是否应为“${meant}”？`
        : `There is no system "${id}" in ${mappings}. Did you mean "${meant}"?`,
    )
  else
    console.error(
      zh
        ? `${mappings} 中没有系统“${id}”。已有：${known.join('、') || '无'}。`
        : `There is no system "${id}" in ${mappings}. There are: ${known.join(', ') || 'none'}.`,
    )
}
