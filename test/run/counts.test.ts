import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { countsOf, type VitestReport } from './counts.ts'
import { missingPrograms } from './programs.ts'
import { finalLine, notRun } from './report.ts'

const file = (path: string, status: string, ...tests: string[]): VitestReport['testResults'][number] => ({
  name: `/hub/${path}`,
  status,
  startTime: 1000,
  endTime: 1500,
  assertionResults: tests.map((word, i) => ({ fullName: `law ${i}`, status: word })),
})

it('counts tests by folder and names those that were not run', () => {
  const report = {
    testResults: [
      file('test/unit/core/text.test.ts', 'passed', 'passed', 'passed'),
      file('test/unit/core/units/mass.test.ts', 'failed', 'passed', 'failed'),
      file('test/integration/start/users.test.ts', 'passed', 'passed', 'skipped', 'todo'),
    ],
  }
  expect(countsOf(report, 1, '/hub')).toEqual({
    parts: [
      { name: 'integration/start', passed: 1, failed: 0, seconds: 0.5 },
      { name: 'unit/core', passed: 3, failed: 1, seconds: 1 },
    ],
    skipped: ['test/integration/start/users.test.ts: law 1', 'test/integration/start/users.test.ts: law 2'],
    unexplained: false,
  })
})

it('counts a file that could not be loaded as a failure', () => {
  const { parts } = countsOf({ testResults: [file('test/unit/core/text.test.ts', 'failed')] }, 1, '/hub')
  expect(parts).toMatchObject([{ passed: 0, failed: 1 }])
})

it.each([
  ['there is no report', null, 1],
  ['there is no report although all seemed well', null, 0],
  ['no test was run', { testResults: [] }, 0],
  [
    'every test passed and the run failed',
    { testResults: [file('test/unit/a/b.test.ts', 'passed', 'passed')] },
    1,
  ],
] as const)('does not call it success where %s', (_, report, exitCode) => {
  expect(countsOf(report, exitCode, '/hub').unexplained).toBe(true)
})

it('ends with one line of both counts', () => {
  const part = { name: 'x', seconds: 1 }
  expect(
    finalLine([
      { ...part, passed: 3, failed: 0 },
      { ...part, passed: 0, failed: 1 },
    ]),
  ).toBe('3 passed, 1 failed')
})

it('says what to install for the tests that were not run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-path-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'chromium'), '')
  expect(missingPrograms({ PATH: folder }).map(({ name }) => name)).toEqual([
    'Redis',
    'An older PostgreSQL',
    'Chromium',
    'Mosquitto',
  ])
  chmodSync(join(folder, 'chromium'), 0o755)
  const missing = missingPrograms({ PATH: folder })
  expect(notRun(['test/a.test.ts: law'], missing)).toContain('apt-get install redis-server')
})
