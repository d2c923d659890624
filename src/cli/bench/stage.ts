import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { type Calls, callsTo } from '#cli/demo/calls.ts'
import type { Settings } from '#cli/settings.ts'
import { createPool } from '#store/database.ts'
import { type Child, startChild } from './child.ts'

/** What the HTTP parts of the bench measure against: a hub and a no-op route, each in its own process. */
export interface Stage {
  readonly calls: Calls
  /** Where the trades of jiaxing-wholesale are pushed. */
  readonly pushUrl: string
  readonly noopUrl: string
  readonly pushKey: string
  readonly databaseUrl: string
  readonly pool: Pool
  /** Peak resident memory of the hub's own process, in bytes. */
  peakBytes(): Promise<number>
  close(): Promise<void>
}

/**
 * Starts a hub on an empty database of its own, and the no-op route. The bench empties tables, so it never goes near DATABASE_URL.
 * @param role `api` where nobody may follow the log meanwhile
 */
export async function openStage(settings: Settings, role: Settings['role'] = 'all'): Promise<Stage> {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'))
  // Root's PostgreSQL runs as another user: where that one cannot enter, the data would lie in /var/lib and stay there.
  await chmod(data, 0o755)
  const adminKey = `hub_${randomBytes(24).toString('base64url')}`
  const own: Settings = {
    ...settings,
    databaseUrl: undefined,
    redisUrl: undefined,
    host: '127.0.0.1',
    tlsCert: undefined,
    tlsKey: undefined,
    port: 0,
    role,
    data,
    adminKey,
    log: 'error',
  }
  const hub: Child<{ url: string; databaseUrl: string }> = await startChild('./hub-process.ts', own)
  const noop: Child<{ url: string }> = await startChild('./noop-process.ts')
  const pool = createPool({ url: hub.first.databaseUrl, max: 2, statementTimeoutMs: 600_000 })
  const calls = callsTo(hub.first.url, adminKey)
  const { key } = await calls.post<{ key: string }>('/v1/keys', {
    name: 'bench',
    scopes: ['push:jiaxing-wholesale'],
  })
  return {
    calls,
    pushUrl: `${hub.first.url}/v1/systems/jiaxing-wholesale/records/trade`,
    noopUrl: `${noop.first.url}/noop`,
    pushKey: key,
    databaseUrl: hub.first.databaseUrl,
    pool,
    peakBytes: async () => (await hub.ask<{ peakBytes: number }>()).peakBytes,
    async close() {
      await pool.end()
      await noop.stop()
      await hub.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}
