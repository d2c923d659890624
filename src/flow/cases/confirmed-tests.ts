import type { ClientBase } from 'pg'
import { saysOf } from '#core/cases/open.ts'
import type { CaseState } from '#core/cases/states.ts'
import { type CaseMove, readCaseMoves } from '#store/case-events.ts'
import { readTestsToldBefore } from '#store/case-lots.ts'
import type { StandingTest } from './found-lots.ts'

/** What of a confirmed case is confirmed. */
export interface ConfirmedTests {
  readonly tests: ReadonlySet<string>
  /** Whether that is so of what an official had stopped without a test. */
  readonly hasOrder: boolean
}

/**
 * Those of the failed tests of a confirmed case whose goods are confirmed: what laboratories failed, and all of which had been told when an official confirmed it. Where one of a laboratory does
 * not tell which goods it is of, or none is left, as where it is taken back behind a disposal, it is all of them.
 */
export async function confirmedOf(
  client: ClientBase,
  caseId: string,
  tests: readonly StandingTest[],
): Promise<ConfirmedTests> {
  const all = { tests: new Set(tests.map(({ recordId }) => recordId)), hasOrder: true }
  const word = wordOf(await readCaseMoves(client, caseId))
  const told = word === null ? [] : await readTestsToldBefore(client, caseId, word.no)
  const confirmed = new Set(told.map(({ recordId }) => recordId))
  const labs = tests.filter(({ body }) => saysOf(body) === 'lab_failed')
  for (const { recordId } of labs) confirmed.add(recordId)
  const isKnown =
    labs.every(({ goods }) => goods.codes.length > 0) &&
    tests.some(({ recordId, goods }) => goods.codes.length > 0 && confirmed.has(recordId))
  return isKnown ? { tests: confirmed, hasOrder: word !== null } : all
}

/** States in which nothing is confirmed. */
const UNCONFIRMED: ReadonlySet<CaseState> = new Set<CaseState>(['suspect', 'held', 'cleared'])

/** An official's confirmation that was not taken back; null where there is none. */
export function wordOf(moves: readonly CaseMove[]): CaseMove | null {
  const said = moves.findLast(({ event }) => event === 'confirm')
  return said === undefined || moves.some(({ no, toState }) => no > said.no && UNCONFIRMED.has(toState))
    ? null
    : said
}
