import { createApi } from '#api/app.ts'
import type { ApiParts } from '#api/parts.ts'
import { holdAliases } from '#core/products/aliases.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'

const nothing = (): never => {
  throw new Error('Only the document is made here; no route is called.')
}

/** Parts that are never called: the document needs the routes and nothing behind them. */
const stubs = (pool = createPool({ url: 'postgresql://nobody@127.0.0.1:1/none' })): ApiParts => ({
  pool,
  registry: createLiveRegistry({ pool, seed: registryOf(new Map()) }),
  intake: {
    push: nothing,
    pushLarge: nothing,
    pushCanonical: nothing,
    takeChanges: nothing,
    acceptClaim: nothing,
    voidMissing: nothing,
    writeAnew: nothing,
    writeOwn: nothing,
    writeCounts: nothing,
    close: async () => {},
  },
  queues: {
    wakeLink: nothing,
    wakeFollower: nothing,
    wakeLinks: nothing,
    wakeLarge: nothing,
    wakeReplay: nothing,
    wakeSchedule: nothing,
    look: nothing,
    retry: nothing,
    wakeReconciliation: nothing,
    wakeChannel: nothing,
    close: async () => {},
  },
  productAliases: holdAliases(),
  adminKey: undefined,
  language: 'zh',
  log: false,
  clock: Date.now,
})

/** The OpenAPI document of the API, without a database: the pool opens nothing until it is asked. */
export async function openapiDocument(): Promise<object> {
  const parts = stubs()
  const app = await createApi(parts)
  try {
    await app.ready()
    return app.swagger()
  } finally {
    await app.close()
    await parts.pool.end()
  }
}
