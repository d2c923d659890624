import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { Adapter, SettingCheck, State } from '#adapters/adapter.ts'
import type { At, Bench, BenchSource, Given, Misbehaviour, ReadPage, SourceRow } from './bench.ts'
import { needed } from './expected.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { adapterParts, type PartsOptions, type TestParts } from './parts.ts'
import { readOn } from './reading.ts'
import { sourceRows } from './rows.ts'

/** An adapter as the suite sees it: it knows nothing of its settings. */
export type AnyAdapter = Adapter<unknown, State>

/** One check under way: what it started, and everything that was said in it. */
export interface Trial {
  readonly bench: Bench
  readonly adapter: AnyAdapter
  /** Starts a source, with a proxy before it. */
  source(rows?: readonly SourceRow[]): Promise<TrialSource>
  /** Takes note of something that may be shown, stored or logged. */
  say(what: unknown): void
}

export interface TrialSource extends Pick<BenchSource, 'idsOf' | 'add' | 'bad'> {
  readonly bench: BenchSource
  readonly at: At
  readonly rows: readonly SourceRow[]
  readonly good: Given
  proxy(): FaultProxy
  misbehave(what: Misbehaviour): Promise<void>
  parts(given?: Given, more?: PartsOptions): TestParts
  check(given?: Given, more?: PartsOptions): Promise<SettingCheck[]>
  read(options?: ReadOptions): Promise<Reading>
}

export interface ReadOptions {
  readonly state?: State | null
  readonly given?: Given
  readonly more?: PartsOptions
  /** The reading is broken off after so many pages, as by a worker that ends. */
  readonly pages?: number
  /** Ids that a listening adapter is waited for; all rows by itself. */
  readonly want?: number
  /** How often each page is acknowledged. */
  readonly acknowledge?: 0 | 1 | 2
  /** Done after each page, before the next one is asked for. */
  readonly after?: (page: ReadPage, index: number) => Promise<void> | void
}

export interface Reading {
  readonly pages: readonly ReadPage[]
  readonly ids: readonly string[]
  /** State of the last page, else the one that it was read from. */
  readonly state: State | null
  readonly error: unknown
  /** Milliseconds from the last page, or the beginning, to the end. */
  readonly endMs: number
}

/** Runs something with sources that are stopped after it, and looks for secrets and personal words in all that was said. */
export async function withTrial(bench: Bench, run: (trial: Trial) => Promise<void>): Promise<void> {
  const stops: (() => Promise<void> | void)[] = []
  const said: string[] = []
  const hidden = new Set<string>()
  const adapter = bench.adapter as unknown as AnyAdapter
  const say = (what: unknown): void => {
    said.push(typeof what === 'string' ? what : inspect(what, { depth: 6, maxStringLength: 2000 }))
  }
  const parts = (given: Given, at: At | null, more: PartsOptions): TestParts => {
    for (const secret of Object.values({ ...given.secrets, ...more.secrets })) hidden.add(secret)
    const made = adapterParts(adapter, {
      allow: at ? [`${at.host}/32:${at.port}`] : [],
      ...given,
      ...more,
      limits: { ...bench.limits, ...given.limits, ...more.limits },
    })
    stops.push(() => {
      made.close()
      for (const line of made.lines) say(line)
    })
    return made
  }
  const trial: Trial = {
    bench,
    adapter,
    say,
    async source(rows = sourceRows()) {
      for (const { holder, phone } of rows) hidden.add(holder).add(phone)
      const real = await bench.start(rows)
      stops.push(() => real.stop())
      const proxy = real.endpoint ? await startFaultProxy(real.endpoint) : null
      if (proxy) stops.push(() => proxy.stop())
      const at = proxy?.at ?? { host: '127.0.0.1', port: 0 }
      const good = real.good(at)
      const source: TrialSource = {
        bench: real,
        at,
        rows,
        good,
        idsOf: real.idsOf,
        bad: real.bad,
        async add(more) {
          for (const { holder, phone } of more) hidden.add(holder).add(phone)
          await real.add(more)
        },
        proxy: () => needed(proxy ?? undefined, 'endpoint'),
        misbehave: async (what) => await needed(real.misbehave, 'misbehave')(what),
        parts: (given = good, more = {}) => parts(given, proxy && at, more),
        async check(given = good, more = {}) {
          const made = source.parts(given, more)
          try {
            const found = await adapter.check(made.parts as never)
            say(found)
            return found
          } finally {
            made.close()
          }
        },
        read: (options = {}) => readOn(trial, source, options),
      }
      return source
    },
  }
  try {
    await run(trial)
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
  expect(leaksIn(said, hidden), 'secrets or personal words in what was said').toEqual([])
}

/** A shorter one is found everywhere. */
const SHORTEST_WORD = 4

/** Where a hidden word stands in what was said; the word itself is not repeated. */
function leaksIn(said: readonly string[], hidden: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const text of said)
    for (const word of hidden)
      if (word.length >= SHORTEST_WORD && text.includes(word))
        found.push(text.replaceAll(word, '<hidden>').slice(0, 300))
  return found
}
