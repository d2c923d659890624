import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild } from '#cli/bench/child.ts'
import type { Arrivals } from '#cli/bench/lag-sink-process.ts'
import type { Stage } from '#cli/bench/stage.ts'
import { SHARING_CLASSES, type SharingClass } from '#core/model/sharing.ts'

const PATIENCE_MS = 600_000

/** The receivers of one part of the bench, and what came to them. */
export interface Receivers {
  /** Makes a link to a path of the receivers; it sees all classes of values where nothing else is said. Gives its number. */
  link(
    stage: Stage,
    path: string,
    wish?: { readonly filter?: object; readonly sees?: readonly SharingClass[] },
  ): Promise<string>
  /** Where a path is, and the permission to go there. */
  address(path: string): { readonly url: string; readonly allow: string }
  /** Changes that a path has taken since the receivers were started. */
  taken(path: string): Promise<number>
  /** Waits until a path has taken so many; gives the milliseconds that it took. */
  until(path: string, changes: number): Promise<number>
  /** Milliseconds from the answer to each push until its sale came to each of so many links; waits for all of them. */
  lags(accepted: ReadonlyMap<string, number>, links: number): Promise<number[]>
  stop(): Promise<void>
}

export async function startReceivers(): Promise<Receivers> {
  const child: Child<{ port: number }> = await startChild('./lag-sink-process.ts')
  const { port } = child.first
  const address = (path: string) => ({
    url: `http://127.0.0.1:${port}${path}`,
    allow: `127.0.0.1/32:${port}`,
  })
  /** What came and was not asked for yet. */
  let arrived: Arrivals['arrived'][number][] = []
  let asking: Promise<unknown> = Promise.resolve()
  // One question after the other: an answer does not say what it answers.
  const ask = (): Promise<Arrivals> => {
    const answer = asking.then(() => child.ask<Arrivals>())
    asking = answer
    return answer.then((now) => {
      arrived.push(...now.arrived)
      return now
    })
  }
  const taken = async (path: string): Promise<number> => (await ask()).taken[path] ?? 0
  return {
    address,
    taken,
    async link(stage, path, { filter = {}, sees = SHARING_CLASSES } = {}) {
      const { url, allow } = address(path)
      const made = await stage.calls.post<{ id: string }>('/v1/links', {
        name: path,
        url,
        allowAddress: allow,
        filter,
        mapping: 'canonical',
        sees,
      })
      return made.id
    },
    async until(path, changes) {
      const started = performance.now()
      for (;;) {
        const known = await taken(path)
        if (known >= changes) break
        if (performance.now() - started > PATIENCE_MS)
          throw new Error(`the receiver of ${path} has ${known} of ${changes} changes`)
        await pause(5)
      }
      return performance.now() - started
    },
    async lags(accepted, links) {
      const started = performance.now()
      const lags: number[] = []
      const seen = new Set<string>()
      for (let missing = accepted.size * links; missing > 0; await pause(50)) {
        await ask()
        const known = arrived
        arrived = []
        for (const [path, name, at] of known) {
          const from = accepted.get(name)
          const arrival = `${path} ${name}`
          if (from === undefined || seen.has(arrival)) continue
          seen.add(arrival)
          // A receiver may have it before its sender has the answer.
          lags.push(Math.max(0, at - from))
          missing--
        }
        if (performance.now() - started > PATIENCE_MS)
          throw new Error(`${missing} deliveries have not arrived`)
      }
      return lags
    },
    stop: () => child.stop(),
  }
}

/** The value that so large a share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
