/** A file that breaks a rule of the house, or keeps to one that is easily overdone. */
export interface Planted {
  /** What is broken, in words. */
  readonly what: string
  readonly path: string
  readonly text: string
  /** Rule of Biome that must refuse it; null where nothing may. */
  readonly rule: string | null
}

const LAYER = 'lint/style/noRestrictedImports'
const GLOBAL = 'lint/style/noRestrictedGlobals'

/** What each layer may not import; the layers that it may are planted too, and must pass. */
const LAYERS: Record<string, { readonly refused: readonly string[]; readonly allowed: readonly string[] }> = {
  core: {
    refused: ['store', 'adapters', 'flow', 'jobs', 'api', 'cli', 'test'],
    allowed: ['core'],
  },
  store: { refused: ['adapters', 'flow', 'jobs', 'api', 'cli', 'test'], allowed: ['core', 'store'] },
  adapters: { refused: ['store', 'flow', 'jobs', 'api', 'cli', 'test'], allowed: ['core', 'adapters'] },
  flow: { refused: ['jobs', 'api', 'cli', 'test'], allowed: ['core', 'store', 'adapters', 'flow'] },
  jobs: { refused: ['api', 'cli', 'test'], allowed: ['core', 'store', 'adapters', 'flow', 'jobs'] },
  api: { refused: ['cli', 'test'], allowed: ['core', 'store', 'flow', 'api'] },
  cli: { refused: ['test'], allowed: ['core', 'store', 'adapters', 'flow', 'jobs', 'api', 'cli'] },
}

/** Packages and modules of Node that would let a layer do what is another's. */
const PACKAGES: Record<string, readonly string[]> = {
  core: [
    ...[
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:http',
      'node:https',
      'node:dns/promises',
      'node:process',
    ],
    ...[
      'node:child_process',
      'node:timers/promises',
      'node:perf_hooks',
      'node:worker_threads',
      'node:sqlite',
    ],
    ...['pg', 'bullmq', 'fastify', 'got', 'ioredis', 'pino'],
  ],
  store: ['bullmq', 'ioredis', 'fastify', 'got'],
  adapters: ['pg', 'pg-copy-streams', 'bullmq', 'ioredis', 'fastify'],
  flow: ['bullmq', 'ioredis', 'fastify'],
  jobs: ['fastify'],
  api: ['bullmq', 'ioredis'],
}

const importing = (name: string): string =>
  `import { thing } from '${name}'\n\nexport const planted = thing\n`

const layers = Object.entries(LAYERS).flatMap(([layer, { refused, allowed }]): Planted[] => [
  ...refused.flatMap((other) => [
    {
      what: `${layer} imports ${other}`,
      path: `src/${layer}/imports-${other}.ts`,
      text: importing(`#${other}/thing.ts`),
      rule: LAYER,
    },
    {
      what: `${layer} imports a deep file of ${other}`,
      path: `src/${layer}/deep-${other}.ts`,
      text: importing(`#${other}/some/where/thing.ts`),
      rule: LAYER,
    },
  ]),
  ...allowed.map((other) => ({
    what: `${layer} imports ${other}`,
    path: `src/${layer}/may-${other}.ts`,
    text: importing(`#${other}/thing.ts`),
    rule: null,
  })),
  {
    what: `${layer} climbs by ../`,
    path: `src/${layer}/deep/climbs.ts`,
    text: importing('../thing.ts'),
    rule: LAYER,
  },
])

const packages = Object.entries(PACKAGES).flatMap(([layer, names]) =>
  names.map((name) => ({
    what: `${layer} imports ${name}`,
    path: `src/${layer}/package-${name.replaceAll(/[:/]/g, '-')}.ts`,
    text: importing(name),
    rule: LAYER,
  })),
)

const GLOBALS = {
  'process.pid': 'process',
  'Date.now()': 'Date',
  'new Date()': 'Date',
  'performance.now()': 'performance',
  'globalThis.Date.now()': 'globalThis',
  'setTimeout(() => {}, 1)': 'setTimeout',
  'setInterval(() => {}, 1)': 'setInterval',
  "fetch('x')": 'fetch',
}

const globals = Object.entries(GLOBALS).map(([text, name], i) => ({
  what: `core uses ${name} as ${text}`,
  path: `src/core/global-${i}.ts`,
  text: `export const planted = ${text}\n`,
  rule: GLOBAL,
}))

const others: Planted[] = [
  {
    what: 'core imports a type from above',
    path: 'src/core/type-only.ts',
    text: "import type { Thing } from '#store/thing.ts'\n\nexport const planted: Thing | null = null\n",
    rule: LAYER,
  },
  {
    what: 'core re-exports from above',
    path: 'src/core/re-export.ts',
    text: "export { thing } from '#store/thing.ts'\n",
    rule: LAYER,
  },
  {
    what: 'core imports from above when called',
    path: 'src/core/dynamic.ts',
    text: "export const planted = () => import('#store/thing.ts')\n",
    rule: LAYER,
  },
  {
    what: 'api reaches for workers',
    path: 'src/api/workers.ts',
    text: importing('#jobs/workers/thing.ts'),
    rule: LAYER,
  },
  {
    what: 'api reaches for jobs other than the queues',
    path: 'src/api/jobs.ts',
    text: importing('#jobs/jobs.ts'),
    rule: LAYER,
  },
  {
    what: 'api enqueues by jobs/queues',
    path: 'src/api/queues.ts',
    text: importing('#jobs/queues.ts'),
    rule: null,
  },
  {
    what: 'a promise of the same file is dropped',
    path: 'src/flow/floating-own.ts',
    text: 'const work = async (): Promise<number> => 1\n\nexport const planted = (): void => {\n  work()\n}\n',
    rule: 'lint/nursery/noFloatingPromises',
  },
  {
    what: 'a promise of another layer is dropped',
    path: 'src/flow/floating-other.ts',
    text: "import { work } from '#store/work.ts'\n\nexport const planted = (): void => {\n  work()\n}\n",
    rule: 'lint/nursery/noFloatingPromises',
  },
  {
    what: 'a promise is left on purpose',
    path: 'src/flow/floating-void.ts',
    text: "import { work } from '#store/work.ts'\n\nexport const planted = (): void => {\n  void work()\n}\n",
    rule: null,
  },
  {
    what: 'the work of another layer',
    path: 'src/store/work.ts',
    text: 'export const work = async (): Promise<number> => 1\n',
    rule: null,
  },
  {
    what: 'two files import each other (first)',
    path: 'src/flow/cycle-a.ts',
    text: "import { b } from './cycle-b.ts'\n\nexport const a = (): number => b()\n",
    rule: 'lint/suspicious/noImportCycles',
  },
  {
    what: 'two files import each other (second)',
    path: 'src/flow/cycle-b.ts',
    text: "import { a } from './cycle-a.ts'\n\nexport const b = (): number => a()\n",
    rule: 'lint/suspicious/noImportCycles',
  },
  {
    what: 'a type is left open',
    path: 'src/flow/open-type.ts',
    text: `export const planted = (given: ${'any'}): unknown => given\n`,
    rule: 'lint/suspicious/noExplicitAny',
  },
  {
    what: 'text is run as code',
    path: 'src/flow/code-from-text.ts',
    text: `export const planted = (text: string): unknown => ${'eval'}(text)\n`,
    rule: 'lint/security/noGlobalEval',
  },
  {
    what: 'an import leaves out its extension',
    path: 'src/flow/no-extension.ts',
    text: "import { work } from './floating-own'\n\nexport const planted = work\n",
    rule: 'lint/correctness/useImportExtensions',
  },
]

/** Everything that is planted. */
export const planted: readonly Planted[] = [...layers, ...packages, ...globals, ...others]
