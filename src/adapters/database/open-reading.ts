import { AdapterError } from '#adapters/adapter.ts'
import { examine } from './examine.ts'
import { refuseFirst } from './finding.ts'
import { KINDS } from './kinds.ts'
import type { OpenReading } from './reading.ts'
import type { DatabaseParts } from './session.ts'

/**
 * A session, and a reading all of whose names were found.
 * @throws AdapterError
 */
export async function openReading(parts: DatabaseParts): Promise<OpenReading> {
  const session = await KINDS[parts.settings.kind].open(parts)
  try {
    const { findings, reading } = await examine(parts, session)
    refuseFirst(findings)
    if (!reading) throw new AdapterError('config', 'the table cannot be read', { setting: '/settings/table' })
    return { session, reading }
  } catch (error) {
    await session.close()
    throw error
  }
}
