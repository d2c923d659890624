import Type from 'typebox'
import type { Adapter, Page, Taken, Words } from '#adapters/adapter.ts'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { plainRegistry } from './plain-mapping.ts'

/** A source of sales numbered from 1, in the memory of a test, with an adapter for it: the smallest one that has everything. */
export interface NumberedSource {
  /** How many there are. */
  count: number
  /** Called before each page is given. */
  onPage: (from: number) => void | Promise<void>
  /** Bytes in place of those of the page that begins there. */
  readonly instead: Map<number, string>
  readonly acknowledged: string[]
  /** What a reading tells that it leaves; undefined: it tells nothing. */
  doubts: readonly Words[] | undefined
  readonly adapter: Adapter<NumberedSettings, NumberedState>
}

interface NumberedSettings {
  readonly pageSize: number
}
type NumberedState = { readonly at: number }

export function numberedSource({ listens = false } = {}): NumberedSource {
  const source: NumberedSource = {
    count: 0,
    onPage: () => {},
    instead: new Map(),
    acknowledged: [],
    doubts: undefined,
    adapter: {
      name: 'pull',
      title: { zh: '编号', en: 'Numbers' },
      description: { zh: '编号', en: 'Numbers' },
      settings: Type.Object(
        { pageSize: Type.Integer({ minimum: 1, default: 2 }) },
        { additionalProperties: false },
      ),
      secrets: { password: { zh: '密码', en: 'Password' } },
      state: Type.Object({ at: Type.Integer() }, { additionalProperties: false }),
      reads: listens ? 'listens' : 'ends',
      ordered: !listens,
      check: async () => [],
      read: ({ settings, signal, clock, tell }, state) => {
        if (source.doubts) tell(source.doubts)
        return pages(source, settings, state, { signal, clock, listens })
      },
      acknowledge: async (_parts, { name }: Page, taken: Taken) => {
        source.acknowledged.push(`${name} ${taken.state}`)
      },
    },
  }
  return source
}

async function* pages(
  source: NumberedSource,
  { pageSize }: NumberedSettings,
  state: NumberedState | null,
  {
    signal,
    clock,
    listens,
  }: { signal: AbortSignal; clock: { pause(ms: number): Promise<void> }; listens: boolean },
): AsyncGenerator<Page<NumberedState>> {
  let at = state?.at ?? 0
  while (!signal.aborted) {
    if (at >= source.count) {
      if (!listens) return
      await clock.pause(20)
      continue
    }
    const to = Math.min(at + pageSize, source.count)
    await source.onPage(at)
    const sales = Array.from({ length: to - at }, (_, i) => ({ no: `n${at + i + 1}` }))
    const text = source.instead.get(at) ?? JSON.stringify(sales)
    const name = `${at + 1}-${to}`
    at = to
    yield {
      contentType: 'application/json',
      bytes: Buffer.from(text),
      rows: sales.length,
      state: { at },
      name,
      token: name,
    }
  }
}

/** The registry of the plain system with one channel, `numbers`, over the adapter of a source. */
export function withChannel(declared: Partial<DeclaredChannel> = {}): Registry {
  const plain = plainRegistry.system('plain') as InstalledSystem
  const channel: DeclaredChannel = {
    name: 'numbers',
    title: { zh: '编号', en: 'Numbers' },
    adapter: 'pull',
    record: 'sale',
    settings: {},
    ...declared,
  }
  const file = {
    system: 'plain',
    title: plain.title,
    adapter: 'push' as const,
    records: {},
    channels: [channel],
  }
  const system: InstalledSystem = { ...plain, file }
  return {
    systems: new Map([['plain', system]]),
    system: (id) => (id === 'plain' ? system : undefined),
    mistakes: [],
  }
}
