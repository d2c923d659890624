import { AdapterError } from '#adapters/adapter.ts'
import { heldBack } from '#adapters/paging/held.ts'
import type { Sheet } from '#adapters/paging/listing.ts'
import { pageOf } from '#adapters/paging/page.ts'
import { type Turning, withOpen } from './open.ts'
import { namesOf, type Pages, type Reading, type Window } from './reading.ts'
import { checkOrder, greatest, least, valuesOf } from './values.ts'

/**
 * Rows in the order of their values: each page moves the state on. Pages with numbers are not turned but asked for anew from the last value,
 * since a row that moves to the end while they are turned would push another one past the reader; only rows of one value are turned
 * through. And a query that brought something new is followed by another, until one brings nothing: a source may stop anywhere.
 */
export async function* ascending(reading: Reading, window: Window, resumed: Turning | null): Pages {
  const { parts, listing, watermark, progress, upper } = reading
  const { pager } = listing
  const nameNext = namesOf(reading, window)
  let query = startOf(window, progress.value, resumed?.top ?? null)
  let position = resumed?.position ?? pager.first
  for (;;) {
    const sheet = await listing.ask(position, watermark.between(query.from, window.end, query.id))
    const values = valuesOf(sheet, watermark)
    checkOrder(values, watermark, query.from, query.top)
    const isNew = progress.note(sheet, values)
    query = advanced(query, reading, sheet, values)
    const { from, id, top, lastId } = query
    if (top !== null) progress.reach(least(top, upper), isComplete(top, upper) ? lastId : undefined)
    const moves = hasMoved(query, reading)
    const next = sheet.next()
    const turns = next.kind === 'page' && !(moves && pager.isNumbered)
    if (turns && watermark.takesId && pager.isNumbered && sheet.count > 0) throw notBehind()
    if (isNew) {
      const state = progress.state()
      const open = turns && {
        window: { from, end: window.end, id },
        position: next.position,
        top,
        total: null,
      }
      yield pageOf(parts, sheet, open ? withOpen(state, open, reading) : state, nameNext())
    }
    if (turns) {
      position = next.position
      continue
    }
    const isEnd = next.kind === 'end'
    const isHeld = isEnd && (next.held || (pager.isSingle && sheet.count >= parts.limits.pageRows))
    if (!moves && isHeld) throw heldBack()
    if (isEnd && !isHeld && isOver(query, moves, reading)) return
    query = startOf({ from: top, end: window.end, id: lastId }, top, null)
    position = pager.first
  }
}

/** One query on its way. */
interface Query {
  readonly from: bigint | null
  readonly id: string | undefined
  /** What was known before it. */
  readonly before: bigint | null
  /** The last value that it brought, and the number of its row. */
  readonly top: bigint | null
  readonly lastId: string | undefined
}

const startOf = ({ from, id }: Window, before: bigint | null, top: bigint | null): Query => ({
  from,
  id,
  before,
  top,
  lastId: undefined,
})

function advanced(
  query: Query,
  { watermark }: Reading,
  sheet: Sheet,
  values: readonly (bigint | null)[],
): Query {
  const last = greatest(values)
  if (last === null) return query
  const { id, takesId } = watermark
  const lastId = takesId && id ? sheet.textOf(sheet.count - 1, id) : undefined
  return { ...query, top: last, lastId }
}

/** Whether the next query would begin further on. */
function hasMoved({ from, id, top, lastId }: Query, { watermark }: Reading): boolean {
  if (top === null) return false
  if (from === null || watermark.floor(top) > watermark.floor(from)) return true
  return watermark.takesId && lastId !== undefined && lastId !== id
}

/** Whether there is no reason to ask once more: nothing came that was not known. */
function isOver({ before, top }: Query, moves: boolean, { watermark }: Reading): boolean {
  if (!moves) return true
  return !watermark.takesId && before !== null && top !== null && top <= before
}

/** A value that was cut down to what is complete is that of no row. */
const isComplete = (top: bigint, upper: bigint | null): boolean => upper === null || top <= upper

const notBehind = (): AdapterError =>
  new AdapterError('source', 'the source gives the row again behind which it was asked', {
    setting: '/settings/watermark/idParameter',
  })
