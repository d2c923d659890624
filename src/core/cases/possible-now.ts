import { type CaseFacts, type Happening, isRefused, type Refusal } from './happening.ts'
import { step } from './machine.ts'
import type { OfficialEvent } from './states.ts'

/** What an official may say of a case now, with why it is refused where he says no more than that. */
export interface PossibleEvent {
  readonly event: OfficialEvent
  readonly needs: readonly Refusal[]
}

/**
 * Whether an official may say something of a case now, as far as that is known before he has said how much, by which method and why; null where whatever he says is refused.
 * @param known what else decides over it, as for a happening
 */
export function possibleNow(
  facts: CaseFacts,
  event: OfficialEvent,
  { nowMs, ...known }: Pick<Happening, 'nowMs' | 'remains' | 'isOfficials' | 'waives'>,
): PossibleEvent | null {
  const bare: Happening = { ...known, event, atMs: nowMs, nowMs, by: 'official' }
  const outcome = step(facts, { ...bare, quantity: '1', method: 'GC-MS', note: '-' })
  if (isRefused(outcome)) return null
  const alone = step(facts, bare)
  return { event, needs: isRefused(alone) ? alone.refusals : [] }
}
