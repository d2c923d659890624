import { type MatchType, type QualityScore, scoreOf } from '#core/quality/score.ts'
import { noMatches, type QualityReason, readQuality } from '#store/quality.ts'
import type { Reader } from '#store/sighted.ts'

type Reason = Omit<QualityReason, 'system' | 'day'>

/** The quality of a system over some days: each of them, and all together. */
export interface SystemQuality {
  readonly total: QualityScore & { readonly reasons: readonly Reason[] }
  /** Days on which anything came, oldest first. */
  readonly days: readonly (QualityScore & { readonly day: string; readonly reasons: readonly Reason[] })[]
}

const REASONS_SHOWN = 10
/** Of a day, for the sum of several. */
const REASONS_READ = 200

/** Reads counters and makes scores of them; nothing is counted here. Days are `YYYY-MM-DD`, both included. */
export async function systemQuality(
  reader: Reader,
  query: { readonly system: string; readonly from: string; readonly to: string },
): Promise<SystemQuality> {
  const { counts, matches, reasons } = await readQuality(reader, { ...query, reasons: REASONS_READ })
  const names = [...new Set([...counts.keys(), ...matches.keys()])].sort()
  const days = names.map((day) => ({
    day,
    ...scoreOf(counts.get(day) ?? new Map(), matches.get(day) ?? noMatches()),
    reasons: (reasons.get(day) ?? []).slice(0, REASONS_SHOWN),
  }))
  const all = new Map<string, number>()
  for (const ofDay of counts.values())
    for (const [name, count] of ofDay) all.set(name, (all.get(name) ?? 0) + count)
  const matched = noMatches()
  for (const ofDay of matches.values()) {
    for (const [type, { of, matched: known }] of Object.entries(ofDay)) {
      matched[type as MatchType].of += of
      matched[type as MatchType].matched += known
    }
  }
  return { total: { ...scoreOf(all, matched), reasons: worst([...reasons.values()].flat()) }, days }
}

/** The same reasons of several days together, the most frequent first. */
function worst(reasons: readonly Reason[]): Reason[] {
  const together = new Map<string, Reason>()
  for (const reason of reasons) {
    const key = `${reason.code} ${reason.field}`
    together.set(key, { ...reason, count: reason.count + (together.get(key)?.count ?? 0) })
  }
  return [...together.values()]
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
    .slice(0, REASONS_SHOWN)
}
