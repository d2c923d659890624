import { AdapterError, type Page } from '#adapters/adapter.ts'
import { heldBack } from '#adapters/paging/held.ts'
import { pageOf } from '#adapters/paging/page.ts'
import type { PagingState } from '#adapters/paging/state.ts'
import { type Turning, withOpen } from './open.ts'
import { moved, namesOf, type Pages, type Reading, type Window } from './reading.ts'
import { checkOrder, greatest, least, valuesOf } from './values.ts'

/**
 * Rows in any order: the state moves on when all pages of a window were read. Where the source stops before that, half of the window is
 * asked for, and then the other half.
 */
export async function* unordered(reading: Reading, window: Window, resumed: Turning | null): Pages {
  const half = yield* queryOnce(reading, window, resumed)
  if (half === null) return
  yield* unordered(reading, { ...window, end: half }, null)
  yield* unordered(reading, { ...window, from: half }, null)
}

/** Null when the window was read; else the middle, where the source gave a part of it only. */
async function* queryOnce(
  reading: Reading,
  window: Window,
  resumed: Turning | null,
): AsyncGenerator<Page<PagingState>, bigint | null> {
  const { parts, listing, watermark, progress, upper } = reading
  const { from, end } = window
  const nameNext = namesOf(reading, window)
  let { position, top, total }: Omit<Turning, 'window'> = resumed ?? {
    position: listing.pager.first,
    top: null,
    total: null,
  }
  for (;;) {
    const sheet = await listing.ask(position, watermark.between(from, end))
    const values = valuesOf(sheet, watermark)
    checkOrder(values, watermark, from, null)
    const now = listing.pager.total(sheet.answer)
    if (total !== null && now !== null && now < total) {
      // The pages are not turned on: the query is made anew.
      yield moved(reading)
      throw new AdapterError('retry', 'rows left the pages while they were read; they are read again')
    }
    total = now
    const before = progress.state()
    const isNew = progress.note(sheet, values)
    const most = greatest(values)
    if (most !== null && (top === null || most > top)) top = most
    const next = sheet.next()
    if (next.kind === 'page') {
      position = next.position
      const open = withOpen(progress.state(), { window, position, top, total }, reading)
      if (isNew) yield pageOf(parts, sheet, open, nameNext())
      continue
    }
    if (next.held) {
      if (isNew) yield pageOf(parts, sheet, before, nameNext())
      return middleOf(window, reading)
    }
    const reached = watermark.hasUntil && end !== null ? end : top === null ? null : least(top, upper)
    const isFurther =
      top !== null && reached !== null && (progress.value === null || reached > progress.value)
    if (isFurther && reached !== null) progress.reach(reached)
    if (isNew) yield pageOf(parts, sheet, progress.state(), nameNext())
    else if (isFurther || resumed) yield moved(reading)
    return null
  }
}

/** @throws AdapterError source where the window is not one that can be halved */
function middleOf({ from, end }: Window, { watermark }: Reading): bigint {
  if (from === null || end === null || !watermark.hasUntil) throw heldBack()
  const half = watermark.floor((from + end) / 2n)
  if (half <= from || half >= end) throw heldBack()
  return half
}
