import type { FindingDraft } from '#core/findings/draft.ts'
import { readSubject, type Subject } from '#core/findings/subjects.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import { endChecks, markSubjects, readDueChecks } from '#store/finding-checks.ts'
import { judgeGoods } from './judge-goods.ts'
import { judgeLots } from './judge-lots.ts'
import { judgePapers } from './judge-papers.ts'
import { judgeTests } from './judge-tests.ts'
import { judgeYields } from './judge-yields.ts'
import type { Judged, Judging } from './judging.ts'
import { type SettleParts, settle } from './settle.ts'

/** Subjects that are judged together: a few statements for each kind of them. */
export const SUBJECTS_AT_ONCE = 200

/** What came of a round. */
export interface Round {
  readonly judged: number
  readonly written: number
}

/**
 * Judges the subjects that are due, writes the findings that are new, and takes the subjects off. Killed in between, they are judged
 * again, and nothing is written twice. A subject that was named again meanwhile stays. Throws, when all is written, for those that do not
 * fit the model.
 */
export async function judgeDue(parts: SettleParts, nowMs: number): Promise<Round> {
  const { pool } = parts
  const checks = await readDueChecks(pool, nowMs, SUBJECTS_AT_ONCE)
  if (checks.length === 0) return { judged: 0, written: 0 }
  const subjects = checks.flatMap(({ subject }) => readSubject(subject) ?? [])
  const judging = { pool, nowMs, on: beijingDay(nowMs) }
  const { drafts, also } = await judgeAll(judging, subjects)
  const { written, wrong } = await settle(parts, drafts, nowMs)
  const known = new Set(checks.map(({ subject }) => subject))
  await markSubjects(
    pool,
    also.filter((subject) => !known.has(subject)),
    nowMs,
  )
  await endChecks(pool, checks)
  if (wrong.length > 0) throw new Error(`findings that do not fit the model: ${wrong.join('; ')}`)
  return { judged: checks.length, written }
}

async function judgeAll(judging: Judging, subjects: readonly Subject[]): Promise<Judged> {
  const of = <Is extends Subject['is']>(is: Is) =>
    subjects.filter((one): one is Extract<Subject, { is: Is }> => one.is === is)
  const codes = (is: 'paper' | 'lot'): string[] => of(is).map(({ code }) => code)
  const records = (is: 'test' | 'yield'): string[] => of(is).map(({ record }) => record)
  const judged: Judged[] = []
  if (codes('paper').length > 0) judged.push(await judgePapers(judging, codes('paper')))
  if (codes('lot').length > 0) judged.push(await judgeLots(judging, codes('lot')))
  if (of('goods').length > 0) judged.push(await judgeGoods(judging, of('goods')))
  if (records('test').length > 0) judged.push(await judgeTests(judging, records('test')))
  // After the papers and lots that they were traded under: those name them.
  if (records('yield').length > 0) judged.push(await judgeYields(judging, records('yield')))
  const drafts: FindingDraft[] = judged.flatMap((one) => one.drafts)
  return { drafts, also: judged.flatMap((one) => one.also) }
}
