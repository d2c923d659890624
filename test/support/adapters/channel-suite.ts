import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { TestApi } from '#test/api.ts'
import { PLACES, type Place, type ReaderStart } from './channel-places.ts'

/** A channel of `mappings/` over a real server. */
export interface ChannelBench {
  readonly system: string
  readonly channel: string
  /** Kind of the records by which the source and the hub are compared. */
  readonly kind: string
  /** Starts the source with some hundred records that are not in the hub. */
  start(): Promise<ChannelSource>
}

export interface ChannelSource {
  /** What an operator sets: settings, secrets, allowAddress, limits. The suite bounds the rows in a second itself. */
  readonly given: { readonly limits?: object; readonly [name: string]: unknown }
  /** HUB_PICKUP_FOLDERS of the hub. */
  readonly folders?: readonly string[]
  /** Keys of the records as the hub has them, their parts joined by "/". */
  readonly keys: readonly string[]
  stop(): Promise<void>
}

/** Time in which all is read, when nobody kills the reader. */
const READING_S = 2
/** Kills at random points, beside those at each place. */
const RANDOM_KILLS = 1

/**
 * Kills the process that reads a channel, with SIGKILL: between a page and its COMMIT, right after its COMMIT, and at random. In a file with
 * `const api = withApi()`.
 */
export function channelConformance(api: TestApi, bench: ChannelBench): void {
  const path = `/v1/systems/${bench.system}/channels/${bench.channel}`

  describe(`the channel ${bench.system}/${bench.channel}`, () => {
    it('loses no record and doubles none when kill -9 comes between a page and its commit, after it, and at any time', async () => {
      const source = await bench.start()
      try {
        const limits = { ...source.given.limits, rowsPerSecond: Math.ceil(source.keys.length / READING_S) }
        const set = await api.call('PATCH', path, { body: { ...source.given, limits, on: true } })
        expect(set.json(), 'the channel as it was set').toMatchObject({ on: true })
        const start: ReaderStart = {
          databaseUrl: api.database.url,
          system: bench.system,
          channel: bench.channel,
          folders: source.folders ?? [],
        }
        const stored = (): Promise<number> => storedRecords(api, bench).then(({ length }) => length)
        let inTheMiddle = 0
        for (const place of [...PLACES, ...Array.from({ length: RANDOM_KILLS }, () => null)]) {
          await killedReader(start, place, stored)
          const there = await stored()
          if (there > 0 && there < source.keys.length) inTheMiddle++
        }
        expect(inTheMiddle, 'kills in the middle of the reading').toBeGreaterThan(1)
        await finished(start, async () => (await stored()) >= source.keys.length)
        const found = await storedRecords(api, bench)
        expect(found.map(({ key }) => key)).toEqual([...source.keys].sort())
        expect(found.filter(({ versions }) => versions !== 1)).toEqual([])
      } finally {
        await api.call('PATCH', path, { body: { on: false } })
        await source.stop()
      }
    }, 180_000)
  })
}

interface StoredRecord {
  readonly key: string
  readonly versions: number
}

async function storedRecords(api: TestApi, { system, kind }: ChannelBench): Promise<StoredRecord[]> {
  const { rows } = await api.pool.query<{ id: string; versions: number }>(
    `select record_id as id, count(*)::int as versions from record_versions
      where record_id like $1 group by record_id`,
    [`urn:cnft:${kind}:${system}:%`],
  )
  // urn:cnft:<kind>:<system>:<record>:<key part>:<key part>
  return rows
    .map(({ id, versions }) => ({ key: id.split(':').slice(5).map(decodeURIComponent).join('/'), versions }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

async function started(start: ReaderStart): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./channel-process.ts', import.meta.url))
  const child = fork(file, [JSON.stringify(start)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the reader ended with ${code}`))),
  ])
  return child
}

/** A reader that dies at a place, or some time after it has stored something more. */
async function killedReader(
  start: ReaderStart,
  place: Place | null,
  stored: () => Promise<number>,
): Promise<void> {
  const before = await stored()
  const child = await started(start)
  const gone = once(child, 'exit')
  if (place !== null) child.send({ dies: place })
  const ended = new AbortController()
  const late = pause(20_000, 'late' as const, { signal: ended.signal }).catch(() => 'late' as const)
  if (place === null) {
    while ((await stored()) === before && child.exitCode === null) await pause(20)
    await pause(Math.random() * 400)
    child.kill('SIGKILL')
  }
  const outcome = await Promise.race([gone, late])
  ended.abort()
  if (outcome === 'late') child.kill('SIGKILL')
  expect(outcome, `the reader comes to the place "${place}"`).toEqual([null, 'SIGKILL'])
}

async function finished(start: ReaderStart, isDone: () => Promise<boolean>): Promise<void> {
  const child = await started(start)
  const gone = once(child, 'exit')
  try {
    await expect.poll(isDone, { timeout: 60_000, interval: 50 }).toBe(true)
    // What comes after the last one would be double.
    await pause(300)
  } finally {
    child.disconnect()
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(late)
  }
}
