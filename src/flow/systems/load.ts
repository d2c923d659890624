import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compileMapping } from '#core/mapping/compile.ts'
import type { Compilation, Mistake } from '#core/mapping/mapping.ts'
import { parseSystemFile } from '#core/mapping/system-file.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { compileTables, type InstallOptions, installRecord, wrongRecord, wrongSystem } from './install.ts'
import { type FolderSystem, type InstalledRecord, type Registry, registryOf } from './registry.ts'

const SYSTEM_FILE = 'system.yaml'

/**
 * Reads and compiles everything under the folder of mappings. A folder with a `system.yaml` is a system; each other `.yaml` file in it
 * is the mapping of one record, and `tables/` has its code tables. Mistakes are collected, not thrown: what is broken is known as
 * broken, and the rest works.
 */
export async function loadRegistry(
  folder: string,
  options: InstallOptions = {},
): Promise<Registry<FolderSystem>> {
  const systems = new Map<string, FolderSystem>()
  for (const name of await folderNames(folder)) {
    const system = await loadSystem(join(folder, name), options)
    if (system) systems.set(system.id, system)
  }
  return registryOf(systems)
}

/** Compiles one mapping file with the code tables beside it, as `hub map try` needs it. */
export async function loadMappingFile(path: string): Promise<Compilation> {
  const { tables, mistakes } = compileTables(dirname(path), await readTables(dirname(path)))
  const compiled = compileMapping({ path: basename(path), text: await readFile(path, 'utf8'), tables })
  return {
    mapping: mistakes.length === 0 ? compiled.mapping : null,
    mistakes: [...mistakes, ...compiled.mistakes],
  }
}

async function folderNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** Reads and compiles one system from its folder; null where there is no `system.yaml` in it. */
export async function loadSystem(own: string, options: InstallOptions = {}): Promise<FolderSystem | null> {
  const name = basename(own)
  const files = await readdir(own)
  if (!files.includes(SYSTEM_FILE)) return null
  const path = `${name}/${SYSTEM_FILE}`
  const mappings = files.filter((one) => one.endsWith('.yaml') && one !== SYSTEM_FILE).sort()
  const parsed = parseSystemFile(path, await readFile(join(own, SYSTEM_FILE), 'utf8'), mappings)
  const mistakes = [...parsed.mistakes]
  if (parsed.system && parsed.system.system !== name)
    mistakes.push(wrongSystem(path, parsed.system.system, name))
  // A folder cannot be the hub itself, whatever stands in it.
  const file = name === OWN_SYSTEM ? null : parsed.system
  const tables = await readTables(own)
  const records = new Map<string, InstalledRecord>()
  const misnamed: Mistake[] = []
  for (const mapping of mappings) {
    const source = { text: await readFile(join(own, mapping), 'utf8'), tables }
    const record = installRecord({ system: name, name: mapping, source, file }, options)
    const declared = Object.entries(file?.records ?? {}).find(([, one]) => one.mapping === mapping)?.[0]
    if (record.mapping && declared !== undefined && declared !== record.name)
      misnamed.push(wrongRecord(`${name}/${mapping}`, `${name}/${record.name}`, `${name}/${declared}`))
    // A broken system.yaml no longer says what must be signed, nor how a receiver is spoken to: nothing of it works until it is mended.
    records.set(record.name, file ? record : { ...record, mapping: null })
  }
  return {
    id: name,
    title: file?.title ?? { zh: name, en: name },
    ...(file?.department ? { department: file.department } : {}),
    ...(file?.region ? { region: file.region } : {}),
    ...(file?.answer ? { answer: file.answer } : {}),
    ...(file?.sign ? { sign: file.sign } : {}),
    ...(file?.receiver ? { receiver: file.receiver } : {}),
    ...(file ? { file } : {}),
    folder: own,
    records,
    tables,
    mistakes: [...mistakes, ...compileTables(name, tables).mistakes],
    doubts: [...parsed.doubts, ...misnamed],
  }
}

/** Texts of the code tables beside a mapping, by the names of their files. */
async function readTables(own: string): Promise<Record<string, string>> {
  const folder = join(own, 'tables')
  const files = await readdir(folder).catch(() => [])
  const tables: Record<string, string> = {}
  for (const file of files.filter((one) => one.endsWith('.yaml')).sort())
    tables[file.replace(/\.yaml$/, '')] = await readFile(join(folder, file), 'utf8')
  return tables
}
