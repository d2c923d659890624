/**
 * A process that reads one channel of a database as a worker does, run after run, and can be told to kill itself with SIGKILL at a place:
 * `{ dies: '<place>' }` over IPC. The place is found in what it says to PostgreSQL, so that no code of the hub knows of it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { runLarge } from '#flow/large/run.ts'
import { loadSystem } from '#flow/systems/load.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'
import type { Place, ReaderStart } from './channel-places.ts'

/** A reader that died holds its channel up for no longer than this. */
const LEASE_MS = 800
const AGAIN_MS = 50

/** A simple query that ends with COMMIT and brings rows with it: a group of messages. */
const WRITES = /copy messages[\s\S]*\bcommit$/i

let dies: Place | null = null
const comesTo = (place: Place): void => {
  if (dies === place) process.kill(process.pid, 'SIGKILL')
}

await main(JSON.parse(process.argv[2] ?? '{}'))

async function main({ databaseUrl, system, channel, folders }: ReaderStart): Promise<void> {
  watchCommits()
  const ended = new AbortController()
  process.on('message', (order: { readonly dies: Place }) => {
    dies = order.dies
  })
  process.on('disconnect', () => ended.abort())
  const pool = createPool({ url: databaseUrl, max: 4 })
  // One system alone: the reader is started many times.
  const own = await loadSystem(`mappings/${system}`)
  if (!own) throw new Error(`there is no system ${system}`)
  const registry = registryOf(new Map([[system, own]]))
  const large = new Set<string>()
  const intake = createIntake({
    pool,
    registry,
    clock: Date.now,
    onCommitted: () => {},
    onWaiting: (id) => void large.add(id),
  })
  const log = { info: () => {}, warn: () => {} }
  const parts = { pool, registry, intake, now: Date.now, folders, log, leaseMs: LEASE_MS }
  process.send?.('up')
  while (!ended.signal.aborted) {
    await runChannel(parts, { system, name: channel }, ended.signal)
    for (const id of large)
      await runLarge({ pool, registry, onCommitted: () => {}, signal: ended.signal }, id)
    large.clear()
    await pause(AGAIN_MS)
  }
  await intake.close()
  await pool.end()
}

function watchCommits(): void {
  const { query: send } = pg.Connection.prototype
  pg.Connection.prototype.query = function (this: pg.Connection, text: string) {
    const writes = WRITES.test(text)
    if (writes) {
      comesTo('before COMMIT is sent')
      this.once('readyForQuery', () => comesTo('after COMMIT'))
    }
    send.call(this, text)
    // The rows follow in the same turn of the loop.
    if (writes) setImmediate(comesTo, 'after COMMIT is sent')
  }
}
