import { AdapterError, type Page } from '#adapters/adapter.ts'
import { circleTest } from './circle.ts'
import { heldBack } from './held.ts'
import type { Listing, Sheet } from './listing.ts'
import { type PageParts, pageOf } from './page.ts'
import type { Next } from './pager.ts'
import { type PagingState, SEEN_MAX } from './state.ts'

/** Pages without a row that are passed over one after the other: a cursor may lead through what is filtered away. */
const EMPTY_MAX = 1000

/** Everything, page by page; of a feed everything behind its cursor. */
export async function* readAll(
  parts: PageParts,
  listing: Listing,
  start: PagingState,
): AsyncGenerator<Page<PagingState>> {
  const { pager } = listing
  const isCircle = circleTest()
  let state = start
  let empty = 0
  for (let number = 1; ; number++) {
    const position = state.position ?? pager.first
    const sheet = await listing.ask(position, {})
    const next = sheet.next()
    const after = stateAfter(sheet, next, state, pager.keeps)
    const isNew = sheet.count > 0 && !isKnown(sheet, state)
    if (isNew) yield pageOf(parts, sheet, after, `answer ${number}`)
    else if (JSON.stringify(after) !== JSON.stringify(state) && next.kind === 'end')
      yield { contentType: 'application/json', bytes: null, state: after, name: `answer ${number}` }
    if (next.kind === 'end') {
      if (next.held) throw heldBack()
      return
    }
    if (isCircle(JSON.stringify(after.position)))
      throw new AdapterError('source', 'the pages lead in a circle')
    empty = sheet.count === 0 ? empty + 1 : 0
    if (empty > EMPTY_MAX) throw new AdapterError('source', `${EMPTY_MAX} pages without a row, and no end`)
    state = after
  }
}

function stateAfter({ count, markOf }: Sheet, next: Next, state: PagingState, keeps: boolean): PagingState {
  if (next.kind === 'page') return { position: next.position }
  if (next.held) return state
  if (!keeps) return {}
  const place = next.position ?? {}
  const position = Object.keys(place).length === 0 ? {} : { position: place }
  // The cursor stands where it stood: what came is known when it comes again.
  const isSame = JSON.stringify(place) === JSON.stringify(state.position ?? {})
  if (!isSame || count === 0 || count > SEEN_MAX) return isSame ? state : position
  return { ...position, seen: Array.from({ length: count }, (_, index) => markOf(index)) }
}

function isKnown({ count, markOf }: Sheet, { seen }: PagingState): boolean {
  if (seen === undefined || seen.length < count) return false
  const known = new Set(seen)
  for (let index = 0; index < count; index++) if (!known.has(markOf(index))) return false
  return true
}
