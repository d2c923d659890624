/** The thread in which a hub works on large messages: decoding, mapping and writing them would hold up every answer of the main thread. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { holdAliases } from '#core/products/aliases.ts'
import { createDriftCounts } from '#flow/drift/drift-counts.ts'
import { runLarge } from '#flow/large/run.ts'
import { refreshAliases } from '#flow/reference/product-aliases.ts'
import { createLiveRegistry, type LiveRegistry } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { type DataKeySettings, holdDataKeys } from '#store/personal/data-keys.ts'
import { keptSecret, keyedHash } from '#store/secrets.ts'
import { giveBackMemory } from './give-back.ts'
import type { FromThread, ThreadSettings, ToThread } from './large-work.ts'

/** Two messages at once: of each a chunk that is written and one that waits for its turn, and the parts and leases of both. */
const CONNECTIONS = 6
const THREAD_NICE = 5

/** On Linux each thread has a priority of its own: the answers of the main thread go before. Elsewhere it is the whole process's. */
if (process.platform === 'linux') setPriority(0, THREAD_NICE)

const { databaseUrl, mappings, dataKeys } = workerData as ThreadSettings
const port = parentPort
if (!port) throw new Error('large-thread.ts runs as a worker thread')
const say = (words: FromThread): void => port.postMessage(words)
const stop = new AbortController()
const pool = createPool({ url: databaseUrl, max: CONNECTIONS, applicationName: 'trace-hub-large' })
const drift = createDriftCounts(pool)
const productAliases = holdAliases()
let opened: Promise<LiveRegistry> | undefined
let working = 0

/** A Buffer comes into a thread as the bytes that it is made of. */
const withBuffers = ({ key, before, suite }: DataKeySettings): DataKeySettings => ({
  key: key && Buffer.from(key),
  before: before && Buffer.from(before),
  suite,
})

async function openRegistry(): Promise<LiveRegistry> {
  await holdDataKeys(pool, withBuffers(dataKeys))
  const options = { keyedHash: keyedHash(await keptSecret(pool, 'identity-numbers')), productAliases }
  const registry = createLiveRegistry({ pool, seed: await loadRegistry(mappings, options), options })
  giveBackMemory()
  return registry
}

/** Mappings and names of products as they are when a message is begun. */
async function currentRegistry(): Promise<LiveRegistry> {
  opened ??= openRegistry()
  opened.catch(() => {
    opened = undefined
  })
  const registry = await opened
  await registry.refresh()
  await refreshAliases(pool, productAliases)
  return registry
}

async function run(id: string): Promise<void> {
  working++
  try {
    const end = await runLarge(
      {
        pool,
        registry: await currentRegistry(),
        drift,
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
  drift
    .close()
    .then(() => pool.end())
    .catch(() => {})
}

port.on('message', (words: ToThread) => {
  if ('run' in words) void run(words.run)
  else {
    stop.abort()
    endWhenIdle()
  }
})
