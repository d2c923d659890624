import type { Issue } from '#core/issue.ts'
import type { FieldDifference } from '#core/model/difference.ts'

/** What became of the source records of a replay, counted apart from what intake counts. */
export const OUTCOMES = ['same', 'changed', 'newlyOk', 'newlyFailing', 'stillFailing', 'keptOut'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** One source record of a replay that a person may want to look at. */
export interface ReplaySample {
  readonly outcome: Outcome
  readonly message: string
  readonly index: number
  /** Changed: record by record, the fields in which the two sides differ. */
  readonly records?: readonly { readonly id: string; readonly differences: readonly FieldDifference[] }[]
  readonly issues?: readonly Issue[]
}

/** Samples that are kept of each outcome. */
const SAMPLES_MAX = 10
const SAMPLED: ReadonlySet<Outcome> = new Set(['changed', 'newlyOk', 'newlyFailing'])

/** Counts and samples of a replay, growing step by step. */
export interface Tally {
  readonly counts: Readonly<Record<string, number>>
  readonly samples: readonly ReplaySample[]
  /** Whether one more sample of the outcome is wanted. */
  wants(outcome: Outcome): boolean
  add(outcome: Outcome, sample?: Omit<ReplaySample, 'outcome'>): void
  /** Messages that were read, and versions that were written. */
  count(what: 'messages' | 'versions' | 'mended', times?: number): void
}

/** Goes on from what was counted before; `received` is the sum of all outcomes, always. */
export function tallyFrom(counts: Readonly<Record<string, number>>, samples: readonly ReplaySample[]): Tally {
  const sums: Record<string, number> = {
    messages: 0,
    received: 0,
    ...Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])),
    versions: 0,
    mended: 0,
    ...counts,
  }
  const kept = [...samples]
  const add = (name: string, times = 1): void => {
    sums[name] = (sums[name] ?? 0) + times
  }
  return {
    counts: sums,
    samples: kept,
    wants: (outcome) =>
      SAMPLED.has(outcome) && kept.filter((one) => one.outcome === outcome).length < SAMPLES_MAX,
    add(outcome, sample) {
      add('received')
      add(outcome)
      if (sample) kept.push({ outcome, ...sample })
    },
    count: (what, times) => add(what, times),
  }
}
