import type { Pool } from 'pg'
import { KINDS } from '#core/model/kinds.ts'
import { kindSharing, RECORD_SHARING, type SharingClass } from '#core/model/sharing.ts'
import type { Peer } from '#core/peers/peer.ts'
import type { ChangeFilter } from '#store/change-filter.ts'
import { headPosition } from '#store/changes.ts'
import { readFollowers } from '#store/followers.ts'
import { hasPassed, type LinkReach, readLinkReach } from '#store/link-reach.ts'
import { type LinkTransport, readLinkTransport, secretsAt } from '#store/link-secrets.ts'
import { hasPeerVersions } from '#store/peer-versions.ts'
import { readPeerOfLink } from '#store/peers.ts'
import type { ReconciliationLease } from '#store/reconciliations.ts'
import { isKept } from '#store/record-buckets.ts'
import { BUCKETS_FOLLOWER } from './follow-buckets.ts'
import { countedSide, EVER, mappedSide, type OwnSide, withoutOwnMass } from './own-side.ts'
import { CannotReconcile, type ReconcileParts } from './ports.ts'
import { askedSide, type TheirSide, withoutMass } from './their-side.ts'

/** The two sides of a reconciliation. */
export interface Sides {
  readonly own: OwnSide
  /** False for a link that may not see masses: they are neither compared nor shown. */
  readonly seesMass: boolean
  /** Null where the other side was given, or there is none. */
  readonly theirs: TheirSide | null
  readonly link: string | null
  /** Whether the other side is a hub, where records may have come by another road. */
  readonly isPeer: boolean
  /** Up to where our side is counted. */
  readonly position: bigint
  /** Whether all that was stored when it was asked for has gone over the link, and is counted. */
  readonly settled: boolean
}

/** A link that is further behind is counted as of its cursor, so that the rest does not look missing; a follower that is, is not read. */
export const LITTLE_BEHIND = 10_000n

export async function openSides(
  parts: ReconcileParts,
  lease: ReconciliationLease,
  at: { readonly signal: AbortSignal; readonly onCall: () => void },
): Promise<Sides> {
  const { pool } = parts
  const [follower] = await readFollowers(pool, [BUCKETS_FOLLOWER])
  const isFollowed = (follower?.position ?? 0n) >= lease.head
  if (lease.linkId === null) return await openSystem(pool, lease, isFollowed)
  const link = await readLinkReach(pool, lease.linkId)
  const transport = await readLinkTransport(pool, lease.linkId)
  if (!link || !transport) throw new CannotReconcile('the link is gone', { problem: 'not_found' })
  const theirs = lease.side === 'receiver' ? receiver(parts, link, transport, at) : null
  const position = lease.position ?? link.cursors.live
  const settled = isFollowed && (await hasPassed(pool, link, lease.head))
  const peer = link.mapping === 'canonical' ? await readPeerOfLink(pool, link.id) : null
  const seesMass = transport.sees.includes(RECORD_SHARING.quantity.is)
  const own = await linkSide(parts, link, { sees: transport.sees, lease, position, isFollowed, peer })
  return {
    own: seesMass ? own : withoutOwnMass(own),
    seesMass,
    isPeer: peer !== null,
    theirs,
    link: link.id,
    position,
    settled: settled || !link.isActive || link.url === null,
  }
}

async function openSystem(pool: Pool, lease: ReconciliationLease, isFollowed: boolean): Promise<Sides> {
  const position = lease.position ?? (await headPosition(pool))
  // What peers bring of a system of the same name is not what the source sent here.
  const set = { filter: { systems: [lease.system ?? ''] }, position, via: '' }
  // Where the follower is too far behind, the versions themselves are counted.
  const own = countedSide(pool, set, { kept: isFollowed })
  return { own, seesMass: true, theirs: null, link: null, isPeer: false, position, settled: isFollowed }
}

async function linkSide(
  { pool, mappingOf }: ReconcileParts,
  link: LinkReach,
  at: {
    readonly sees: readonly SharingClass[]
    readonly lease: ReconciliationLease
    readonly position: bigint
    readonly isFollowed: boolean
    readonly peer: Peer | null
  },
): Promise<OwnSide> {
  const { mapping, id, beginsAfter, cursors, replayed } = link
  const filter = seenKinds(link.filter, at.sees)
  const owed = { filter, beginsAfter, notPassed: at.peer?.hub }
  const aside = { holds: cursors.recall, replayed }
  const set = { ...owed, position: at.position, aside, withoutHeldOf: id }
  if (mapping !== 'canonical') {
    const backward = mappingOf(mapping, at.sees)
    if (!backward)
      throw new CannotReconcile(
        `the mapping ${mapping} does not exist, has mistakes, or needs what the link may not see`,
        {
          problem: 'mapping_broken',
        },
      )
    return mappedSide(pool, set, backward)
  }
  const isLittleBehind = (await headPosition(pool)) - at.position <= LITTLE_BEHIND
  // Kept figures are those of now, held changes among them, so they serve only where each record that seems to differ is looked at again.
  const isOfOne = at.peer === null || !(await hasPeerVersions(pool))
  const kept = at.lease.side === 'receiver' && at.isFollowed && isLittleBehind && isKept(filter) && isOfOne
  return kept ? countedSide(pool, { ...owed, position: EVER }, { kept }) : countedSide(pool, set)
}

/** No kind has this name, so nothing fits it. */
const NO_KIND = 'none'

/** A filter without the kinds that a link may not see. */
function seenKinds(filter: ChangeFilter, sees: readonly SharingClass[]): ChangeFilter {
  const seen = KINDS.filter((kind) => sees.includes(kindSharing(kind)))
  if (seen.length === KINDS.length) return filter
  const { kinds = [] } = filter
  const left = seen.filter((kind) => kinds.length === 0 || kinds.includes(kind))
  return { ...filter, kinds: left.length > 0 ? left : [NO_KIND] }
}

function receiver(
  { post, hasOwnProtocol, clock = Date.now }: ReconcileParts,
  { id, url, allowAddress, mapping }: LinkReach,
  transport: LinkTransport,
  at: { readonly signal: AbortSignal; readonly onCall: () => void },
): TheirSide {
  if (url === null || !url.startsWith('http'))
    throw new CannotReconcile('the receiver has no address at which it can be asked', {
      outcome: 'unsupported',
    })
  if (mapping !== 'canonical' && hasOwnProtocol(mapping))
    throw new CannotReconcile('the receiver has a protocol of its own, without these calls', {
      outcome: 'unsupported',
    })
  const secret = secretsAt(transport, clock())
  const to = { link: id, url, allow: allowAddress, secret, token: transport.token }
  const side = askedSide(post, to, { ...at, now: clock })
  return transport.sees.includes(RECORD_SHARING.quantity.is) ? side : withoutMass(side)
}
