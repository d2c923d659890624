import type { ClientBase } from 'pg'
import type { Happening } from '#core/cases/happening.ts'
import { readCaseMoves } from '#store/case-events.ts'
import { readCase } from '#store/cases.ts'
import { unanswered } from './answered.ts'
import { gravest } from './hold-again.ts'
import { enteredBy } from './waits.ts'

/** Whether an official stopped the goods without a test. */
export const isOrdered = async (client: ClientBase, caseId: string): Promise<boolean> =>
  (await readCase(client, caseId))?.openedBy === 'official'

/** Whose word confirmed the case: an official's, or what laboratories' records said; null where it is not confirmed. */
export async function confirmedBy(
  client: ClientBase,
  caseId: string,
): Promise<'records' | 'official' | null> {
  if (((await readCase(client, caseId))?.confirmedAt ?? null) === null) return null
  const moves = await readCaseMoves(client, caseId)
  const last = moves.findLast(({ toState }) => toState === 'confirmed')
  return last && enteredBy(moves, last.no + 1)?.event === 'confirm' ? 'official' : 'records'
}

/** What the goods of a case are held for where an official takes back what he confirmed: tests that stand, or his order to stop them. */
export async function withoutConfirmation(
  client: ClientBase,
  caseId: string,
): Promise<Pick<Happening, 'remains' | 'isOfficials'>> {
  if ((await confirmedBy(client, caseId)) !== 'official') return { isOfficials: false }
  const tested = await gravest(client, await unanswered(client, caseId))
  const remains = tested !== 'lab_failed' && (await isOrdered(client, caseId)) ? 'failed' : tested
  return { remains, isOfficials: true }
}
