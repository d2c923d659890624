import { isHubId, namesHub } from './hub-id.ts'
import type { Peer } from './peer.ts'

/** The way of a version from the hub that owns its record. */
export interface Road {
  /** The hub that owns the record: the one at which it entered. */
  readonly origin: string
  /** The hubs that the version has passed, the owner first, the one that sent it here last. */
  readonly hops: readonly string[]
}

/** Hubs that a version may pass; county, city, province, ministry and back are seven. */
export const HOPS_MAX = 16

/** Why a change is not looked at any further. */
export interface RoadFault {
  /** `duplicate`: it was here before, and came round. */
  readonly verdict: 'duplicate' | 'reject'
  readonly code: string
  readonly detail: string
}

const refused = (code: string, detail: string): RoadFault => ({ verdict: 'reject', code, detail })

/**
 * The road of a change as a peer tells it, or why it cannot be. A peer speaks for itself and for the hubs that it may carry, for nobody
 * else; a change that says nothing is the peer's own.
 */
export function roadOf(
  { origin: said, hops: passed }: { readonly origin?: unknown; readonly hops?: unknown },
  peer: Peer,
  here: string,
): Road | RoadFault {
  const origin = said ?? peer.hub
  if (!isHubId(origin)) return refused('bad_origin', 'the origin is no identifier of a hub')
  const hops = passed ?? [peer.hub]
  if (!Array.isArray(hops) || !hops.every(isHubId) || new Set(hops).size !== hops.length)
    return refused('bad_hops', 'the hops are a list of different hubs')
  if (origin === here)
    return refused('origin_is_here', 'the record is said to be of the hub that it is sent to')
  if (hops.length > HOPS_MAX) return refused('too_many_hops', `a version may pass ${HOPS_MAX} hubs`)
  if (hops.at(-1) !== peer.hub)
    return refused('wrong_hub', `the last hub of the hops must be ${peer.hub}, which sends it`)
  if (hops[0] !== origin) return refused('bad_hops', 'the first hub of the hops must be the origin')
  if (origin !== peer.hub && !namesHub(peer.carries, origin))
    return refused('origin_not_carried', `${peer.hub} may not bring records of ${origin}`)
  if (hops.includes(here))
    return { verdict: 'duplicate', code: 'passed_here', detail: 'the version has passed this hub' }
  return { origin, hops }
}

export const isFault = (road: Road | RoadFault): road is RoadFault => 'verdict' in road

/** The road of a version when this hub sends it on; null where it may go no further, or no more to this hub. */
export function onward(road: Road | null, here: string, to: string): Road | null {
  const { origin, hops } = road ?? { origin: here, hops: [] }
  if (origin === to || hops.includes(to) || hops.length >= HOPS_MAX) return null
  return { origin, hops: [...hops, here] }
}
