import { compileMapping } from '#core/mapping/compile.ts'
import type { CodeTable, Mistake } from '#core/mapping/mapping.ts'
import type { SystemFile } from '#core/mapping/system-file.ts'
import { parseCodeTable } from '#core/mapping/table.ts'
import type { ProductAliases } from '#core/products/aliases.ts'
import type { ReadOptions } from '#core/source.ts'
import type { InstalledRecord, MappingSource } from './registry.ts'

export interface InstallOptions {
  /** Turns an identity number into a digest; see store/secrets.ts. */
  readonly keyedHash?: (text: string) => string
  /** What persons decided of the names of products; see flow/reference/product-aliases.ts. */
  readonly productAliases?: ProductAliases
}

/** A mapping file of a system, wherever it is kept. */
export interface RecordFile {
  readonly system: string
  /** Name of the file in the folder of the system. */
  readonly name: string
  readonly source: MappingSource
  /** What system.yaml says; null where it is not known. */
  readonly file: SystemFile | null
}

/** Compiles the mapping of one record. Mistakes are collected, not thrown: what is broken is known as broken, and the rest works. */
export function installRecord(given: RecordFile, options: InstallOptions = {}): InstalledRecord {
  const { system, source } = given
  const path = `${system}/${given.name}`
  // A table with a mistake is missing: who needs it says so, and who does not goes on.
  const { tables } = compileTables(system, source.tables)
  const { mapping, mistakes } = compileMapping({ path, text: source.text, tables, ...options })
  const declared = Object.entries(given.file?.records ?? {}).find(
    ([name, record]) => name === mapping?.record || record.mapping === given.name,
  )
  const name = mapping?.record ?? declared?.[0] ?? given.name.replace(/\.yaml$/, '')
  if (mapping && mapping.system !== system) mistakes.push(wrongSystem(path, mapping.system, system))
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
    source,
  }
}

/** Code tables from their texts. */
export function compileTables(
  system: string,
  texts: Readonly<Record<string, string>>,
): { tables: Record<string, CodeTable>; mistakes: Mistake[] } {
  const tables: Record<string, CodeTable> = {}
  const mistakes: Mistake[] = []
  for (const [name, text] of Object.entries(texts)) {
    const read = parseCodeTable(name, `${system}/tables/${name}.yaml`, text)
    if (read.table) tables[name] = read.table
    mistakes.push(...read.mistakes)
  }
  return { tables, mistakes }
}

const CONTENT_TYPES: Record<ReadOptions['format'], readonly string[]> = {
  json: ['application/json'],
  ndjson: ['application/x-ndjson', 'application/ndjson'],
  xml: ['text/xml', 'application/xml'],
  soap: ['text/xml', 'application/soap+xml'],
  csv: ['text/csv'],
  form: ['application/x-www-form-urlencoded'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  dbf: ['application/vnd.dbf', 'application/x-dbf'],
}

/** A file that names another system than the one whose it is. */
export const wrongSystem = (path: string, found: string, wanted: string): Mistake => ({
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

/** A mapping that is called otherwise than the system.yaml calls the record that it is for. */
export const wrongRecord = (path: string, found: string, wanted: string): Mistake => ({
  path,
  line: 1,
  column: 1,
  target: 'mapping',
  message: {
    en: `the mapping is called ${found}, and its system.yaml has it for ${wanted}`,
    zh: `映射名为 ${found}，而 system.yaml 中它属于 ${wanted}`,
  },
  advice: {
    en: `Write mapping: ${wanted}, or give the record in system.yaml the name of the mapping.`,
    zh: `请写 mapping: ${wanted}，或在 system.yaml 中按映射名称命名该记录。`,
  },
})
