import { epochOf } from '#core/dates/when.ts'
import type { Body } from '#core/model/body.ts'
import { beijingDay } from '#core/quality/record-counts.ts'

const HOURS: ReadonlySet<string> = new Set(['second', 'minute', 'hour'])

/** Whether a sample is older than what failed: it says nothing of why that failed. Where the hour of one of them is not told, the day in China decides. */
export function isOlder(
  { occurredAt: sample }: Pick<Body, 'occurredAt'>,
  { occurredAt: failed }: Pick<Body, 'occurredAt'>,
): boolean {
  if (sample === undefined || failed === undefined) return false
  if (!HOURS.has(sample.precision) || !HOURS.has(failed.precision))
    return beijingDay(epochOf(sample)) < beijingDay(epochOf(failed))
  return epochOf(sample) < epochOf(failed)
}
