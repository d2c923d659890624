import { words } from '#core/mapping/words.ts'
import { BRONZE } from './bronze.ts'
import { type Check, LEVELS, type Level, type Trial, type Verdict } from './check.ts'
import { GOLD } from './gold.ts'
import { SILVER } from './silver.ts'

/** All checks, the first level first. */
export const CHECKS: readonly Check[] = [...BRONZE, ...SILVER, ...GOLD]

export interface CheckResult {
  readonly check: Check
  readonly verdict: Verdict
}

export interface ConformanceReport {
  readonly system: string
  readonly results: readonly CheckResult[]
  /** The highest level of which, and of those below, no check failed; null where bronze is not reached. */
  readonly reached: Level | null
}

/** The checks up to a level. */
export const checksUpTo = (level: Level): readonly Check[] =>
  CHECKS.filter((check) => LEVELS.indexOf(check.level) <= LEVELS.indexOf(level))

/** Runs the conformance suite over one system. A check that throws has failed; the others still run. */
export async function runConformance(
  trial: Trial,
  level: Level,
  onResult: (result: CheckResult) => void = () => {},
): Promise<ConformanceReport> {
  const results: CheckResult[] = []
  for (const check of checksUpTo(level)) {
    const result = { check, verdict: await verdictOfRun(check, trial) }
    results.push(result)
    onResult(result)
  }
  return { system: trial.system.id, results, reached: reachedLevel(results, level) }
}

async function verdictOfRun(check: Check, trial: Trial): Promise<Verdict> {
  try {
    return await check.run(trial)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { is: 'failed', findings: [words(`the check stopped: ${said}`, `检查中断：${said}`)] }
  }
}

function reachedLevel(results: readonly CheckResult[], asked: Level): Level | null {
  let reached: Level | null = null
  for (const level of LEVELS.slice(0, LEVELS.indexOf(asked) + 1)) {
    if (results.some(({ check, verdict }) => check.level === level && verdict.is === 'failed')) break
    reached = level
  }
  return reached
}
