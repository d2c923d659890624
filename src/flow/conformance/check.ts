import type { Pool } from 'pg'
import { type Words, words } from '#core/mapping/words.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { GoldenSample } from '#flow/systems/golden.ts'
import type { FolderSystem } from '#flow/systems/registry.ts'

/** Bronze: it can be connected. Silver: it can be trusted with resends, order and faults. Gold: it holds under load and change. */
export const LEVELS = ['bronze', 'silver', 'gold'] as const
export type Level = (typeof LEVELS)[number]

/** What a check works on. */
export interface Trial {
  readonly system: FolderSystem
  readonly samples: readonly GoldenSample[]
  /** Milliseconds since 1970, later than the samples. */
  readonly receivedAtMs: number
  /** An empty hub of the trial's own; bronze needs none. */
  readonly hub: TrialHub | null
}

export interface TrialHub {
  readonly pool: Pool
  readonly intake: Intake
  /** Forgets all records and messages. */
  empty(): Promise<void>
}

/** What a check found: nothing wrong, what is wrong, or why it does not apply to this system. */
export type Verdict =
  | { readonly is: 'passed' }
  | { readonly is: 'failed'; readonly findings: readonly Words[] }
  | { readonly is: 'skipped'; readonly reason: Words }

/** One promise that a system has to keep. */
export interface Check {
  readonly id: string
  readonly level: Level
  /** The promise. */
  readonly title: Words
  /** What to do where it is not kept; the findings of others say it themselves. */
  readonly fix?: Words
  run(trial: Trial): Promise<Verdict> | Verdict
}

export const PASSED: Verdict = { is: 'passed' }
const FINDINGS_MAX = 20

/** Passed without findings, else failed with the first of them. */
export function verdictOf(findings: readonly Words[]): Verdict {
  if (findings.length === 0) return PASSED
  const more = findings.length - FINDINGS_MAX
  return {
    is: 'failed',
    findings:
      more > 0
        ? [...findings.slice(0, FINDINGS_MAX), words(`… ${more} more`, `… 另有 ${more} 项`)]
        : findings,
  }
}

export const skipped = (en: string, zh: string): Verdict => ({ is: 'skipped', reason: { en, zh } })
