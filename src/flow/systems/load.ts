import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeTable, Compilation, Mistake } from '#core/mapping/mapping.ts'
import { parseSystemFile, type SystemFile } from '#core/mapping/system-file.ts'
import { parseCodeTable } from '#core/mapping/table.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { ReadOptions } from '#core/source.ts'
import type { InstalledRecord, InstalledSystem, Registry } from './registry.ts'

export interface LoadOptions {
  /** Turns an identity number into a digest; see store/secrets.ts. */
  readonly keyedHash?: (text: string) => string
  /** What persons decided of the names of products; see flow/reference/product-aliases.ts. */
  readonly productAliases?: ProductAliases
}

const SYSTEM_FILE = 'system.yaml'

/**
 * Reads and compiles everything under the folder of mappings. A folder with a `system.yaml` is a system; each other `.yaml` file in it
 * is the mapping of one record, and `tables/` has its code tables. Mistakes are collected, not thrown: what is broken is known as
 * broken, and the rest works.
 */
export async function loadRegistry(folder: string, options: LoadOptions = {}): Promise<Registry> {
  const systems = new Map<string, InstalledSystem>()
  for (const name of await folderNames(folder)) {
    const system = await loadSystem(folder, name, options)
    if (system) systems.set(system.id, system)
  }
  const mistakes = [...systems.values()].flatMap((system) => [
    ...system.mistakes,
    ...[...system.records.values()].flatMap((record) => record.mistakes),
  ])
  return { systems, mistakes, system: (id) => systems.get(id) }
}

/** Compiles one mapping file with the code tables beside it, as `hub map try` needs it. */
export async function loadMappingFile(path: string): Promise<Compilation> {
  const { tables, mistakes } = await loadTables(dirname(path), dirname(path))
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

async function loadSystem(
  folder: string,
  name: string,
  options: LoadOptions,
): Promise<InstalledSystem | null> {
  const own = join(folder, name)
  const files = await readdir(own)
  if (!files.includes(SYSTEM_FILE)) return null
  const path = `${name}/${SYSTEM_FILE}`
  const { system: file, mistakes } = parseSystemFile(path, await readFile(join(own, SYSTEM_FILE), 'utf8'))
  if (file && file.system !== name) mistakes.push(wrongName(path, file.system, name))
  const { tables, mistakes: wrongTables } = await loadTables(own, name)
  const records = new Map<string, InstalledRecord>()
  for (const mapping of files.filter((one) => one.endsWith('.yaml') && one !== SYSTEM_FILE).sort()) {
    const record = await loadRecord(own, name, mapping, { file, tables, options })
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
    folder: own,
    records,
    mistakes: [...mistakes, ...wrongTables],
  }
}

async function loadRecord(
  own: string,
  system: string,
  fileName: string,
  parts: { file: SystemFile | null; tables: Readonly<Record<string, CodeTable>>; options: LoadOptions },
): Promise<InstalledRecord> {
  const text = await readFile(join(own, fileName), 'utf8')
  const path = `${system}/${fileName}`
  const { mapping, mistakes } = compileMapping({ path, text, tables: parts.tables, ...parts.options })
  const declared = Object.entries(parts.file?.records ?? {}).find(([, record]) => record.mapping === fileName)
  const name = mapping?.record ?? declared?.[0] ?? fileName.replace(/\.yaml$/, '')
  if (mapping && mapping.system !== system) mistakes.push(wrongName(path, mapping.system, system))
  return {
    name,
    title: mapping?.title ?? { zh: name, en: name },
    accepts:
      mapping?.direction === 'backward'
        ? []
        : (declared?.[1].accepts ?? (mapping ? CONTENT_TYPES[mapping.read.format] : [])),
    ...(declared?.[1].maxRecords === undefined ? {} : { maxRecords: declared[1].maxRecords }),
    ...(declared?.[1].answer ? { answer: declared[1].answer } : {}),
    mapping: mistakes.length === 0 ? mapping : null,
    mistakes,
  }
}

const CONTENT_TYPES: Record<ReadOptions['format'], readonly string[]> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson'],
  xml: ['text/xml', 'application/xml'],
  soap: ['text/xml', 'application/soap+xml'],
  csv: ['text/csv'],
  form: ['application/x-www-form-urlencoded'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
}

/** The code tables of a system by their file names. */
async function loadTables(
  own: string,
  system: string,
): Promise<{ tables: Record<string, CodeTable>; mistakes: Mistake[] }> {
  const tables: Record<string, CodeTable> = {}
  const mistakes: Mistake[] = []
  const folder = join(own, 'tables')
  const files = await readdir(folder).catch(() => [])
  for (const file of files.filter((one) => one.endsWith('.yaml')).sort()) {
    const name = file.replace(/\.yaml$/, '')
    const read = parseCodeTable(name, `${system}/tables/${file}`, await readFile(join(folder, file), 'utf8'))
    if (read.table) tables[name] = read.table
    mistakes.push(...read.mistakes)
  }
  return { tables, mistakes }
}

const wrongName = (path: string, found: string, wanted: string): Mistake => ({
  path,
  line: 1,
  column: 1,
  target: 'system',
  message: {
    en: `the system is called ${found}, its folder ${wanted}`,
    zh: `系统名为 ${found}，文件夹为 ${wanted}`,
  },
  advice: { en: `Write ${wanted}, or rename the folder.`, zh: `请改为 ${wanted}，或重命名文件夹。` },
})
