import type { Pool } from 'pg'
import type { Gauge } from 'prom-client'
import { readCaseGauges } from '#store/cases.ts'

type MakeGauge = (name: string, help: string, ...labelNames: string[]) => Gauge

/** Gauges of cases; the function that is given back looks anew. */
export function caseGauges(pool: Pool, gauge: MakeGauge): () => Promise<void> {
  const states = gauge('hub_cases', 'Cases that are not closed', 'state')
  const overdue = gauge('hub_cases_overdue', 'Cases of which something is overdue')
  const unsettled = gauge('hub_cases_unsettled', 'Cases whose lots and holds are to be made anew')
  const seconds = gauge(
    'hub_case_hold_seconds',
    'Longest time from the receipt of a failed test to the first hold of its case, of the last day',
  )
  return async () => {
    const found = await readCaseGauges(pool, Date.now()).catch(() => null)
    if (!found) return
    for (const { state, count } of found.states) states.set({ state }, count)
    overdue.set(found.overdue)
    unsettled.set(found.unsettled)
    seconds.set(found.holdSeconds)
  }
}
