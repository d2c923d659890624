import type { Pool } from 'pg'
import type { FindingKind } from '#core/findings/finding-kinds.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { readWaitingSubjects } from '#store/findings.ts'

/** What these rest on may lie several records away: the papers of the trade that goods were bought by, what else was traded under a paper. */
const REACHING: readonly FindingKind[] = ['no_paper', 'balance_off']
const DAY_MS = 86_400_000
const MOST = 5000

/** Has the findings judged anew that wait for somebody and were due no more than `days` ago: a record far back may have ended them. How many. */
export async function recheckWaiting(pool: Pool, nowMs: number, days: number): Promise<number> {
  const since = new Date(nowMs - days * DAY_MS).toISOString()
  const subjects = await readWaitingSubjects(pool, REACHING, since, MOST)
  await markSubjects(pool, subjects, nowMs)
  return subjects.length
}
