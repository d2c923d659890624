import type { Pool } from 'pg'
import { compareDecimal } from '#core/decimal.ts'
import { parseRecordId } from '#core/model/identity.ts'
import type { KeyPair } from '#core/reconcile/compare.ts'
import { type Lane, laneOf } from '#store/lanes.ts'
import { readLinkReach, readRefused, readWaiting } from '#store/link-reach.ts'
import type { Finding } from '#store/reconciliation-findings.ts'
import type { PlacedVersion } from '#store/version-sets.ts'
import type { OwnSide } from './own-side.ts'

/** What is known of pairs after another look: records that differ, and how many only seemed to. */
export interface Classified {
  readonly findings: readonly Finding[]
  /** Under way: behind the cursor of the link, or held until the receiver takes them. */
  readonly inFlight: number
  /** Refused by the receiver for good; told by the link itself. */
  readonly refused: number
}

const kindOf = (id: string): string => parseRecordId(id)?.kind ?? ''

/** How far a link was before the other side was asked. */
export interface ReachBefore {
  readonly link: string
  readonly cursors: Readonly<Record<Lane, bigint>>
  readonly replayed: bigint
  readonly beginsAfter: bigint
  /** `version id` of what waited to be sent again. */
  readonly waiting: ReadonlySet<string>
}

/** The cursor first: what passes it between the two looks is behind it, or waits. */
export async function reachOf(pool: Pool, link: string): Promise<ReachBefore | null> {
  const reach = await readLinkReach(pool, link)
  return (
    reach && {
      link,
      cursors: reach.cursors,
      replayed: reach.replayed,
      beginsAfter: reach.beginsAfter,
      waiting: await readWaiting(pool, link),
    }
  )
}

/**
 * Looks at pairs of a link once more, as things are now: between our count and the other side's, changes went over the link. Of each
 * record the newest version that fits the link counts, and nothing is missed that was not sent before the other side was asked.
 */
export async function classifyForLink(
  pool: Pool,
  before: ReachBefore,
  side: Pick<OwnSide, 'newest'>,
  pairs: readonly KeyPair[],
): Promise<Classified> {
  const ids = pairs.map(({ id }) => id)
  const newest = await side.newest(ids)
  const dead = await readRefused(pool, before.link, ids)
  const findings: Finding[] = []
  let inFlight = 0
  let refused = 0
  for (const { id, own, theirs } of pairs) {
    const now = newest.get(id)
    // A record that moved to another bucket is met in both, and counted in its own.
    const once = own ? 1 : 0
    const name = now && `${now.version} ${id}`
    if (now && theirs?.version === now.version) {
      if (sameMass(now, theirs.mass)) continue
      findings.push(finding(id, 'different', now, theirs.version))
    } else if (now && (isAhead(now, before) || before.waiting.has(name ?? ''))) inFlight += once
    else if (name && dead.has(name)) refused += once
    else if (now && theirs)
      findings.push(finding(id, theirs.version < now.version ? 'outdated' : 'different', now, theirs.version))
    else if (now) {
      if (now.position > before.beginsAfter) findings.push(finding(id, 'missing', now, null))
    } else if (theirs) findings.push(finding(id, 'surplus', null, theirs.version))
  }
  return { findings, inFlight, refused }
}

/** Whether a link had not come to a version. */
const isAhead = ({ id, position, replayed }: PlacedVersion, before: ReachBefore): boolean => {
  const lane = laneOf(kindOf(id))
  return position > before.cursors[lane] || (lane === 'live' && replayed && position > before.replayed)
}

/** Pairs with a source that named its own records: here the receiving side is the hub. A version of the source is no version of ours. */
export async function classifyForSystem(
  side: Pick<OwnSide, 'newest'>,
  pairs: readonly KeyPair[],
): Promise<Classified> {
  const newest = await side.newest(pairs.map(({ id }) => id))
  const findings: Finding[] = []
  for (const { id, theirs } of pairs) {
    const now = newest.get(id)
    if (!now) findings.push(finding(id, 'missing', null, null))
    else if (!theirs) findings.push(finding(id, 'surplus', now, null))
    else if (!sameMass(now, theirs.mass)) findings.push(finding(id, 'different', now, null))
  }
  return { findings, inFlight: 0, refused: 0 }
}

const finding = (
  recordId: string,
  state: Finding['state'],
  own: PlacedVersion | null,
  theirVersion: number | null,
): Finding => ({ recordId, state, ownVersion: own?.version ?? null, theirVersion })

const sameMass = ({ mass }: PlacedVersion, theirs: string | null): boolean =>
  theirs === null || compareDecimal(mass, theirs) === 0
