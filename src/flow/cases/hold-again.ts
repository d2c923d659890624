import type { ClientBase } from 'pg'
import { saysOf } from '#core/cases/open.ts'
import { readCaseMoves } from '#store/case-events.ts'
import { type CaseTest, dropCaseTest } from '#store/case-lots.ts'
import { readCase } from '#store/cases.ts'
import { readTracedVersions } from '#store/lots.ts'
import { unanswered } from './answered.ts'
import { applyEvent } from './apply.ts'
import type { ToldTest } from './open-case.ts'
import { evidence, happening } from './told-test.ts'

/** By which records release goods; what an official released is released. Where he takes back what he confirmed, it is records that say what becomes of them. */
const BY_RECORDS: ReadonlySet<string> = new Set(['lab_passed', 'withdrawn', 'retract'])

/**
 * Holds again what records released and what is no longer answered since a version came. A case that was closed meanwhile stays so: the tests of it that stand unanswered are
 * taken from it and given, to be taken like tests that are new and told with that version. Null where nothing is to be held again.
 */
export async function holdAgain(
  client: ClientBase,
  test: ToldTest,
  caseId: string,
  nowMs: number,
): Promise<readonly ToldTest[] | null> {
  const state = await releasedByRecords(client, caseId)
  if (state === null) return null
  const standing = await unanswered(client, caseId)
  const event = await gravest(client, standing)
  if (event === undefined) return null
  if (state === 'closed') return await takenFrom(client, test, standing)
  await applyEvent(client, caseId, happening(event, test, nowMs), evidence(test))
  return []
}

/** Whether it was records that released the goods of a case, and whether it is closed since; null where they are held, or an official released them. */
export async function releasedByRecords(
  client: ClientBase,
  caseId: string,
): Promise<'cleared' | 'closed' | null> {
  const state = (await readCase(client, caseId))?.state
  if (state !== 'cleared' && state !== 'closed') return null
  const moves = await readCaseMoves(client, caseId)
  const released = moves.at(state === 'closed' ? -2 : -1)
  return released?.toState === 'cleared' && BY_RECORDS.has(released.event) ? state : null
}

async function takenFrom(
  client: ClientBase,
  { receivedAt }: ToldTest,
  standing: readonly CaseTest[],
): Promise<ToldTest[]> {
  const records = await readTracedVersions(client, standing)
  for (const one of standing) await dropCaseTest(client, one)
  return [...records.values()].map(({ id, version, body }) => ({ recordId: id, version, body, receivedAt }))
}

export const GRAVEST = ['lab_failed', 'failed', 'doubted'] as const

/** The gravest that failed tests say. */
export async function gravest(client: ClientBase, tests: readonly CaseTest[]) {
  // What a laboratory failed says no less, and a case may have thousands of others.
  if (tests.some(({ isLab, verdict }) => isLab && verdict === 'fail')) return 'lab_failed'
  const said = [...(await readTracedVersions(client, tests)).values()].map(({ body }) => saysOf(body))
  return GRAVEST.find((one) => said.some((each) => each === one))
}
