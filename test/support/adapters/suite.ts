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
    const skips = Object.entries(bench.skips ?? {})
    for (const name of CHECK_NAMES)
      if (bench.skips?.[name] === undefined) it(`${name}: ${CHECKS[name].title}`, () => runCheck(bench, name))

    // Not as tests that are not run: nothing has to be installed for them.
    if (skips.length > 0)
      it(`leaves out, each with a reason: ${skips.map(([name]) => name).join(', ')}`, () => {
        expect(skips.filter(([, reason]) => reason.length < SHORTEST_REASON)).toEqual([])
      })
  })
}

/** One check over sources of its own. @throws where the adapter does not keep the guarantee */
export const runCheck = (bench: Bench, name: CheckName): Promise<void> =>
  withTrial(bench, (trial) => CHECKS[name].run(trial))
