import type { PartCount } from './counts.ts'
import type { NeededProgram } from './programs.ts'

/** One line for each part: name, passed, failed, seconds. */
export function table(parts: readonly PartCount[]): string {
  const widest = Math.max(4, ...parts.map(({ name }) => name.length))
  const line = (name: string, passed: string, failed: string, seconds: string): string =>
    `${name.padEnd(widest)}  ${passed.padStart(6)}  ${failed.padStart(6)}  ${seconds.padStart(7)}`
  const rows = parts.map(({ name, passed, failed, seconds }) =>
    line(name, String(passed), String(failed), `${seconds.toFixed(1)} s`),
  )
  return ['', line('part', 'passed', 'failed', 'time'), ...rows].join('\n')
}

/** Which tests were not run (null: there is no report), and what to install so that they are. */
export function notRun(skipped: readonly string[] | null, missing: readonly NeededProgram[]): string {
  const lines = ['']
  if (skipped === null) lines.push('The tests ended without a report.')
  else if (skipped.length === 0) lines.push('Every test was run.')
  else lines.push(`Not run (${skipped.length}):`, ...skipped.map((test) => `  ${test}`))
  for (const { name, debian } of missing) {
    lines.push(`${name} was not found. Install it (Debian: apt-get install ${debian}).`)
  }
  return `${lines.join('\n')}\n`
}

/** `N passed, N failed`, for people and for programs. */
export function finalLine(parts: readonly PartCount[]): string {
  const sum = (of: (part: PartCount) => number): number => parts.reduce((total, part) => total + of(part), 0)
  return `${sum((part) => part.passed)} passed, ${sum((part) => part.failed)} failed`
}
