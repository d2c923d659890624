import { fileURLToPath } from 'node:url'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { type ApiParts, createApi } from '#api/app.ts'
import { type HeldAliases, holdAliases } from '#core/products/aliases.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { newKey } from '#flow/keys.ts'
import { createLiveRegistry, type LiveRegistry, noteSeed } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'
import { shareDataKeysOfPool } from '#store/personal/data-keys.ts'
import { registerSystems } from '#store/systems.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { sealAll } from './sealed.ts'

export const ADMIN_KEY = 'hub_administrator_key_of_the_tests'
const mappings = fileURLToPath(new URL('../../mappings/', import.meta.url))

export interface Call {
  readonly key?: string | null
  /** Why it is asked for (`Hub-Purpose`). The administrator of the tests says one where a test does not; null: none. */
  readonly purpose?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The API over a database of the test file's own, with the real mappings. */
export interface TestApi {
  readonly app: FastifyInstance
  readonly pool: Pool
  /** By which papers, lots and traces are read. */
  readonly tracePool: Pool
  readonly registry: LiveRegistry
  readonly intake: Intake
  readonly database: TestDatabase
  /** Links, large messages and replays that were woken, in order. */
  readonly woken: string[]
  /** Calls a route; a body that is no text or Buffer is sent as JSON. Without `key` the administrator calls, with null nobody. */
  call(method: string, url: string, call?: Call): Promise<LightMyRequestResponse>
  /** A new key with these scopes. */
  key(...scopes: string[]): Promise<string>
  /** Pushes bytes in the format of the system. */
  push(
    path: string,
    body: string | Buffer,
    call?: Call & { readonly type?: string },
  ): Promise<LightMyRequestResponse>
}

/** What a test may hand to the API beside what all have. */
type More = Partial<
  Pick<
    ApiParts,
    | 'dropFolders'
    | 'pickupFolders'
    | 'tls'
    | 'trustedProxies'
    | 'publicUrl'
    | 'provider'
    | 'connectionsPerAddress'
    | 'rates'
    | 'metricsAccess'
    | 'answersEveryMs'
    | 'answerBounds'
    | 'clock'
  >
>

interface Opened extends TestApi {
  close(): Promise<void>
}

/** Makes the API before the tests of a file and closes it after them. */
export function withApi(
  change: (registry: Registry) => Registry = (registry) => registry,
  more: More = {},
): TestApi {
  let opened: Opened | undefined
  beforeAll(async () => {
    opened = await openApi(change, more)
  })
  afterAll(async () => {
    await opened?.close()
  })
  return new Proxy({} as TestApi, {
    get(_, name) {
      if (!opened) throw new Error('The API is made before the first test; do not ask for it earlier.')
      return opened[name as keyof TestApi]
    },
  })
}

export async function openApi(
  change: (registry: Registry) => Registry,
  more: More = {},
  made: Promise<TestDatabase> = createTestDatabase(),
): Promise<Opened> {
  const database = await made
  const pool = createPool({ url: database.url, max: 4 })
  await sealAll(pool)
  const tracePool = createPool({ url: database.url, max: 4, plansOnce: true })
  shareDataKeysOfPool(pool, tracePool)
  const productAliases = holdAliases()
  const seed = change(await loadRegistry(mappings, { productAliases }))
  const registry = createLiveRegistry({ pool, seed, options: { productAliases } })
  await noteSeed(pool, registry.seed)
  await registry.refresh()
  await registerSystems(pool, [...registry.systems.values()])
  const woken: string[] = []
  const intake = createIntake({
    pool,
    registry,
    clock: Date.now,
    onCommitted: () => {},
    onWaiting: (id) => woken.push(id),
  })
  const app = await createTestApi({ pool, tracePool, registry, intake, woken, productAliases, ...more })
  const call: TestApi['call'] = async (method, url, asked = {}) => {
    const { key = ADMIN_KEY, body, headers = {} } = asked
    const { purpose = key === ADMIN_KEY ? 'operation' : null } = asked
    const raw = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined
    return app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(purpose === null ? {} : { 'hub-purpose': encodeURIComponent(purpose) }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: raw ? (body as string | Buffer) : JSON.stringify(body) }),
    })
  }
  return {
    app,
    pool,
    tracePool,
    registry,
    intake,
    database,
    woken,
    call,
    key: async (...scopes) => (await newKey(pool, { name: 'test', scopes })).key,
    push: (path, body, { type = 'application/json', headers, ...rest } = {}) => {
      const [system, record] = path.split('/')
      return call('POST', `/v1/systems/${system}/records/${record}`, {
        ...rest,
        body,
        headers: { 'content-type': type, ...headers },
      })
    },
    close: async () => {
      await app.close()
      await intake.close()
      await tracePool.end()
      await pool.end()
      await database.drop()
    },
  }
}

/** The app alone, over parts that a test chose. */
export async function createTestApi(
  parts: {
    readonly pool: Pool
    readonly tracePool?: Pool
    readonly registry: LiveRegistry
    readonly intake: Intake
    readonly woken?: string[]
    readonly productAliases?: HeldAliases
  } & More,
): Promise<FastifyInstance> {
  const { woken = [], productAliases = holdAliases(), ...rest } = parts
  const app = await createApi({
    clock: Date.now,
    // Thousands of calls would take a minute more; its own test has what it does.
    answersEveryMs: 0,
    ...rest,
    productAliases,
    queues: {
      wakeLink: async (id) => {
        woken.push(id)
        return true
      },
      wakeFollower: async () => true,
      wakeLinks: () => {},
      wakeLarge: async (id) => {
        woken.push(id)
        return true
      },
      wakeReconciliation: async (id) => {
        woken.push(id)
        return true
      },
      wakeChannel: async (id) => {
        woken.push(id)
        return true
      },
      wakeReplay: async (id) => {
        woken.push(id)
        return true
      },
      wakeSchedule: async () => true,
      look: async () => [],
      retry: async () => true,
      close: async () => {},
    },
    adminKey: ADMIN_KEY,
    language: 'en',
    log: false,
  })
  await app.ready()
  return app
}
