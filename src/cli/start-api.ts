import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import type { Logger } from 'pino'
import { type ApiParts, createApi } from '#api/app.ts'
import { createPool } from '#store/database.ts'
import { shareDataKeysOfPool } from '#store/personal/data-keys.ts'
import { followTls } from './follow-tls.ts'
import { openProvider } from './open-provider.ts'
import type { Settings } from './settings.ts'
import { readTls } from './tls.ts'

/** Closes something that was opened. */
export type Closing = () => Promise<unknown>

/** As many as public pages are made at once, and one that looks at the head of the log. */
const PUBLIC_CONNECTIONS = 5

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
  const publicPool = createPool({
    url: parts.databaseUrl,
    max: PUBLIC_CONNECTIONS,
    plansOnce: true,
    statementTimeoutMs: 5000,
  })
  shareDataKeysOfPool(parts.pool, publicPool)
  closings.push(() => publicPool.end())
  const tls = await readTls(settings, parts.clock())
  const provider = openProvider(settings)
  closings.push(async () => provider?.close())
  const api = await createApi({
    connectionsPerAddress: settings.connectionsPerAddress,
    rates: settings.rates,
    metricsAccess: settings.metrics,
    ...parts,
    publicPool,
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
