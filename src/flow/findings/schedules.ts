import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { type Resting, restAfter } from '#flow/schedule/rest.ts'
import { judgeDue } from './judge-due.ts'
import { judgeSources } from './judge-sources.ts'
import { recheckWaiting } from './recheck.ts'
import { type SettleParts, settle } from './settle.ts'
import { sweepPapers } from './sweep-papers.ts'

const JUDGE_EVERY_MS = 30_000
/** A stretch is shorter than the lease of a schedule; what is left is due at once. */
const STRETCH_MS = 20_000
/** After each round it rests as long as the round took, so that it never has more than half of the database's time. */
const REST = 1
const SOURCES_EVERY_MS = 3_600_000
/** Papers of goods of this morning come within minutes of each other, those of a source that was away within days. */
const RECHECKED = [
  { name: 'finding-recheck', everyMs: 300_000, days: 1 },
  { name: 'finding-recheck-old', everyMs: 3_600_000, days: 30 },
] as const

/** Judging what may have changed, then what is stored and was not yet judged for a kind of finding, and by the hour what only time changes. */
export function findingSchedules(
  parts: SettleParts & Pick<Resting, 'isBusy'> & { readonly now?: () => number },
): Schedule[] {
  const { isBusy, now = Date.now } = parts
  return [
    {
      name: 'findings',
      everyMs: JUDGE_EVERY_MS,
      run: async (signal) => {
        const until = now() + STRETCH_MS
        while (!signal.aborted) {
          if (now() >= until) return now()
          const began = performance.now()
          const { judged } = await judgeDue(parts, now())
          if (judged === 0 && (await sweepPapers(parts.pool, now())) === 0) return null
          await restAfter(began, { rest: REST, isBusy, most: STRETCH_MS }, signal)
        }
        return null
      },
    },
    {
      name: 'finding-sources',
      everyMs: SOURCES_EVERY_MS,
      run: async () => {
        const { wrong } = await settle(parts, await judgeSources(parts.pool, now()), now())
        if (wrong.length > 0) throw new Error(`findings that do not fit the model: ${wrong.join('; ')}`)
        return null
      },
    },
    ...RECHECKED.map(({ name, everyMs, days }) => ({
      name,
      everyMs,
      run: async () => {
        await recheckWaiting(parts.pool, now(), days)
        return null
      },
    })),
  ]
}
