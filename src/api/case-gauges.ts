import type { Pool } from 'pg'
import type { Gauge } from 'prom-client'
import { readCaseGauges } from '#store/case-figures.ts'
import { countOverdue } from '#store/recall-urging.ts'

type MakeGauge = (name: string, help: string, ...labelNames: string[]) => Gauge

/** Gauges of cases and of who was told of their holds; the function that is given back looks anew. */
export function caseGauges(pool: Pool, gauge: MakeGauge, now: () => number): () => Promise<void> {
  const states = gauge('hub_cases', 'Cases that are not closed', 'state')
  const overdue = gauge('hub_cases_overdue', 'Cases of which something is overdue')
  const unsettled = gauge('hub_cases_unsettled', 'Cases whose lots and holds are to be made anew')
  const seconds = gauge(
    'hub_case_hold_seconds',
    'Longest time from the receipt of a failed test to the first hold of its case, of the last day',
  )
  const past = 'past the deadline; link is none for places that a person tells'
  const unacknowledged = gauge(
    'hub_recall_unacknowledged',
    `Notices of holds not acknowledged ${past}`,
    'link',
  )
  const unreported = gauge('hub_recall_unreported', `Notices without quantities ${past}`, 'link')
  const lookAtCases = async (nowMs: number): Promise<void> => {
    const found = await readCaseGauges(pool, nowMs)
    for (const { state, count } of found.states) states.set({ state }, count)
    overdue.set(found.overdue)
    unsettled.set(found.unsettled)
    seconds.set(found.holdSeconds)
  }
  const lookAtNotices = async (nowMs: number): Promise<void> => {
    for (const [owed, told] of [
      ['acknowledgement', unacknowledged],
      ['report', unreported],
    ] as const)
      for (const { link, count } of await countOverdue(pool, owed, nowMs))
        told.set({ link: link ?? 'none' }, count)
  }
  return async () => {
    const nowMs = now()
    await Promise.all([lookAtCases(nowMs), lookAtNotices(nowMs)].map((look) => look.catch(() => {})))
  }
}
