import type { Listing } from '#adapters/paging/listing.ts'
import type { PageParts } from '#adapters/paging/page.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import { ascending } from './ascending.ts'
import { openOf, type Turning } from './open.ts'
import { progressOf } from './progress.ts'
import { moved, type Pages, type Reading, type Window } from './reading.ts'
import { unordered } from './unordered.ts'
import { least } from './values.ts'
import type { Watermark } from './watermark.ts'

/** What is new since the state, window by window where the source answers a bounded time only. */
export async function* readSince(
  parts: PageParts,
  listing: Listing,
  watermark: Watermark,
  state: PagingState,
): Pages {
  const progress = progressOf(watermark, state)
  const reading: Reading = {
    parts,
    listing,
    watermark,
    progress,
    upper: watermark.upper(parts.clock.now()),
  }
  const { upper } = reading
  const resumed = openOf(state, watermark, parts.clock.now())
  if (resumed) {
    yield* turned(reading, resumed.window, resumed)
    const { end } = resumed.window
    if (watermark.hasUntil && end !== null && (progress.value === null || end > progress.value))
      progress.reach(end)
  }
  const isBehind = watermark.takesId && watermark.overlap === 0n
  let from = progress.value === null ? watermark.start : progress.value - watermark.overlap
  for (;;) {
    // A value that is still to come: nothing is asked, and the state stands.
    if (watermark.hasUntil && from !== null && upper !== null && from > upper) return
    const end = upper === null ? null : windowEnd(from, upper, watermark)
    yield* turned(reading, { from, end, id: isBehind ? progress.id : undefined }, null)
    if (end === null || upper === null || end >= upper) return
    if (progress.value === null || end > progress.value) {
      progress.reach(end)
      yield moved(reading)
    }
    from = end
  }
}

const turned = (reading: Reading, window: Window, resumed: Turning | null): Pages =>
  (reading.watermark.isOrdered ? ascending : unordered)(reading, window, resumed)

const windowEnd = (from: bigint | null, upper: bigint, { span }: Watermark): bigint =>
  from === null || span === null ? upper : least(from + span, upper)
