import type { Pool } from 'pg'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { LiveRegistry } from '#flow/systems/live.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import type { ReplayLease } from '#store/replays.ts'

export interface StepParts {
  readonly pool: Pool
  readonly registry: Pick<LiveRegistry, 'version'>
  readonly leaseMs: number
}

/** A mapping that the replay began with cannot be used any more. */
export class MappingGone extends Error {}

/** The mapping of a message's record that the replay began with; null for a record that it does not take. */
export async function mappingOf(
  { registry }: StepParts,
  { mappings }: Pick<ReplayLease, 'mappings'>,
  { system, record }: StoredMessage,
  side: 'version' | 'against',
): Promise<CompiledMapping | null> {
  const version = mappings[record]?.[side]
  if (version === undefined) return null
  const mapping = (await registry.version(system, record, version))?.mapping
  if (!mapping) throw new MappingGone(`${system}/${record}@${version}`)
  return mapping
}

/** The two mappings of a comparison; null for a record that it does not take. */
export async function bothOf(
  parts: StepParts,
  lease: Pick<ReplayLease, 'mappings'>,
  stored: StoredMessage,
): Promise<{ readonly mapping: CompiledMapping; readonly against: CompiledMapping } | null> {
  const mapping = await mappingOf(parts, lease, stored, 'version')
  const against = await mappingOf(parts, lease, stored, 'against')
  return mapping && against && { mapping, against }
}
