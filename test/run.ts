/**
 * `npm test`: lint, types and every test, with nothing to be started beforehand. Words after `npm test --` go to vitest and choose
 * tests; lint and types are then left out. The last line is `N passed, N failed`; the exit code is 0 only when nothing failed.
 */
import { countsOf } from './run/counts.ts'
import { type Part, program, vitest } from './run/parts.ts'
import { missingPrograms } from './run/programs.ts'
import { finalLine, notRun, table } from './run/report.ts'

const chosen = process.argv.slice(2)
const parts: Part[] = []
if (chosen.length === 0) {
  const checks = [
    program('lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
    program('types', 'typescript/bin/tsc', ['--noEmit']),
  ]
  parts.push(...(await Promise.all(checks)))
  for (const { said } of parts) if (said) process.stdout.write(said)
}

const { report, exitCode, seconds } = await vitest(chosen)
const counts = countsOf(report, exitCode)
parts.push(...counts.parts.map((part) => ({ ...part, said: '' })))
if (counts.unexplained) parts.push({ name: 'vitest', passed: 0, failed: 1, seconds, said: '' })

const missing = missingPrograms(process.env)
if (process.env['HUB_TEST_REQUIRE_SERVICES'] === '1') {
  for (const { name } of missing)
    parts.push({ name: `needs ${name}`, passed: 0, failed: 1, seconds: 0, said: '' })
}

console.log(table(parts))
console.log(notRun(report && counts.skipped, missing))
console.log(finalLine(parts))
process.exitCode = parts.some(({ failed }) => failed > 0) ? 1 : 0
