import type { Pool } from 'pg'
import { parseSystemFile, type SystemFile } from '#core/mapping/system-file.ts'
import { noteInstalled, readActive, readEpoch, readMapping } from '#store/mapping-versions.ts'
import { type InstallOptions, installRecord } from './install.ts'
import {
  type InstalledRecord,
  type InstalledSystem,
  isPushed,
  type Registry,
  registryOf,
} from './registry.ts'

/** How often a process looks whether something was activated: within two seconds all have it. */
const LOOK_EVERY_MS = 1000
/** Compiled versions that are not active, kept for replays and comparisons. */
const ASIDE_MAX = 64

export interface LiveRegistryParts {
  readonly pool: Pool
  /** What the folder of mappings says: the seed. */
  readonly seed: Registry
  readonly options?: InstallOptions
  readonly log?: {
    warn(facts: object, sentence: string): void
    error(facts: object, sentence: string): void
  }
}

/** A registry that follows what is activated in the database. */
export interface LiveRegistry extends Registry {
  /** What the folder says, whatever is active. */
  readonly seed: Registry
  /** Takes up what is active now; compiles only what was not compiled before. */
  refresh(): Promise<void>
  /** A version of a mapping that is stored, active or not; null where there is none. */
  version(system: string, record: string, version: number): Promise<InstalledRecord | null>
  /** Looks about once a second, until `close`. */
  follow(): void
  close(): Promise<void>
}

interface Compiled {
  readonly digest: string
  readonly record: InstalledRecord
}

/**
 * The systems of the folder with what was activated by the API in their place. Readers get plain maps that never change: a message
 * under way keeps the mapping it began with, and the hot path pays nothing. One small query a second tells whether to look again.
 */
export function createLiveRegistry({ pool, seed, options, log }: LiveRegistryParts): LiveRegistry {
  let current = seed
  let epoch = -1n
  let compiled = new Map<string, Compiled>()
  const aside = new Map<string, InstalledRecord>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let isCutOff = false
  let working: Promise<void> = Promise.resolve()

  const take = async (): Promise<void> => {
    const { epoch: now, active } = await readActive(pool)
    if (now === epoch) return
    const next = new Map<string, Compiled>()
    const systems = new Map(seed.systems)
    // The system.yaml of a system (record '') comes before its mappings.
    for (const { system, record, version, digest } of active) {
      if (record === '') {
        const file = await readMapping(pool, system, '', version)
        if (file) systems.set(system, withFile(systems.get(system), system, file.text))
        continue
      }
      const key = `${system}/${record}@${version}`
      const known = compiled.get(key)
      const one = known?.digest === digest ? known : await compileStored(system, record, version, digest)
      if (!one) continue
      next.set(key, one)
    }
    for (const [key, { record }] of next) {
      const id = key.slice(0, key.indexOf('/'))
      const system = systems.get(id) ?? emptySystem(id)
      // Accepted content types are those of the system.yaml of now.
      const declared = system.file?.records[record.name]
      // What must be signed is not known while system.yaml is broken: nothing of it works until it is mended.
      const isLost = system.file === undefined && system.mistakes.length > 0
      const shown = isLost ? { ...record, mapping: null } : declared ? declaredAs(record, declared) : record
      systems.set(id, { ...system, records: new Map([...system.records, [record.name, shown]]) })
      if (record.mistakes.length > 0 && !compiled.has(key))
        log?.error({ mapping: key, mistakes: record.mistakes.length }, 'an active mapping is broken')
    }
    compiled = next
    current = registryOf(systems)
    epoch = now
  }

  const compileStored = async (
    system: string,
    record: string,
    version: number,
    digest: string,
  ): Promise<Compiled | null> => {
    const stored = await readMapping(pool, system, record, version)
    if (!stored) return null
    const file = seed.system(system)?.file ?? null
    return { digest, record: compileSafely(stored, file, options) }
  }

  const refresh = (): Promise<void> => {
    working = working.catch(() => {}).then(take)
    return working
  }

  const look = async (): Promise<void> => {
    try {
      if ((await readEpoch(pool)) !== epoch) await refresh()
      isCutOff = false
    } catch (error) {
      // Told once, not once a second.
      if (!closed && !isCutOff)
        log?.warn(
          { reason: error instanceof Error ? error.message : String(error) },
          'active mappings could not be read; the known ones go on',
        )
      isCutOff = true
    }
    if (!closed) timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref()
  }

  return {
    seed,
    ...(options?.productAliases && { productAliases: options.productAliases }),
    get systems() {
      return current.systems
    },
    get mistakes() {
      return current.mistakes
    },
    system: (id) => current.system(id),
    refresh,
    async version(system, record, version) {
      const now = current.system(system)?.records.get(record)
      if (now?.mapping?.version === version) return now
      const installed = seed.system(system)?.records.get(record)
      const key = `${system}/${record}@${version}`
      const known = aside.get(key)
      if (known) return known
      const stored = await readMapping(pool, system, record, version)
      if (!stored) return installed?.mapping?.version === version ? installed : null
      const file = current.system(system)?.file ?? null
      const made = compileSafely(stored, file, options)
      if (aside.size >= ASIDE_MAX) aside.clear()
      // The text of a version of the folder may still change.
      if (stored.state !== 'installed') aside.set(key, made)
      return made
    },
    follow: () => void look(),
    async close() {
      closed = true
      clearTimeout(timer)
      await working.catch(() => {})
    },
  }
}

/** Notes the versions of the folder, so that they can be compared with and returned to when the folder has moved on. */
export async function noteSeed(pool: Pool, seed: Registry): Promise<void> {
  const versions = [...seed.systems.values()].flatMap((system) =>
    [...system.records.values()].flatMap(({ mapping, source }) =>
      mapping && source
        ? [{ system: system.id, record: mapping.record, version: mapping.version, ...source }]
        : [],
    ),
  )
  await noteInstalled(pool, versions)
}

/** A stored mapping that this version of the hub cannot compile, for whatever reason, is broken; nothing else is. */
function compileSafely(
  {
    system,
    record,
    text,
    tables,
  }: { system: string; record: string; text: string; tables: Readonly<Record<string, string>> },
  file: InstalledSystem['file'] | null,
  options: InstallOptions | undefined,
): InstalledRecord {
  const source = { text, tables }
  try {
    const made = installRecord({ system, name: `${record}.yaml`, source, file: file ?? null }, options)
    return made.name === record ? made : { ...made, name: record }
  } catch {
    const title = { zh: record, en: record }
    return { name: record, title, accepts: [], mapping: null, mistakes: [unreadable(system, record)], source }
  }
}

const unreadable = (system: string, record: string): InstalledRecord['mistakes'][number] => ({
  path: `${system}/${record}.yaml`,
  line: 1,
  column: 1,
  target: '',
  message: { en: 'the stored text cannot be compiled', zh: '已保存的文本无法编译' },
  advice: { en: 'Activate another version.', zh: '请启用其他版本。' },
})

function withFile(known: InstalledSystem | undefined, id: string, text: string): InstalledSystem {
  const { system: file, mistakes, doubts } = parseSystemFile(`${id}/system.yaml`, text)
  const base = known ?? emptySystem(id)
  if (!file) {
    const { file: _f, ...rest } = base
    const records = [...base.records].map(([name, record]) => [name, { ...record, mapping: null }] as const)
    return { ...rest, mistakes, doubts, records: new Map(records) }
  }
  const { department: _d, region: _r, answer: _a, sign: _s, receiver: _o, ...rest } = base
  const records = [...base.records].map(([name, record]): [string, InstalledRecord] => {
    const declared = file.records[name]
    return [name, declared ? declaredAs(record, declared) : record]
  })
  return {
    ...rest,
    title: file.title,
    ...(file.department ? { department: file.department } : {}),
    ...(file.region ? { region: file.region } : {}),
    ...(file.answer ? { answer: file.answer } : {}),
    ...(file.sign ? { sign: file.sign } : {}),
    ...(file.receiver ? { receiver: file.receiver } : {}),
    file,
    mistakes: [],
    doubts,
    records: new Map(records),
  }
}

/** What a system.yaml says of a record; one that writes for a receiver is not pushed. */
function declaredAs(
  record: InstalledRecord,
  { accepts, maxRecords, answer }: SystemFile['records'][string],
): InstalledRecord {
  const { maxRecords: _m, answer: _a, ...rest } = record
  return {
    ...rest,
    accepts: isPushed(record) ? accepts : [],
    ...(maxRecords === undefined ? {} : { maxRecords }),
    ...(answer ? { answer } : {}),
  }
}

const emptySystem = (id: string): InstalledSystem => ({
  id,
  title: { zh: id, en: id },
  folder: null,
  records: new Map(),
  mistakes: [],
  doubts: [],
})
