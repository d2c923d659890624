import type { ClientBase } from 'pg'
import type { Happening } from '#core/cases/happening.ts'
import { possible } from '#core/cases/machine.ts'
import { type PossibleEvent, possibleNow } from '#core/cases/possible-now.ts'
import type { OfficialEvent } from '#core/cases/states.ts'
import type { CaseRow } from '#store/cases.ts'
import { wholeFacts } from './apply.ts'
import { waivedObjection } from './waived-objection.ts'
import { withoutConfirmation } from './whose-word.ts'

/** What decides over an event of an official beside what he says. */
export async function knownOf(
  client: ClientBase,
  caseId: string,
  event: OfficialEvent,
): Promise<Pick<Happening, 'remains' | 'isOfficials' | 'waives'>> {
  if (event === 'retract') return await withoutConfirmation(client, caseId)
  return event === 'waive' ? { waives: await waivedObjection(client, caseId) } : {}
}

/** What an official may say of a case now. */
export async function possibleEvents(
  client: ClientBase,
  found: CaseRow,
  nowMs: number,
): Promise<readonly PossibleEvent[]> {
  const facts = await wholeFacts(client, found)
  const events: PossibleEvent[] = []
  for (const event of possible(found.state)) {
    const one = possibleNow(facts, event, { nowMs, ...(await knownOf(client, found.id, event)) })
    if (one) events.push(one)
  }
  return events
}
