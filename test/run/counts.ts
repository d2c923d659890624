import { relative, sep } from 'node:path'

/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly startTime?: number
    readonly endTime?: number
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** The tests of one folder, such as `unit/core` or `integration/store`. */
export interface PartCount {
  readonly name: string
  readonly passed: number
  readonly failed: number
  /** Time of its files one after the other; files run side by side, so the sum may be longer than the run. */
  readonly seconds: number
}

export interface Counts {
  readonly parts: readonly PartCount[]
  /** Tests that were not run, as `file: title`. */
  readonly skipped: readonly string[]
  /** The run failed although no test did: no report, or an error outside of every test. */
  readonly unexplained: boolean
}

/** Counts by folder; a file that failed without a failed test, because it could not be loaded, counts as one failure. */
export function countsOf(report: VitestReport | null, exitCode: number, root = process.cwd()): Counts {
  const parts = new Map<string, { passed: number; failed: number; seconds: number }>()
  const skipped: string[] = []
  for (const file of report?.testResults ?? []) {
    const path = relative(root, file.name).split(sep).join('/')
    const name = partOf(path)
    const part = parts.get(name) ?? { passed: 0, failed: 0, seconds: 0 }
    parts.set(name, part)
    const having = (status: string) => file.assertionResults.filter((test) => test.status === status)
    const failed = having('failed').length
    part.passed += having('passed').length
    part.failed += failed === 0 && file.status === 'failed' ? 1 : failed
    part.seconds += Math.max(0, (file.endTime ?? 0) - (file.startTime ?? 0)) / 1000
    for (const test of file.assertionResults) {
      if (test.status !== 'passed' && test.status !== 'failed') skipped.push(`${path}: ${test.fullName}`)
    }
  }
  const list = [...parts]
    .map(([name, part]) => ({ name, ...part }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const anyFailed = list.some(({ failed }) => failed > 0)
  const anyPassed = list.some(({ passed }) => passed > 0)
  return { parts: list, skipped, unexplained: !anyFailed && (exitCode !== 0 || !anyPassed) }
}

/** `test/unit/core/text.test.ts` and `test/unit/core/units/x.test.ts` are of the part `unit/core`. */
function partOf(path: string): string {
  const folders = path.split('/').slice(0, -1)
  return (folders[0] === 'test' ? folders.slice(1) : folders).slice(0, 2).join('/') || path
}
