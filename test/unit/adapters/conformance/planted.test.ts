import { expect, it } from 'vitest'
import { type Adapter, AdapterError, type Page, type State } from '#adapters/adapter.ts'
import { CHECK_NAMES, type CheckName } from '#test/adapters/checks.ts'
import { type ExampleState, example } from '#test/adapters/example/adapter.ts'
import { exampleBench } from '#test/adapters/example/bench.ts'
import { runCheck } from '#test/adapters/suite.ts'

type Example = typeof example
type Read = NonNullable<Example['read']>

/** The example with its way of reading wrapped. */
const reading = (wrap: (read: Read) => Read): Example => ({ ...example, read: wrap(example.read!) })

/** A port whose connections nobody ends: not the signal, not the adapter. */
const unending = (port: Parameters<Read>[0]['connect']): typeof port => ({
  async open(target) {
    const socket = await port.open(target)
    socket.destroy = () => socket
    return socket
  },
})

/** The example with each page changed. */
const paging = (
  change: (page: Page<ExampleState>, from: State | null) => Page<ExampleState> | null,
): Example =>
  reading(
    (read) =>
      async function* (parts, state) {
        for await (const page of read(parts, state)) {
          const changed = change(page, state)
          if (changed) yield changed
        }
      },
  )

const rowsIn = ({ bytes }: Page): Record<string, unknown>[] =>
  Buffer.from(bytes as Uint8Array)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const failingWith = (error: (caught: AdapterError) => Error): Example =>
  reading(
    (read) =>
      async function* (parts, state) {
        try {
          yield* read(parts, state)
        } catch (caught) {
          throw error(caught as AdapterError)
        }
      },
  )

const PLANTED: readonly {
  readonly what: string
  readonly in: readonly CheckName[]
  readonly adapter: Example
}[] = [
  {
    what: 'goes on after the time of the last row, and skips those with the same',
    in: ['rest', 'equal'],
    adapter: reading((read) => (parts, state) => read(parts, state && { ...state, id: '~' })),
  },
  {
    what: 'goes on with the time of the last row, and gives those with the same again',
    in: ['rest', 'equal', 'later'],
    adapter: reading((read) => (parts, state) => read(parts, state && { ...state, id: '-' })),
  },
  {
    what: 'ends at a page that is not full',
    in: ['caps'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          for await (const page of read(parts, state)) {
            yield page
            if (page.rows! < parts.limits.pageRows) return
          }
        },
    ),
  },
  {
    what: 'asks for more rows than it may',
    in: ['caps'],
    adapter: reading(
      (read) => (parts, state) => read({ ...parts, limits: { ...parts.limits, pageRows: 9 } }, state),
    ),
  },
  {
    what: 'moves a state that is further on than the source',
    in: ['future'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          yield* read(parts, state)
          const now = { atMs: parts.clock.now(), id: '-' }
          yield { contentType: 'application/x-ndjson', bytes: null, state: now, name: 'the end' }
        },
    ),
  },
  {
    what: 'takes the time of the hub for that of the source',
    in: ['skew'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          yield* read(parts, state)
          const now = { atMs: parts.clock.now(), id: '-' }
          yield { contentType: 'application/x-ndjson', bytes: null, state: now, name: 'the end' }
        },
    ),
  },
  {
    what: 'takes a state of another form for none',
    in: ['foreign'],
    adapter: reading((read) => (parts, state) => read(parts, state && 'atMs' in state ? state : null)),
  },
  {
    what: 'has a state that JSON changes',
    in: ['again', 'rest'],
    adapter: paging((page) => ({ ...page, state: { ...page.state, at: new Date(page.state.atMs) } })),
  },
  {
    what: 'gives a row twice',
    in: ['again'],
    adapter: paging((page) => ({
      ...page,
      rows: page.rows! * 2,
      bytes: Buffer.from(`${page.bytes}${page.bytes}`),
    })),
  },
  {
    what: 'loses a row of each page',
    in: ['again'],
    adapter: paging((page) => ({
      ...page,
      rows: page.rows! - 1,
      bytes: Buffer.from(
        Buffer.from(page.bytes as Uint8Array)
          .toString()
          .replace(/^[^\n]*\n/, ''),
      ),
    })),
  },
  {
    what: 'has the holder of a record in the names of its pages',
    in: ['again'],
    adapter: paging((page) => ({ ...page, name: `rows to ${String(rowsIn(page).at(-1)?.['holder'])}` })),
  },
  {
    what: 'logs what it reads',
    in: ['again'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          for await (const page of read(parts, state)) {
            parts.log.info({ row: rowsIn(page)[0] }, 'a page was read')
            yield page
          }
        },
    ),
  },
  {
    what: 'repeats a secret in an error',
    in: ['secrets'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          try {
            yield* read(parts, state)
          } catch {
            const detail = `not let in with ${parts.secrets['password']}`
            throw new AdapterError('auth', detail, { setting: '/secrets/password' })
          }
        },
    ),
  },
  {
    what: 'hides a secret in the cause of an error',
    in: ['secrets'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          try {
            yield* read(parts, state)
          } catch {
            const cause = Object.assign(new Error('no'), { sent: { auth: parts.secrets['password'] } })
            throw new AdapterError('auth', 'not let in', { setting: '/secrets/password', cause })
          }
        },
    ),
  },
  {
    what: 'blames nothing for a wrong secret',
    in: ['secrets'],
    adapter: failingWith((error) => new AdapterError(error.class, error.message)),
  },
  {
    what: 'goes on when it has to end',
    in: ['abort'],
    adapter: reading(
      (read) => (parts, state) =>
        read({ ...parts, signal: new AbortController().signal, connect: unending(parts.connect) }, state),
    ),
  },
  {
    what: 'leaves its connection open',
    in: ['abort'],
    adapter: reading((read) => (parts, state) => read({ ...parts, connect: unending(parts.connect) }, state)),
  },
  {
    what: 'waits for ever',
    in: ['mute'],
    adapter: reading(
      (read) => (parts, state) => read({ ...parts, limits: { ...parts.limits, timeoutMs: 2500 } }, state),
    ),
  },
  {
    what: 'takes the end of a connection for the end of the rows',
    in: ['half-closed', 'reset', 'refused', 'mute'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          try {
            yield* read(parts, state)
          } catch (error) {
            if ((error as AdapterError).class !== 'retry') throw error
          }
        },
    ),
  },
  {
    what: 'throws what is no error of an adapter',
    in: ['refused', 'mute', 'half-closed', 'reset', 'busy', 'unavailable', 'garbage'],
    adapter: failingWith((error) => new Error(error.message)),
  },
  {
    what: 'forgets how long it is to wait',
    in: ['unavailable'],
    adapter: failingWith((error) => new AdapterError(error.class, error.message)),
  },
  {
    what: 'gives up what would pass by itself',
    in: ['busy', 'unavailable', 'refused', 'mute', 'half-closed', 'reset'],
    adapter: failingWith((error) => new AdapterError('config', error.message, { setting: '/settings/host' })),
  },
  {
    what: 'passes over a garbage page',
    in: ['garbage'],
    adapter: reading(
      (read) =>
        async function* (parts, state) {
          try {
            yield* read(parts, state)
          } catch (error) {
            if ((error as AdapterError).class !== 'source') throw error
          }
        },
    ),
  },
  {
    what: 'holds an answer of any size',
    in: ['enormous'],
    adapter: reading(
      (read) => (parts, state) =>
        read({ ...parts, limits: { ...parts.limits, maxBytes: 400_000_000 } }, state),
    ),
  },
  {
    what: 'finds everything good',
    in: ['bad', 'address'],
    adapter: {
      ...example,
      check: async () => [{ setting: '/settings/host', ok: true, reason: { zh: '可用', en: 'works' } }],
    },
  },
  {
    what: 'blames what is right',
    in: ['good'],
    adapter: {
      ...example,
      check: async (parts) =>
        (await example.check(parts)).map((found) => ({ ...found, ok: false, advice: found.reason })),
    },
  },
  {
    what: 'finds only the first of what is wrong',
    in: ['bad'],
    adapter: { ...example, check: async (parts) => (await example.check(parts)).slice(0, 1) },
  },
  {
    what: 'cannot be told of a page twice',
    in: ['acknowledge'],
    adapter: {
      ...example,
      acknowledge: (() => {
        const told = new Set<string>()
        return async (_parts, { name }) => {
          if (told.has(name)) throw new AdapterError('source', 'told already')
          told.add(name)
        }
      })(),
    },
  },
  {
    what: 'counts what is not there',
    in: ['counts'],
    adapter: { ...example, counts: async () => [{ hourMs: 0, count: 1 }] },
  },
  {
    what: 'has keys that are gone',
    in: ['keys'],
    adapter: {
      ...example,
      async *keys(parts) {
        for await (const piece of example.keys!(parts)) yield [...piece, { id: 'R-gone' }]
      },
    },
  },
  {
    what: 'has a secret among its settings, and no Chinese title',
    in: ['schema'],
    adapter: {
      ...example,
      settings: {
        ...example.settings,
        properties: { ...example.settings.properties, password: { type: 'string', title: 'Password' } },
      } as Example['settings'],
    },
  },
]

it.each(PLANTED)('an adapter is caught that $what', async ({ in: checks, adapter }) => {
  const bench = exampleBench(adapter as Adapter<never, never>)
  for (const name of checks) await expect(runCheck(bench, name), name).rejects.toThrow()
})

it('a bench that leaves out what a check needs is told so', async () => {
  const { start, ...bench } = exampleBench()
  const poor = {
    ...bench,
    start: async (rows: Parameters<typeof start>[0]) => {
      const { capRows: _, ...rest } = await start(rows)
      return rest
    },
  }
  await expect(runCheck(poor, 'caps')).rejects.toThrow('The bench gives no capRows')
})

it('an adapter is caught whose check leaves something at the source', async () => {
  const { start } = exampleBench()
  let leave = async (): Promise<void> => {}
  const check: Example['check'] = async (parts) => {
    await leave()
    return await example.check(parts)
  }
  const bench = {
    ...exampleBench({ ...example, check } as Adapter<never, never>),
    async start(rows: Parameters<typeof start>[0]) {
      const source = await start(rows)
      leave = () => source.add(rows.slice(0, 1))
      return source
    },
  }
  await expect(runCheck(bench, 'harmless')).rejects.toThrow()
})

it('has a planted defect for every check', () => {
  const caught = new Set<CheckName>(['harmless', ...PLANTED.flatMap((plant) => plant.in)])
  expect(CHECK_NAMES.filter((name) => !caught.has(name))).toEqual([])
})
