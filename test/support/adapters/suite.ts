import { describe, expect, it } from 'vitest'
import type { Bench } from './bench.ts'
import { CHECK_NAMES, CHECKS, type CheckName } from './checks.ts'
import { withTrial } from './trial.ts'

/** A reason that says nothing is none. */
const SHORTEST_REASON = 20

/**
 * The conformance suite of adapters. In a test of an adapter:
 *
 * ```ts
 * adapterConformance({
 *   adapter: pull,
 *   start: async (rows) => {
 *     const server = await startServer(rows)      // a real one
 *     return {
 *       endpoint: { host: '127.0.0.1', port: server.port },  // the suite puts its proxy of faults before it
 *       good: ({ host, port }) => ({ settings: { url: `http://${host}:${port}/` }, secrets: { password: … } }),
 *       bad: (at) => [{ what: 'another password', …, blames: ['/secrets/password'] }, …],
 *       idsOf: (bytes) => …,                       // ids of the rows in a page
 *       add, remove, misbehave, capRows, future, fingerprint, stop,
 *     }
 *   },
 *   skips: { counts: 'the source has no query that counts' },
 * })
 * ```
 *
 * What a bench leaves out makes the check that needs it fail, until it is given or skipped with a reason. `test/support/adapters/example/` is
 * the smallest adapter with its bench.
 */
export function adapterConformance(bench: Bench): void {
  describe(`conformance of the adapter ${bench.adapter.name}`, () => {
    for (const name of CHECK_NAMES) {
      const reason = bench.skips?.[name]
      const { title } = CHECKS[name]
      if (reason === undefined) it(`${name}: ${title}`, () => runCheck(bench, name))
      else it.skip(`${name}: ${title} (${reason})`, () => {})
    }

    it('says of each check that is skipped why it cannot apply', () => {
      const poor = Object.entries(bench.skips ?? {}).filter(([, reason]) => reason.length < SHORTEST_REASON)
      expect(poor).toEqual([])
    })
  })
}

/** One check over sources of its own. @throws where the adapter does not keep the guarantee */
export const runCheck = (bench: Bench, name: CheckName): Promise<void> =>
  withTrial(bench, (trial) => CHECKS[name].run(trial))
