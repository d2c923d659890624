import type { OpenQuery, PagingState, Position } from '#adapters/paging/state.ts'
import type { Reading, Window } from './reading.ts'
import { stateValue, valueText, type Watermark } from './watermark.ts'

/** A query whose pages are turned: after a break it goes on where it was, if the break was short. */
export interface Turning {
  readonly window: Window
  readonly position: Position
  readonly top: bigint | null
  readonly total: number | null
}

/** Rows come and go while nobody turns the pages, and others move to pages that were read; after this time the query is made anew. */
const FRESH_MS = 15 * 60_000

/** The open query of a state; null where there is none, or it is not fresh. @throws AdapterError config for a state of another form */
export function openOf({ open }: PagingState, { isTime }: Watermark, nowMs: number): Turning | null {
  if (open === undefined || Math.abs(nowMs - open.atMs) > FRESH_MS) return null
  return {
    window: { from: stateValue(open.from, isTime), end: stateValue(open.end, isTime), id: open.id },
    position: open.position,
    top: stateValue(open.top, isTime),
    total: open.total ?? null,
  }
}

/** A state from which the pages are turned on. */
export function withOpen(
  state: PagingState,
  { window, position, top, total }: Turning,
  { watermark, parts }: Reading,
): PagingState {
  const text = (value: bigint): string => valueText(value, watermark.isTime)
  const open: OpenQuery = {
    ...(window.from === null ? {} : { from: text(window.from) }),
    ...(window.end === null ? {} : { end: text(window.end) }),
    ...(window.id === undefined ? {} : { id: window.id }),
    position,
    ...(top === null ? {} : { top: text(top) }),
    ...(total === null ? {} : { total }),
    atMs: Math.trunc(parts.clock.now()),
  }
  return { ...state, open }
}
