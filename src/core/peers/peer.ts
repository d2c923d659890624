import { isHubId, isHubPattern } from './hub-id.ts'

/** Another hub that sends changes to this one; what the settings of its system say under `peer`. */
export interface Peer {
  /** System under which it is registered here. */
  readonly system: string
  readonly hub: string
  /** Hubs whose records it may bring beside its own; see `HUB_PATTERN`. */
  readonly carries: readonly string[]
}

/** The peer that the settings of a system declare; null where they declare none, or one that is not well written. */
export function peerOf(system: string, settings: Readonly<Record<string, unknown>>): Peer | null {
  const { peer } = settings
  if (peer === null || typeof peer !== 'object') return null
  const { hub, carries = [] } = peer as { hub?: unknown; carries?: unknown }
  if (!isHubId(hub) || !Array.isArray(carries) || !carries.every(isHubPattern)) return null
  return { system, hub, carries }
}
