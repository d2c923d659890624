/** The thread in which a hub works on large messages: decoding, mapping and writing them would hold up every answer of the main thread. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { runLarge } from '#flow/large/run.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'
import { keptSecret, keyedHash } from '#store/secrets.ts'
import { giveBackMemory } from './give-back.ts'
import type { FromThread, ThreadSettings, ToThread } from './large-work.ts'

/** Two messages at once, and the parts and leases of both beside what they write. */
const CONNECTIONS = 4
const THREAD_NICE = 5
/** Mappings that were read longer ago are read again before a message is begun. */
const MAPPINGS_FRESH_MS = 60_000

/** On Linux each thread has a priority of its own: the answers of the main thread go before. Elsewhere it is the whole process's. */
if (process.platform === 'linux') setPriority(0, THREAD_NICE)

const { databaseUrl, mappings } = workerData as ThreadSettings
const port = parentPort
if (!port) throw new Error('large-thread.ts runs as a worker thread')
const say = (words: FromThread): void => port.postMessage(words)
const stop = new AbortController()
const pool = createPool({ url: databaseUrl, max: CONNECTIONS, applicationName: 'trace-hub-large' })
let loaded: { registry: Registry; atMs: number } | undefined
let working = 0

async function currentRegistry(): Promise<Registry> {
  if (!loaded || performance.now() - loaded.atMs > MAPPINGS_FRESH_MS) {
    const secret = await keptSecret(pool, 'identity-numbers')
    const registry = await loadRegistry(mappings, { keyedHash: keyedHash(secret) })
    loaded = { registry, atMs: performance.now() }
    giveBackMemory()
  }
  return loaded.registry
}

async function run(id: string): Promise<void> {
  working++
  try {
    const end = await runLarge(
      {
        pool,
        registry: await currentRegistry(),
        signal: stop.signal,
        onCommitted: () => say({ committed: true }),
        onError: (error) => say({ trouble: reasonOf(error) }),
      },
      id,
    )
    say({ id, end })
  } catch (error) {
    say({ id, failed: reasonOf(error) })
  } finally {
    working--
    endWhenIdle()
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function endWhenIdle(): void {
  if (!stop.signal.aborted || working > 0) return
  port?.close()
  pool.end().catch(() => {})
}

port.on('message', (words: ToThread) => {
  if ('run' in words) void run(words.run)
  else {
    stop.abort()
    endWhenIdle()
  }
})
