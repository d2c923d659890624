import type { Pool, PoolClient } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Mistake } from '#core/mapping/mapping.ts'
import { parseSystemFile, type SystemFile } from '#core/mapping/system-file.ts'
import { inTransaction } from '#store/database.ts'
import { logMappingStep } from '#store/mapping-log.ts'
import {
  greatestVersion,
  growEpoch,
  insertMapping,
  type MappingVersion,
  readActiveVersion,
  readMapping,
  type StoredMapping,
  setMappingState,
} from '#store/mapping-versions.ts'
import { patchSystem, readSystem } from '#store/systems.ts'
import { compileTables, type InstallOptions, installRecord } from './install.ts'
import type { LiveRegistry } from './live.ts'

export interface VersionParts {
  readonly pool: Pool
  readonly registry: LiveRegistry
  readonly options?: InstallOptions
}

/** A mapping that has mistakes; the API tells of all of them. */
export class MappingRefused extends Error {
  readonly mistakes: readonly Mistake[]
  constructor(mistakes: readonly Mistake[]) {
    super('the mapping has mistakes')
    this.name = 'MappingRefused'
    this.mistakes = mistakes
  }
}

const FILE = 'mapping.yaml'

/**
 * Keeps a mapping as a draft. Code tables that are not given are those that the record has now, else those of the system's folder; they
 * are kept with the version, so that a version says all that it takes to make its records.
 * @throws MappingRefused with every mistake; HubError `not_found` where there is no such system
 */
export async function addDraft(
  { pool, registry, options }: VersionParts,
  given: {
    readonly system: string
    readonly text: string
    readonly tables?: Readonly<Record<string, string>>
    readonly who: string
  },
): Promise<StoredMapping> {
  const { system, text, who } = given
  if (!(await readSystem(pool, system))) throw new HubError('not_found', { detail: `system ${system}` })
  const installed = registry.system(system)
  const named = recordNamed(text)
  const before = (named && installed?.records.get(named)?.source?.tables) || installed?.tables || {}
  const tables = { ...before, ...given.tables }
  const { mistakes: wrongTables } = compileTables(system, given.tables ?? {})
  const file = installed?.file ?? null
  const record = installRecord({ system, name: FILE, source: { text, tables }, file }, options)
  if (!record.mapping || wrongTables.length > 0)
    throw new MappingRefused([...record.mistakes, ...wrongTables])
  const { record: name, version } = record.mapping
  const seeded = registry.seed.system(system)?.records.get(name)?.mapping?.version ?? 0
  return await inTransaction(pool, async (client) => {
    const greatest = Math.max(seeded, await greatestVersion(client, system, name))
    const at = { system, record: name, version }
    if (version <= greatest || !(await insertMapping(client, { ...at, text, tables, who })))
      throw new MappingRefused([taken(text, `${system}/${name}`, version, Math.max(greatest, version))])
    await logMappingStep(client, { ...at, who, action: 'created' })
    return await stored(client, at)
  })
}

/**
 * Makes a version the active one. Once it was active its number stands for its text for ever; to change it is to add the next.
 * @throws HubError `not_found`; `conflict` for a version that was retired; MappingRefused where it does not compile any more
 */
export async function activate(parts: VersionParts, at: At, who: string): Promise<MappingVersion> {
  const { pool, registry } = parts
  const version = await inTransaction(pool, async (client) => {
    await growEpoch(client)
    const wanted = await stored(client, at)
    if (wanted.state === 'active') return wanted
    if (wanted.state === 'retired')
      throw new HubError('conflict', {
        detail: `${nameOf(at)} was retired; add its text as the next version`,
      })
    compiles(parts, wanted)
    const active = await readActiveVersion(client, at.system, at.record)
    if (active) await setMappingState(client, { ...at, version: active.version }, 'former')
    await setMappingState(client, at, 'active', active?.version ?? seededVersion(registry, at))
    await nameSystem(client, wanted)
    await logMappingStep(client, { ...at, who, action: 'activated' })
    return await stored(client, at)
  })
  await takeUp(registry)
  return version
}

/**
 * Goes back to the version that was active before. Where that is the version of the folder, the folder counts again.
 * @throws HubError `wrong_state` where nothing was activated, or nothing was active before
 */
export async function rollBack(
  parts: VersionParts,
  { system, record }: Omit<At, 'version'>,
  who: string,
): Promise<MappingVersion> {
  const { pool, registry } = parts
  const version = await inTransaction(pool, async (client) => {
    await growEpoch(client)
    const active = await readActiveVersion(client, system, record)
    const name = `${system}/${record}`
    if (!active)
      throw new HubError('wrong_state', {
        detail: `no version of ${name} was activated, so there is none to go back from`,
      })
    if (active.replaced === null)
      throw new HubError('wrong_state', {
        detail: `no version was active before ${name}@${active.version}; retire it to stop taking the record`,
      })
    const back = { system, record, version: active.replaced }
    const target = await stored(client, back)
    await setMappingState(client, { system, record, version: active.version }, 'former')
    if (target.state !== 'installed' || seededVersion(registry, back) !== back.version) {
      compiles(parts, target)
      await setMappingState(client, back, 'active')
      await nameSystem(client, target)
    }
    await logMappingStep(client, { ...back, who, action: 'rolled back' })
    return await stored(client, back)
  })
  await takeUp(registry)
  return version
}

/**
 * Ends a version: it cannot be activated any more. Where it was active the record is again what its folder says, and is no longer taken
 * where no folder has it.
 */
export async function retire(parts: VersionParts, at: At, who: string): Promise<MappingVersion> {
  const { pool, registry } = parts
  const version = await inTransaction(pool, async (client) => {
    await growEpoch(client)
    const wanted = await stored(client, at)
    if (wanted.state === 'retired') return wanted
    if (wanted.state === 'installed')
      throw new HubError('conflict', {
        detail: `${nameOf(at)} is in the folder of mappings; take it out there`,
      })
    await setMappingState(client, at, 'retired')
    await logMappingStep(client, { ...at, who, action: 'retired' })
    return await stored(client, at)
  })
  await takeUp(registry)
  return version
}

export interface At {
  readonly system: string
  readonly record: string
  readonly version: number
}

/** It is committed: where the registry cannot look now, it does within a second. */
export const takeUp = (registry: LiveRegistry): Promise<void> => registry.refresh().catch(() => {})

const nameOf = ({ system, record, version }: At): string => `${system}/${record}@${version}`

const seededVersion = (registry: LiveRegistry, { system, record }: Omit<At, 'version'>): number | null =>
  registry.seed.system(system)?.records.get(record)?.mapping?.version ?? null

async function stored(client: PoolClient, at: At): Promise<StoredMapping> {
  const found = await readMapping(client, at.system, at.record, at.version)
  if (!found) throw new HubError('not_found', { detail: `mapping ${nameOf(at)}` })
  return found
}

function compiles(
  { registry, options }: VersionParts,
  { system, record, text, tables }: StoredMapping,
): void {
  if (record === '') {
    const { mistakes } = parseSystemFile('system.yaml', text)
    if (mistakes.length > 0) throw new MappingRefused(mistakes)
    return
  }
  const file = registry.system(system)?.file ?? null
  const made = installRecord({ system, name: `${record}.yaml`, source: { text, tables }, file }, options)
  if (!made.mapping) throw new MappingRefused(made.mistakes)
}

/** The title of a system is what its system.yaml says. */
async function nameSystem(client: PoolClient, { system, record, text }: StoredMapping): Promise<void> {
  const file = record === '' ? parseSystemFile('system.yaml', text).system : null
  if (file) await patchSystem(client, system, saidOf(file))
}

/** What a system.yaml says of what is listed of a system. */
export const saidOf = ({ title, department, region }: SystemFile) => ({
  title,
  ...(department ? { description: department } : {}),
  ...(region ? { region } : {}),
})

/** The record that a text says it is of, before anything is compiled. */
const recordNamed = (text: string): string | undefined =>
  /^mapping:\s*["']?[a-z0-9-]+\/([a-z0-9-]+)/m.exec(text)?.[1]

function taken(text: string, name: string, version: number, greatest: number): Mistake {
  const line = text.split('\n').findIndex((one) => one.startsWith('version:')) + 1
  return {
    path: FILE,
    line: Math.max(line, 1),
    column: 1,
    target: 'version',
    message: {
      en: `version ${version} of ${name} is not newer than ${greatest}, which is known already`,
      zh: `${name} 的版本 ${version} 不大于已有版本 ${greatest}`,
    },
    advice: { en: `Write version: ${greatest + 1}.`, zh: `请改为 version: ${greatest + 1}。` },
  }
}
