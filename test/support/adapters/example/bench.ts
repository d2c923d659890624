import type { Adapter } from '#adapters/adapter.ts'
import type { Bench } from '#test/adapters/bench.ts'
import { type ExampleState, example } from './adapter.ts'
import { EXAMPLE_PASSWORD, startExampleSource } from './source.ts'

/** The bench of the example, or of an adapter made of it. */
export const exampleBench = (adapter: Adapter<never, never> = example as Adapter<never, never>): Bench => ({
  adapter,
  async start(rows) {
    const source = await startExampleSource(rows)
    const secrets = { password: EXAMPLE_PASSWORD }
    return {
      endpoint: { host: '127.0.0.1', port: source.port },
      good: (at) => ({ settings: { ...at }, secrets }),
      bad: (at) => [
        { what: 'a port of nothing', settings: { ...at, port: 70_000 }, secrets, blames: ['/settings/port'] },
        { what: 'another list', settings: { ...at, list: 'tickets' }, secrets, blames: ['/settings/list'] },
        {
          what: 'another password',
          settings: at,
          secrets: { password: 'another-Pa55word' },
          blames: ['/secrets/password'],
        },
        {
          what: 'host and port',
          settings: { host: '127.0.0.1', port: 1 },
          secrets,
          blames: ['/settings/host', '/settings/port'],
        },
      ],
      idsOf: (bytes) =>
        Buffer.from(bytes)
          .toString()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => (JSON.parse(line) as { id: string }).id),
      add: async (more) => void source.rows.push(...more),
      async remove(ids) {
        const left = source.rows.filter(({ id }) => !ids.includes(id))
        source.rows.splice(0, source.rows.length, ...left)
      },
      async misbehave(what) {
        source.behaves.as = what
      },
      async capRows(rows) {
        source.behaves.cap = rows
      },
      future: (state) => ({ ...(state as ExampleState), atMs: Date.now() + 86_400_000 }),
      idOfKey: ({ id = '' }) => id,
      fingerprint: async () => JSON.stringify(source.rows),
      stop: () => source.stop(),
    }
  },
  skips: { counts: 'the protocol of the example has no way to count' },
})
