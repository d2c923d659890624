import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { parseSystemFile, type SystemFile } from '#core/mapping/system-file.ts'
import { inTransaction } from '#store/database.ts'
import { logMappingStep } from '#store/mapping-log.ts'
import {
  greatestVersion,
  growEpoch,
  insertMapping,
  readActiveVersion,
  setMappingState,
} from '#store/mapping-versions.ts'
import { createSystem, type NewSystem, patchSystem, type System } from '#store/systems.ts'
import type { LiveRegistry } from './live.ts'
import { MappingRefused, saidOf, takeUp } from './versions.ts'

const NAME_MAX = 63

/** What the text of a system.yaml says. Throws MappingRefused with every mistake. */
export function readSystemText(text: string): SystemFile {
  const { system, mistakes } = parseSystemFile('system.yaml', text)
  if (!system) throw new MappingRefused(mistakes)
  if (system.system.length > NAME_MAX)
    throw new HubError('invalid_request', {
      issues: [{ path: '/systemFile', code: 'E_SCHEMA', reason: `a name of at most ${NAME_MAX} characters` }],
    })
  return system
}

/**
 * Registers a system by its system.yaml, or gives one that is registered the next. It counts at once; its mappings come one by one.
 * Null where a new one is asked for and the identifier is taken, or the other way round.
 */
export async function putSystemFile(
  { pool, registry }: { readonly pool: Pool; readonly registry: LiveRegistry },
  given: {
    readonly text: string
    readonly file: SystemFile
    readonly isNew: boolean
    readonly more?: Partial<Omit<NewSystem, 'id'>>
    readonly who: string
  },
): Promise<System | null> {
  const { text, file, isNew, more, who } = given
  const id = file.system
  const said = saidOf(file)
  const system = await inTransaction(pool, async (client) => {
    await growEpoch(client)
    const made = isNew
      ? await createSystem(client, { ...more, ...said, id })
      : await patchSystem(client, id, { ...more, ...said })
    if (!made) return null
    const at = { system: id, record: '', version: (await greatestVersion(client, id, '')) + 1 }
    if (!(await insertMapping(client, { ...at, text, tables: {}, who })))
      throw new HubError('busy', { retryAfterMs: 1000 })
    const active = await readActiveVersion(client, id, '')
    if (active) await setMappingState(client, { ...at, version: active.version }, 'former')
    await setMappingState(client, at, 'active', active?.version ?? null)
    await logMappingStep(client, { ...at, who, action: 'created' })
    await logMappingStep(client, { ...at, who, action: 'activated' })
    return made
  })
  if (system) await takeUp(registry)
  return system
}
