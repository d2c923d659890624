import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/run/longest-first.ts'

// For the workers and for all processes that tests start: they live shortly, and their memory is nobody's concern.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/tests', import.meta.url))

/** Rooms whose tests leave nothing behind in their process: no clock, no environment, no listener of their own. */
const SHARED = [
  ...[
    'adapters',
    'alerts',
    'api',
    'backup',
    'cases',
    'changes',
    'channels',
    'clients',
    'conformance',
    'delivery',
    'doctor',
  ],
  ...[
    'evidence',
    'faults',
    'findings',
    'intake',
    'isolation',
    'jobs',
    'personal',
    'public',
    'recall',
    'reconcile',
    'reference',
    'replay',
    'retention',
    'store',
    'supervision',
  ],
  ...['trace', 'trust'],
].join()

/** Rooms that measure time or what idling costs: nothing runs beside them. */
const ALONE = [
  'test/integration/start/embedded.test.ts',
  'test/integration/jobs/idle.test.ts',
  'test/integration/faults/limits.test.ts',
]

// They end what hangs, also on a machine that others keep busy; how long something takes is no matter of tests.
const common = { testTimeout: 60_000, hookTimeout: 120_000, expect: { poll: { timeout: 15_000 } } }

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // Tests wait a good part of their time: for PostgreSQL, for processes, for leases to run out.
    maxWorkers: 4,
    fileParallelism: true,
    sequence: { sequencer: LongestFirst },
    // Tests run the sources as the hub does, by Node itself: nothing is transformed, and what Node made of them is kept for all processes.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // One process runs many files where that is safe, because starting one and loading the hub costs more than most files do.
    projects: [
      {
        test: {
          ...common,
          name: 'shared',
          include: ['test/unit/**/*.test.ts', `test/integration/{${SHARED}}/**/*.test.ts`],
          exclude: ALONE,
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: 'apart',
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**', `test/integration/{${SHARED}}/**`, ...ALONE],
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
