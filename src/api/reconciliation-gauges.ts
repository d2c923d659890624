import type { Pool } from 'pg'
import type { Gauge } from 'prom-client'
import { countReconciliations, readLastReconciliations } from '#store/reconciliation-reports.ts'

type MakeGauge = (name: string, help: string, ...labelNames: string[]) => Gauge

const KEYS = ['missing', 'outdated', 'different', 'surplus'] as const

/** Gauges of what comparing with receivers and sources came to; the function that is given back looks anew. */
export function reconciliationGauges(pool: Pool, gauge: MakeGauge): () => Promise<void> {
  const open = gauge('hub_reconciliations', 'Reconciliations that are not done', 'state')
  const runs = gauge(
    'hub_reconciliation_runs',
    'Reconciliations that ended in the last day, by outcome: equal, different, unsupported, one-sided, failed',
    'outcome',
  )
  const of = 'of the last reconciliation of a link, or of a system without one'
  const age = gauge('hub_reconciliation_age_seconds', `Time since the end ${of}`, 'link', 'system')
  const differing = gauge(
    'hub_reconciliation_differing',
    `Kinds, regions and hours whose figures differ ${of}`,
    'link',
    'system',
  )
  const keys = gauge(
    'hub_reconciliation_keys',
    `Records that the other side misses, has in an older version, has otherwise, or has beyond ours, ${of}`,
    'link',
    'system',
    'state',
  )
  return async () => {
    const [counted, last] = await Promise.all([countReconciliations(pool), readLastReconciliations(pool)])
    for (const { name, isOpen, count } of counted)
      if (isOpen) open.set({ state: name }, count)
      else runs.set({ outcome: name }, count)
    for (const { link, system, seconds, counts } of last) {
      const of = { link: link ?? 'none', system: system ?? 'none' }
      age.set(of, seconds)
      differing.set(of, Number(counts['differing'] ?? 0))
      for (const state of KEYS) keys.set({ ...of, state }, Number(counts[state] ?? 0))
    }
  }
}
