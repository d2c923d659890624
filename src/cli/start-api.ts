import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { type ApiParts, createApi } from '#api/app.ts'
import { createPool, type PoolSettings } from '#store/database.ts'
import { shareDataKeysOfPool } from '#store/personal/data-keys.ts'
import { followTls } from './follow-tls.ts'
import { openProvider } from './open-provider.ts'
import type { Settings } from './settings.ts'
import { readTls } from './tls.ts'

/** Closes something that was opened. */
export type Closing = () => Promise<unknown>

/** As many as public pages are made at once, and one that looks at the head of the log. */
const PUBLIC_CONNECTIONS = 5
/** A gate reads its papers and the orders in force side by side. */
const TRACE_CONNECTIONS = 6

/** Opens the API of the settings and lets it listen. @returns its address */
export async function startApi(
  settings: Settings,
  parts: Pick<
    ApiParts,
    'pool' | 'registry' | 'mappingOptions' | 'queues' | 'productAliases' | 'intake' | 'gate'
  > & {
    log: Logger
    databaseUrl: string
    clock: () => number
  },
  closings: Closing[],
): Promise<string> {
  const openPlanned = (settings: Pick<PoolSettings, 'max' | 'statementTimeoutMs'>): Pool => {
    const pool = createPool({ url: parts.databaseUrl, plansOnce: true, ...settings })
    shareDataKeysOfPool(parts.pool, pool)
    closings.push(() => pool.end())
    return pool
  }
  const publicPool = openPlanned({ max: PUBLIC_CONNECTIONS, statementTimeoutMs: 5000 })
  const tracePool = openPlanned({ max: TRACE_CONNECTIONS })
  const tls = await readTls(settings, parts.clock())
  const provider = openProvider(settings)
  closings.push(async () => provider?.close())
  const api = await createApi({
    connectionsPerAddress: settings.connectionsPerAddress,
    rates: settings.rates,
    metricsAccess: settings.metrics,
    ...parts,
    publicPool,
    tracePool,
    adminKey: settings.adminKey,
    dropFolders: settings.dropFolders,
    pickupFolders: settings.pickupFolders,
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    tls,
    provider,
    language: settings.lang,
  })
  closings.push(() => api.close())
  if (tls) {
    const following = followTls(api.server as unknown as Server, { settings, used: tls, log: parts.log })
    closings.push(async () => following.stop())
  }
  await api.listen({ host: settings.host, port: settings.port })
  const { address, port, family } = api.server.address() as AddressInfo
  return `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
