import { readFileSync } from 'node:fs'
import type { Pool } from 'pg'

/** What came of it, and the milliseconds that it had of the machine. */
export interface Measured<T> {
  readonly result: T
  readonly ms: number
}

/**
 * Does the work and measures it: the time that passed, without what this thread and the sessions of its database stood ready and no
 * processor was free, which is what other programs of the machine took (Linux counts it; elsewhere nothing is taken off). So a bound holds on
 * a busy machine as on a quiet one, and what the work itself takes or waits for counts as ever.
 */
export async function measured<T>(pool: Pool, work: () => Promise<T>): Promise<Measured<T>> {
  const { rows } = await pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'`,
  )
  const processes = ['self', ...rows.map(({ pid }) => String(pid))]
  const before = processes.map(queuedMs)
  const started = performance.now()
  const result = await work()
  const ms = performance.now() - started
  const [own = 0, ...sessions] = processes.map((process, i) => queuedMs(process) - (before[i] ?? 0))
  // Sessions may wait side by side, so the longest of them alone is sure.
  return { result, ms: ms - own - Math.max(0, ...sessions) }
}

/** How long a process has stood ready without a processor since it began; of one that is gone, or where nobody counts it, 0. */
function queuedMs(process: string): number {
  try {
    return Number(readFileSync(`/proc/${process}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}
