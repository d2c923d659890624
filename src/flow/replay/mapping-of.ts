import type { Pool } from 'pg'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { CANONICAL } from '#core/model/identity.ts'
import { isCanonical } from '#flow/intake/canonical-sources.ts'
import type { LiveRegistry } from '#flow/systems/live.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import type { ReplayLease } from '#store/replays.ts'

export interface StepParts {
  readonly pool: Pool
  readonly registry: Pick<LiveRegistry, 'version' | 'productAliases'>
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

/** How the records of a message are read: by a mapping, or as canonical records. */
export type Reading = CompiledMapping | typeof CANONICAL

/** How a replay that is no comparison reads a message; null for a record that it does not take. */
export async function readingOf(
  parts: StepParts,
  lease: Pick<ReplayLease, 'mappings'>,
  stored: StoredMessage,
): Promise<Reading | null> {
  if (!isCanonical(stored.mapping)) return await mappingOf(parts, lease, stored, 'version')
  return lease.mappings[CANONICAL] ? CANONICAL : null
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
