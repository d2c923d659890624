import { bucketText, type VersionKey } from '#core/reconcile/bucket.ts'
import { explained } from '#core/reconcile/explain.ts'
import { atGrain } from '#core/reconcile/grain.ts'
import { readDifferences } from '#store/reconciliation-findings.ts'
import { reachOf } from './classify.ts'
import type { Sides } from './open-sides.ts'
import { classified, type Days, differenceOf, FINDINGS_MAX, keepNamed, type Step } from './steps.ts'

/** Records of a bucket among which those are looked for that its figures name. */
const RECORDS_MAX = 20_000
/** Buckets that are looked at; where more differ, something else is wrong than single records. */
const BUCKETS_MAX = 10_000

/**
 * Looks for the records by which the figures that a receiver gave differ from ours, as far as figures name them beyond doubt. The other
 * buckets stay as they are: only keys tell more.
 */
export async function nameByFigures(step: Step, sides: Sides, days: Days): Promise<void> {
  const { pool, lease, tally } = step
  if (sides.link === null) return
  const found = await readDifferences(pool, lease.id, { open: true, limit: BUCKETS_MAX })
  const differing = found.map(differenceOf).filter(({ own }) => own.count > 0 && own.count <= RECORDS_MAX)
  const before = differing.length === 0 ? null : await reachOf(pool, sides.link)
  if (!before) return
  const open = new Map(differing.map((one) => [bucketText(one), { one, keys: [] as VersionKey[] }]))
  const settle = async (text: string): Promise<void> => {
    const { one, keys } = open.get(text) ?? {}
    open.delete(text)
    const pairs = one && keys ? explained(keys, one) : null
    if (!one || !pairs || Number(tally.counts['named'] ?? 0) + pairs.length > FINDINGS_MAX) return
    const all = await classified(pool, before, sides.own, pairs)
    const findings = all.flatMap((each) => each.findings)
    await keepNamed(step, one, all, findings)
  }
  const isOfDay = lease.grain.includes('hour') || lease.grain.includes('day')
  for (const day of days) {
    const met = new Set<string>()
    for (const { kind, region, hour } of (await sides.own.buckets(day)).values()) {
      const { text } = atGrain({ kind, region, hour }, lease.grain)
      const known = open.get(text)
      if (!known) continue
      known.keys.push(...(await sides.own.keys({ bucket: { kind, region, hour }, place: '' })))
      met.add(text)
      await step.save(pool)
    }
    if (isOfDay) for (const text of met) await settle(text)
  }
  for (const text of [...open.keys()]) await settle(text)
}
