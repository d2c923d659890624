import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { AdapterError, type State } from '#adapters/adapter.ts'
import { type Misbehaviour, RETRY_AFTER_S } from '#test/adapters/bench.ts'
import type { Check } from '#test/adapters/checks.ts'
import { expectFailure, idsOfRows, limitsOf, sorted } from '#test/adapters/expected.ts'
import type { ProxyMode } from '#test/adapters/fault-proxy.ts'
import { soon } from '#test/adapters/reading.ts'
import type { Trial, TrialSource } from '#test/adapters/trial.ts'
import { collect } from '#test/memory.ts'

const MORE_MS = 1000
const ABORT_MS = 1000
const MOST_RISE = 100_000_000

type Name =
  | 'busy'
  | 'unavailable'
  | 'refused'
  | 'mute'
  | 'half-closed'
  | 'reset'
  | 'garbage'
  | 'enormous'
  | 'abort'

export const FAULT_CHECKS: Record<Name, Check> = {
  busy: {
    title: 'a source that says "too many requests" is asked again later, and nothing is lost',
    run: (trial) => throughMisbehaviour(trial, 'busy'),
  },
  unavailable: {
    title: 'a source that is out of work is asked again when it says, and nothing is lost',
    run: (trial) => throughMisbehaviour(trial, 'unavailable'),
  },
  refused: {
    title: 'a source that nobody answers for is asked again later, and nothing is lost',
    run: (trial) => throughProxy(trial, 'refuse'),
  },
  mute: {
    title: 'a source that goes silent is given up within the time-out, and nothing is lost',
    run: (trial) => throughProxy(trial, 'mute'),
  },
  'half-closed': {
    title: 'a connection that ends in the middle of an answer is an error and no end, and nothing is lost',
    run: (trial) => throughProxy(trial, 'half-close'),
  },
  reset: {
    title: 'a connection that breaks in the middle of an answer is an error, and nothing is lost',
    run: (trial) => throughProxy(trial, 'reset'),
  },
  garbage: {
    title: 'a page that is none loses nothing of what is after it',
    async run(trial) {
      const source = await trial.source()
      const handedOn = trial.bench.garbage === 'page'
      const read = await source.read({
        acknowledge: 1,
        want: source.rows.length + 1,
        after: async (_, index) => {
          if (index === 0) await source.misbehave('garbage')
          else if (handedOn) await source.misbehave('well')
        },
        ...(trial.adapter.reads === 'listens' ? { pages: 2 } : {}),
      })
      if (handedOn) expect(read.error).toBeNull()
      else expectFailure(read.error, ['source'])
      expectNoFurther(source, read.ids, handedOn)
      await expectRest(trial, source, read.ids, read.state)
    },
  },
  enormous: {
    title: 'an answer of 10 GB is refused under the cap, without being held',
    async run(trial) {
      const source = await trial.source()
      await source.misbehave('enormous')
      const rise = riseOfMemory()
      const { error, ids } = await source.read({ more: { limits: { timeoutMs: 5000 } } })
      expect(rise.end(), 'bytes of memory more').toBeLessThan(MOST_RISE)
      expectFailure(error, ['source', 'config'])
      await expectRest(trial, source, ids, null, ids.length > 0)
    },
  },
  abort: {
    title: 'it ends within a second when it has to, and leaves nothing open',
    async run(trial) {
      await expectEnd(trial, 'while it waits')
      await expectEnd(trial, 'while nobody asks')
      await expectEnd(trial, 'before it begins')
    },
  },
}

async function throughMisbehaviour(
  trial: Trial,
  what: Misbehaviour & ('busy' | 'unavailable'),
): Promise<void> {
  const fails = async (source: TrialSource, within: number): Promise<void> => {
    const { error, endMs, ids } = await source.read()
    expect(ids).toEqual([])
    expectFailure(error, ['retry'])
    expect(endMs).toBeLessThanOrEqual(within)
    if (what === 'unavailable') expect(error.retryAfterMs).toBe(RETRY_AFTER_S * 1000)
  }
  await throughFault(trial, (source) => source.misbehave(what), fails)
}

async function throughProxy(trial: Trial, mode: ProxyMode): Promise<void> {
  const fails = async (source: TrialSource, within: number): Promise<void> => {
    const { error, endMs, ids } = await source.read()
    expect(ids).toEqual([])
    expectFailure(error, ['retry'])
    expect(endMs).toBeLessThanOrEqual(within)
  }
  await throughFault(trial, (source) => source.proxy().set(mode), fails)
}

/** A fault from the beginning, which has to be an error; and one after the first page, which may be one. After both nothing is lost. */
async function throughFault(
  trial: Trial,
  fault: (source: TrialSource) => Promise<void>,
  failsAtOnce: (source: TrialSource, withinMs: number) => Promise<void>,
): Promise<void> {
  const { timeoutMs } = limitsOf(trial.bench)
  const source = await trial.source()
  await fault(source)
  await failsAtOnce(source, timeoutMs + MORE_MS)
  await mend(source)
  const read = await source.read({
    acknowledge: 1,
    after: (_, index) => (index === 0 ? fault(source) : undefined),
  })
  if (read.error !== null) {
    expectFailure(read.error, ['retry', 'source'])
    expect(read.endMs).toBeLessThanOrEqual(timeoutMs + MORE_MS + (trial.bench.noticeMs ?? 0))
  }
  await mend(source)
  await expectRest(trial, source, read.ids, read.state)
}

async function mend(source: TrialSource): Promise<void> {
  if (source.bench.endpoint) await source.proxy().set('pass')
  await source.bench.misbehave?.('well')
}

/** The source is well again: from the last state exactly what is missing follows, or at least that where a listening adapter was broken off. */
async function expectRest(
  trial: Trial,
  source: TrialSource,
  before: readonly string[],
  state: State | null,
  repeats = false,
): Promise<void> {
  await mend(source)
  const rest = await source.read({
    state,
    want: source.rows.length - before.length,
    acknowledge: 1,
  })
  expect(rest.error).toBeNull()
  const all = [...before, ...rest.ids]
  // What a broker was told may not have come to it: it is given once more, and found unchanged.
  if (trial.adapter.reads === 'listens' || repeats)
    expect([...new Set(all)].sort()).toEqual(idsOfRows(source.rows))
  else expect(sorted(all)).toEqual(idsOfRows(source.rows))
}

function expectNoFurther(source: TrialSource, ids: readonly string[], handedOn: boolean): void {
  const known = new Set(source.rows.map(({ id }) => id))
  expect(ids.filter((id) => !known.has(id))).toEqual([])
  if (!handedOn) expect(ids.length, 'rows before the garbage page').toBeLessThan(source.rows.length)
}

async function expectEnd(
  trial: Trial,
  when: 'while it waits' | 'while nobody asks' | 'before it begins',
): Promise<void> {
  const source = await trial.source()
  const { adapter } = trial
  const files = openFiles()
  const made = source.parts(source.good, { limits: { timeoutMs: 20_000 } })
  if (when === 'before it begins') made.abort()
  const iterator = adapter.read!(made.parts as never, null)[Symbol.asyncIterator]()
  if (when !== 'before it begins') {
    const first = await iterator.next()
    expect(first.done, 'there is a first page').toBe(false)
    const bytes = first.value?.bytes
    if (when === 'while it waits' && bytes && !(bytes instanceof Uint8Array)) await drain(bytes)
  }
  if (when === 'while it waits' && source.bench.endpoint) await source.proxy().set('mute')
  const end = when === 'while nobody asks' ? iterator.return!(undefined) : toEnd(iterator)
  end.catch(() => {})
  if (when === 'while it waits') await pause(100)
  made.abort()
  const outcome = await soon(
    end.then(
      () => 'ended',
      (error: unknown) => error,
    ),
    ABORT_MS,
  )
  expect(outcome, `it ends within a second ${when}`).not.toBe('late')
  if (outcome !== 'ended') {
    trial.say(outcome)
    expect(outcome, when).toBeInstanceOf(AdapterError)
  }
  made.close()
  await expectNothingOpen(source, files, when)
}

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

async function toEnd(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}

async function expectNothingOpen(source: TrialSource, before: number, when: string): Promise<void> {
  const open = (): number => (source.bench.endpoint ? source.proxy().open() : 0)
  const untilMs = performance.now() + ABORT_MS
  while ((open() > 0 || openFiles() > before) && performance.now() < untilMs) await pause(20)
  expect(open(), `connections that are left open ${when}`).toBe(0)
  expect(openFiles(), `files that are left open ${when}`).toBeLessThanOrEqual(before)
}

/** Plain files that this process has open; none where the system does not tell. */
function openFiles(): number {
  if (!existsSync('/proc/self/fd')) return 0
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /^\/(?!dev\/|proc\/)/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  }).length
}

function riseOfMemory(): { end(): number } {
  collect()
  const before = process.memoryUsage.rss()
  let most = before
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 10)
  return {
    end() {
      clearInterval(timer)
      look()
      return most - before
    },
  }
}
