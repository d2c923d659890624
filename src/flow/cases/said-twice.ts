import { hash } from 'node:crypto'
import { MINUTE_MS } from '#core/calendar.ts'
import type { OfficialEvent } from '#core/cases/states.ts'
import { compareDecimal } from '#core/decimal.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import type { CaseEventRow, CaseRequest } from '#store/case-events.ts'

/** What an official says of a case. */
export interface Said {
  readonly event: OfficialEvent
  /** ISO text; now where it is not given. */
  readonly at?: string
  readonly quantity?: string
  readonly method?: string | undefined
  readonly note?: string
}

/** By which an event that is sent again is known. What stands in the request in another order is the same. */
export const requestOf = (said: Said, key: string | undefined): CaseRequest | undefined =>
  key === undefined ? undefined : { key, sha256: hash('sha256', canonicalJson(said), 'buffer') }

/** What leaves the state as it is or may be told in it again; all else is refused by its state. */
const TOLD_AGAIN: ReadonlySet<OfficialEvent> = new Set<OfficialEvent>(['dispose', 'note'])
const WINDOW_MS = 10 * MINUTE_MS

/**
 * Whether an event without a key is, as far as anybody can see, one that was told already: the same of the same person at the same time, or within ten minutes where no
 * time is named. Who lost the answer to a disposal and sends it again does not count it twice.
 */
export function isRepeat(
  events: readonly CaseEventRow[],
  { event, at, quantity, method, note }: Said,
  { who, nowMs }: { readonly who: string; readonly nowMs: number },
): boolean {
  if (!TOLD_AGAIN.has(event)) return false
  const isAtThatTime = (ms: number): boolean =>
    at === undefined ? ms > nowMs - WINDOW_MS : ms === Date.parse(at)
  return events.some(
    (one) =>
      one.event === event &&
      one.actor === who &&
      one.method === (method ?? null) &&
      one.note === (note ?? null) &&
      isSameMass(one.mass, quantity) &&
      isAtThatTime(Date.parse(one.at)),
  )
}

const isSameMass = (told: string | null, quantity: string | undefined): boolean =>
  told === null || quantity === undefined ? told === (quantity ?? null) : compareDecimal(told, quantity) === 0
