import { HubError } from '#core/errors.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { withoutMapping } from '#flow/systems/mistakes.ts'
import {
  type InstalledRecord,
  type InstalledSystem,
  isPushed,
  pushedNames,
  type Registry,
} from '#flow/systems/registry.ts'

/** The record that a message is for, and the mapping that reads it. */
export interface Target {
  readonly record: InstalledRecord
  readonly mapping: CompiledMapping
}

/** Finds what a message is for. Throws where the system or the record is not known, or where its mapping is broken. */
export function targetOf(registry: Registry, system: string, record: string): Target {
  const installed = registry.system(system)
  if (!installed) throw unknownSystem(registry, system)
  const found = installed.records.get(record)
  if (!found || !isPushed(found)) throw unknownRecord(installed, record)
  const { mapping } = found
  if (!mapping) throw new HubError('mapping_broken', { detail: `${system}/${record}`, retryAfterMs: 60_000 })
  return { record: found, mapping }
}

export const unknownSystem = (registry: Registry, system: string): HubError =>
  new HubError('unknown_system', { detail: system, members: { known: [...registry.systems.keys()] } })

/** Names the records that can be pushed, and says where a record only lacks its mapping, or is written and never read. */
export const unknownRecord = (
  system: InstalledSystem,
  record: string,
  known: readonly string[] = pushedNames(system),
): HubError => new HubError('unknown_record', { detail: whyUnknown(system, record), members: { known } })

function whyUnknown(system: InstalledSystem, record: string): string {
  const name = `${system.id}/${record}`
  if (withoutMapping(system).includes(record))
    return `${name} is declared, but no mapping of it is in force: add one with POST /v1/systems/${system.id}/mappings and activate it`
  if (system.records.has(record)) return `${name} is written for a receiver: no message is read by it`
  return name
}

/** How a message names the mapping that read it. */
export const mappingName = ({ name, version }: CompiledMapping): string => `${name}@${version}`

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i

/** The encoding that a content type declares. */
export const charsetOf = (contentType: string): { charset?: string } => {
  const charset = CHARSET.exec(contentType)?.[1]
  return charset ? { charset } : {}
}
