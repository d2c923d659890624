import type { Pool, PoolClient } from 'pg'
import { parseRecordId } from '#core/model/identity.ts'
import type { BucketName, VersionKey } from '#core/reconcile/bucket.ts'
import { type Difference, differences, type KeyPair, keyPairs } from '#core/reconcile/compare.ts'
import { ALL, atGrain, grainBuckets } from '#core/reconcile/grain.ts'
import type { Hours } from '#core/reconcile/hour.ts'
import { inTransaction } from '#store/database.ts'
import { readReceived } from '#store/received.ts'
import {
  dropDifference,
  dropGivenKeys,
  type Finding,
  type FoundBucket,
  insertDifferences,
  insertFindings,
  readDifferences,
  readGivenFigures,
  readGivenKeys,
  setNarrowed,
} from '#store/reconciliation-findings.ts'
import type { ReconciliationLease, ReconciliationOutcome } from '#store/reconciliations.ts'
import { type Classified, classifyForLink, classifyForSystem, type ReachBefore, reachOf } from './classify.ts'
import { narrow } from './narrow.ts'
import type { Sides } from './open-sides.ts'
import type { Tally } from './tally.ts'
import type { TheirSide } from './their-side.ts'

export type Days = readonly (Hours | null)[]

/** A step of a reconciliation stores what it found together with how far it is. */
export interface Step {
  readonly pool: Pool
  readonly lease: ReconciliationLease
  readonly tally: Tally
  save(client: Pool | PoolClient, cursor?: number): Promise<void>
}

/** Records in which the sides differ that are named; with more, something else is wrong than single records. */
export const FINDINGS_MAX = 50_000
const PAIRS_AT_ONCE = 1000

/** Compares the figures of one day after the other with those of the receiver. */
export async function compareDays(step: Step, sides: Sides, days: Days, from: number): Promise<void> {
  for (let day = from; day < days.length; day++) {
    const hours = days[day] ?? null
    // Theirs first: what goes over the link in between is in flight, and not too much on their side.
    const theirs = (await sides.theirs?.buckets(hours)) ?? new Map()
    const own = await sides.own.buckets(hours)
    const found = differences(own, theirs)
    step.tally.add('buckets', new Set([...own.keys(), ...theirs.keys()]).size)
    step.tally.addSides(own.values(), theirs.values())
    await inTransaction(step.pool, async (client) => {
      await insertDifferences(client, step.lease.id, found)
      await step.save(client, day + 1)
    })
  }
}

/** Looks for the records by which each bucket differs. */
export async function narrowAll(step: Step, sides: Sides): Promise<void> {
  const { pool, lease, tally } = step
  const { own, theirs, link } = sides
  if (!theirs || link === null) return
  for (;;) {
    const [bucket] = await readDifferences(pool, lease.id, { open: true, limit: 1 })
    if (!bucket || Number(tally.counts['named'] ?? 0) >= FINDINGS_MAX) return
    const before = await reachOf(pool, link)
    if (!before) return
    const all: Classified[] = []
    await narrow(own, theirs, differenceOf(bucket), async (pairs) => {
      all.push(...(await classified(pool, before, own, pairs)))
      // A long look keeps the lease.
      await step.save(pool)
    })
    const seen = all.flatMap((one) => one.findings)
    const findings = sides.isPeer ? await withoutOtherRoads(theirs, seen) : seen
    await keepNamed(step, bucket, all, findings)
  }
}

/** Keeps the records by which a bucket differs; where there are none, it only seemed to. */
export async function keepNamed(
  step: Step,
  bucket: BucketName,
  all: readonly Classified[],
  findings: readonly Finding[],
): Promise<void> {
  const { pool, lease, tally } = step
  await inTransaction(pool, async (client) => {
    await insertFindings(client, lease.id, findings)
    if (findings.length > 0) await setNarrowed(client, lease.id, bucket)
    else await dropDifference(client, lease.id, bucket)
    noted(tally, all)
    tally.set('named', Number(tally.counts['named'] ?? 0) + findings.length)
    await step.save(client)
  })
}

export async function classified(
  pool: Pool,
  before: ReachBefore,
  own: Sides['own'],
  pairs: readonly KeyPair[],
): Promise<Classified[]> {
  const all: Classified[] = []
  for (let at = 0; at < pairs.length; at += PAIRS_AT_ONCE)
    all.push(await classifyForLink(pool, before, own, pairs.slice(at, at + PAIRS_AT_ONCE)))
  return all
}

function noted(tally: Tally, all: readonly Classified[]): void {
  for (const { inFlight, refused } of all) {
    tally.add('inFlight', inFlight)
    tally.add('refused', refused)
  }
}

/** What came to another hub by another road is not missing there, though it is not counted among what this hub brought. */
async function withoutOtherRoads(theirs: TheirSide, findings: readonly Finding[]): Promise<Finding[]> {
  const left: Finding[] = []
  for (let at = 0; at < findings.length; at += PAIRS_AT_ONCE) {
    const page = findings.slice(at, at + PAIRS_AT_ONCE)
    const lacking = page.filter(({ state }) => state === 'missing' || state === 'outdated')
    const named = lacking.length === 0 ? [] : await theirs.named(lacking.map(({ recordId }) => recordId))
    const there = new Map(named.map(({ id, version }) => [id, version]))
    for (const one of page)
      if (!lacking.includes(one) || (there.get(one.recordId) ?? 0) < (one.ownVersion ?? 0)) left.push(one)
  }
  return left
}

export const differenceOf = ({ kind, region, hour, own, theirs }: FoundBucket): Difference => ({
  kind,
  region,
  hour,
  own: { count: own?.count ?? 0, mass: own?.mass ?? '0', digest: own?.digest ?? null },
  theirs: theirs ?? { count: 0, mass: null, digest: null },
})

/** Compares our figures, put together as finely as the given ones are, with those. */
export async function compareFigures(step: Step, sides: Sides, days: Days): Promise<void> {
  const { pool, lease, tally } = step
  const own = new Map<string, Difference['own'] & { kind: string; region: string; hour: string }>()
  const given = (await readGivenFigures(pool, lease.id)).map((row) =>
    sides.seesMass ? row : { ...row, mass: null },
  )
  const isMeant = meantKinds(
    lease,
    given.map(({ kind }) => kind),
  )
  for (const hours of days) {
    const buckets = [...(await sides.own.buckets(hours)).values()].filter(({ kind }) => isMeant(kind))
    grainBuckets(own, buckets, lease.grain)
    await step.save(pool, 0)
  }
  const theirs = new Map(given.map((row) => [atGrain(row, lease.grain).text, row]))
  const knowDigests = given.some(({ digest }) => digest !== null)
  const found = differences(own, theirs).map((one) =>
    knowDigests ? one : { ...one, own: { ...one.own, digest: null } },
  )
  tally.add('buckets', new Set([...own.keys(), ...theirs.keys()]).size)
  tally.addSides(own.values(), theirs.values())
  await noteReceived(step, days)
  await inTransaction(pool, async (client) => {
    await insertDifferences(client, lease.id, found)
    await step.save(client, days.length)
  })
}

/**
 * The kinds that given figures or keys are about. A receiver must name all that it has of a link; a source need not know that its trades
 * are kept as sales and payments, so those kinds count that it names.
 */
function meantKinds({ linkId }: ReconciliationLease, named: readonly string[]): (kind: string) => boolean {
  const kinds = new Set(named)
  return (kind) => linkId !== null || kinds.has(ALL) || kinds.has(kind)
}

/** Compares our records of the hours with a list of those that the other side has. */
export async function compareKeys(step: Step, sides: Sides, days: Days): Promise<void> {
  const { pool, lease, tally } = step
  const before = sides.link === null ? null : await reachOf(pool, sides.link)
  const given = new Map((await readGivenKeys(pool, lease.id)).map((key) => [key.id, key]))
  tally.set('theirRecords', given.size)
  const isMeant = meantKinds(
    lease,
    [...given.keys()].map((id) => parseRecordId(id)?.kind ?? ''),
  )
  const all: Classified[] = []
  const look = async (own: readonly VersionKey[], theirs: readonly VersionKey[]): Promise<void> => {
    const pairs = keyPairs(own, theirs)
    if (pairs.length === 0) return
    all.push(
      before
        ? await classifyForLink(pool, before, sides.own, pairs)
        : await classifyForSystem(sides.own, pairs),
    )
  }
  for (const hours of days) {
    for await (const read of sides.own.pages(hours)) {
      const page = read.filter(({ id }) => isMeant(parseRecordId(id)?.kind ?? ''))
      tally.add('records', page.length)
      const theirs: VersionKey[] = []
      for (const { id, version } of page) {
        const key = given.get(id)
        // A list without versions says only that the record is there.
        if (key) theirs.push({ id, version: key.version ?? version, mass: sides.seesMass ? key.mass : null })
        given.delete(id)
      }
      await look(page, theirs)
      await step.save(pool, 0)
    }
  }
  const left = [...given.values()]
  for (let at = 0; at < left.length; at += PAIRS_AT_ONCE) {
    const page = left.slice(at, at + PAIRS_AT_ONCE)
    const now = await sides.own.newest(page.map(({ id }) => id))
    await look(
      [],
      page.map(({ id, version, mass }) => ({
        id,
        version: version ?? now.get(id)?.version ?? 0,
        mass: sides.seesMass ? mass : null,
      })),
    )
  }
  await noteReceived(step, days)
  await inTransaction(pool, async (client) => {
    const findings: Finding[] = all.flatMap((one) => one.findings)
    await insertFindings(client, lease.id, findings.slice(0, FINDINGS_MAX))
    await dropGivenKeys(client, lease.id)
    noted(tally, all)
    await step.save(client, days.length)
  })
}

/** A report of our side alone. */
export async function reportOneSide(step: Step, sides: Sides, days: Days): Promise<ReconciliationOutcome> {
  for (const hours of days) {
    const own = await sides.own.buckets(hours)
    step.tally.add('buckets', own.size)
    step.tally.addSides(own.values(), [])
  }
  await noteReceived(step, days)
  await step.save(step.pool, days.length)
  return 'one-sided'
}

/** What came from a system on these days, by its receipts: received = accepted + unchanged + rejected. */
async function noteReceived({ pool, lease, tally }: Step, days: Days): Promise<void> {
  if (lease.linkId !== null || lease.system === null) return
  const named = days.flatMap((hours) => (hours === null ? [] : [hours.from.slice(0, 10)]))
  for (const [name, count] of await readReceived(pool, lease.system, named)) tally.set(name, count)
}
