import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Page, State, Taken } from '#adapters/adapter.ts'
import type { ReadPage } from './bench.ts'
import { storedState } from './expected.ts'
import type { Reading, ReadOptions, Trial, TrialSource } from './trial.ts'

/** A listening adapter that has given all is listened to so much longer, for what it should not give. */
const QUIET_MS = 250
const HANGS_MS = 9000
/** More than any check lets an adapter give in one page: what is not capped must not fill the memory of the tests. */
const LARGEST_PAGE = 64_000_000

const TAKEN: Taken = { receipt: 'R', state: 'done', received: 1, rejected: 0 }

/**
 * Reads as the hub does: page after page, each state stored, each page acknowledged as asked for. A listening adapter is broken off when it has
 * given all and was quiet for a while. Never throws for what the adapter does: `error` has it.
 */
export async function readOn(trial: Trial, source: TrialSource, options: ReadOptions): Promise<Reading> {
  const { adapter } = trial
  const { state = null, given, more, after, acknowledge = 0, want = source.rows.length } = options
  if (!adapter.read) throw new Error('The adapter does not read.')
  const made = source.parts(given ?? source.good, more ?? {})
  const listens = adapter.reads === 'listens'
  const pages: ReadPage[] = []
  const ids: string[] = []
  let last = state
  let error: unknown = null
  let sinceMs = performance.now()
  let waiting = false
  const iterator = adapter.read(made.parts as never, last)[Symbol.asyncIterator]()
  try {
    while (pages.length < (options.pages ?? Number.POSITIVE_INFINITY)) {
      const next = iterator.next()
      next.catch(() => {})
      const got = await soon(next, listens && ids.length >= want ? QUIET_MS : HANGS_MS)
      waiting = got === 'late'
      if (got === 'late' && listens && ids.length >= want) break
      if (got === 'late') throw new Error(`the reading stands still after ${pages.length} pages`)
      if (got.done) break
      const page = await taken(trial, source, got.value)
      pages.push(page)
      ids.push(...page.ids)
      last = page.state
      sinceMs = performance.now()
      for (let times = 0; times < acknowledge; times++)
        await adapter.acknowledge?.(made.parts as never, { ...got.value, state: page.state }, TAKEN)
      await after?.(page, pages.length - 1)
    }
  } catch (caught) {
    error = caught
    trial.say(caught)
  }
  const endMs = performance.now() - sinceMs
  // One that waits for what comes ends by the signal alone; one that was asked for nothing ends in order.
  if (waiting) made.abort()
  const ended = await soon(
    Promise.resolve(iterator.return?.()).catch(() => {}),
    1500,
  )
  made.close()
  expect(ended, 'a reading that is broken off has to end').not.toBe('late')
  return { pages, ids, state: last, error, endMs }
}

async function taken(trial: Trial, source: TrialSource, page: Page<State>): Promise<ReadPage> {
  trial.say(page.state)
  trial.say(page.name)
  expect(page.name.length, 'a page has a name').toBeGreaterThan(0)
  expect(page.contentType, 'a page has a content type').toMatch(/^[\w.+-]+\/[\w.+-]+/)
  const bytes = await wholeOf(page.bytes)
  const state = storedState(trial.adapter, page.state)
  const ids = page.bytes === null ? [] : source.idsOf(bytes, page)
  if (page.rows !== undefined && ids.length > 0) expect(page.rows, 'rows of a page').toBe(ids.length)
  return { page, bytes, contentType: page.contentType, state, ids }
}

async function wholeOf(bytes: Page['bytes']): Promise<Uint8Array> {
  if (bytes === null) return new Uint8Array(0)
  if (bytes instanceof Uint8Array) return bytes
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of bytes) {
    length += piece.length
    if (length > LARGEST_PAGE) throw new Error(`a page of more than ${LARGEST_PAGE} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** What comes within the time, else `late`. */
export async function soon<T>(what: Promise<T>, ms: number): Promise<T | 'late'> {
  const ended = new AbortController()
  try {
    return await Promise.race([
      what,
      pause(ms, 'late' as const, { signal: ended.signal }).catch(() => 'late' as const),
    ])
  } finally {
    ended.abort()
  }
}
