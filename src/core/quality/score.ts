import { delayOf, MEASURED_PARTS, type MeasuredPart } from './record-counts.ts'

/** A share with what it is a share of; null where there is nothing to judge. */
export interface Share {
  readonly count: number
  readonly of: number
  /** 0 to 1, four decimals. */
  readonly share: number | null
}

/** Whether numbers of one type are known to another source record too. */
export const MATCH_TYPES = ['document', 'voucher', 'lot'] as const
export type MatchType = (typeof MATCH_TYPES)[number]

/** The quality of a system on a day or over several. */
export interface QualityScore {
  readonly messages: { readonly received: number; readonly refused: number }
  readonly sourceRecords: {
    readonly received: number
    readonly accepted: number
    readonly unchanged: number
    readonly rejected: number
  }
  /** Versions of canonical records that came to be. */
  readonly records: number
  readonly completeness: { readonly score: number | null } & Readonly<Record<MeasuredPart, Share>>
  readonly validity: {
    /** Of the source records, those that were not rejected. */
    readonly valid: Share
    readonly flagged: Share
    readonly flagsPerRecord: number | null
  }
  readonly timeliness: {
    readonly within24h: Share
    readonly p50Minutes: number | null
    readonly p95Minutes: number | null
  }
  readonly uniqueness: {
    /** Of the source records, those that brought anything new. */
    readonly fresh: Share
    readonly resent: Share
    /** Of the versions, those that changed a record that was known. */
    readonly corrected: Share
  }
  readonly match: Readonly<Record<MatchType, Share>>
}

/** What is known of numbers of a type: how many were looked at, how many another source record knows. */
export type MatchCounts = Readonly<Record<MatchType, { readonly of: number; readonly matched: number }>>

/** The score from the counters. Counters of several days may be added before: it is then the score of all of them. */
export function scoreOf(counts: ReadonlyMap<string, number>, matches: MatchCounts): QualityScore {
  const of = (name: string): number => counts.get(name) ?? 0
  const parts = (Object.keys(MEASURED_PARTS) as MeasuredPart[]).map(
    (part) => [part, shareOf(of(`part.${part}`), of(`part.${part}.of`))] as const,
  )
  const judged = parts.flatMap(([, { share }]) => (share === null ? [] : [share]))
  const delays = [...counts].flatMap(([name, count]) => {
    const minutes = delayOf(name)
    return minutes === null ? [] : [{ minutes, count }]
  })
  delays.sort((a, b) => a.minutes - b.minutes)
  const timed = delays.reduce((sum, { count }) => sum + count, 0)
  const inADay = delays.reduce((sum, { minutes, count }) => (minutes <= 1440 ? sum + count : sum), 0)
  const received = of('received')
  const records = of('records')
  return {
    messages: { received: of('messages'), refused: of('messages.refused') },
    sourceRecords: {
      received,
      accepted: of('accepted'),
      unchanged: of('unchanged'),
      rejected: of('rejected'),
    },
    records,
    completeness: {
      score:
        judged.length === 0 ? null : rounded(judged.reduce((sum, share) => sum + share, 0) / judged.length),
      ...(Object.fromEntries(parts) as Record<MeasuredPart, Share>),
    },
    validity: {
      valid: shareOf(received - of('rejected'), received),
      flagged: shareOf(of('records.flagged'), records),
      flagsPerRecord: records === 0 ? null : rounded(of('flags') / records),
    },
    timeliness: {
      within24h: shareOf(inADay, timed),
      p50Minutes: percentile(delays, timed, 0.5),
      p95Minutes: percentile(delays, timed, 0.95),
    },
    uniqueness: {
      fresh: shareOf(of('accepted'), received),
      resent: shareOf(of('unchanged'), received),
      corrected: shareOf(of('corrected'), records),
    },
    match: Object.fromEntries(
      MATCH_TYPES.map((type) => [type, shareOf(matches[type].matched, matches[type].of)]),
    ) as Record<MatchType, Share>,
  }
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

const shareOf = (count: number, of: number): Share => ({
  count,
  of,
  share: of === 0 ? null : rounded(count / of),
})

/** The least number of minutes within which at least this share of the records came. */
function percentile(
  delays: readonly { readonly minutes: number; readonly count: number }[],
  timed: number,
  share: number,
): number | null {
  let sum = 0
  for (const { minutes, count } of delays) {
    sum += count
    if (sum >= timed * share) return minutes
  }
  return null
}
