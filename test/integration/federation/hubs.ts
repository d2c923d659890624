import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Pool } from 'pg'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import type { Send, SendAnswer } from '#flow/delivery/answer.ts'
import { createDelivery, type Delivery } from '#flow/delivery/create-delivery.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { headPosition } from '#store/changes.ts'
import { createPool } from '#store/database.ts'
import { nameHub } from '#store/hub-identity.ts'
import { createLink, deleteLink } from '#store/links.ts'
import { createSystem } from '#store/systems.ts'
import { ADMIN_KEY, createTestApi } from '#test/api.ts'
import { createEmptyDatabase, createTestDatabase } from '#test/database.ts'

export interface SentChange {
  readonly event: string
  readonly operation: 'upsert' | 'void'
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly origin?: string
  readonly hops?: readonly string[]
  readonly record: Readonly<Record<string, unknown>>
}

export interface ChangeAnswer {
  readonly event: string
  readonly verdict: string
  readonly code?: string
  readonly detail?: string
}

/** One hub of several in one process, over a database of its own. */
export interface TestHub {
  readonly id: string
  readonly app: FastifyInstance
  /** Of its API, over real HTTP. */
  readonly url: string
  /** `CIDR:port` under which the others may reach it. */
  readonly address: string
  readonly pool: Pool
  readonly delivery: Delivery
  readonly intake: Intake
  /** Posts a batch to the hub that its address names. */
  readonly send: Send
  /** Milliseconds that the clock of its deliveries is ahead. */
  readonly clock: { ahead: number }
  /** Whether the answer to the next batch is lost on its way. */
  losesAnswer: () => boolean
  /** Links to other hubs, by their identifier. */
  readonly links: Map<string, string>
  /** What this hub posted to others, change by change, with what it was answered. */
  readonly posted: { readonly to: string; readonly change: SentChange; readonly answer: ChangeAnswer }[]
  call(
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>
  /** Pushes canonical records of the system `farm`. */
  push(...records: readonly object[]): Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** Several hubs in one process, and the ways between them. */
export interface TestHubs {
  readonly all: readonly TestHub[]
  of(id: string): TestHub
  /** Links the hubs: pairs of sender and receiver. What the sender has so far is not sent. */
  join(pairs: readonly (readonly [from: string, to: string])[], carries?: readonly string[]): Promise<void>
  /** Takes all links away. */
  part(): Promise<void>
  /** Kills a hub and starts it on a database that `fill` fills. */
  restore(id: string, fill: (pool: Pool) => Promise<unknown>): Promise<void>
  close(): Promise<void>
}

export async function openHubs(...ids: readonly string[]): Promise<TestHubs> {
  const hubs = new Map<string, TestHub>()
  const http = createHttpDelivery()
  const of = (id: string): TestHub => hubs.get(id) as TestHub
  const send =
    (from: string): Send =>
    async (request) => {
      const to = ids.find((id) => request.url.startsWith(of(id).url)) ?? ''
      const answer = await http.send(request)
      if (answer.kind === 'failed') throw new Error(`${from} → ${to}: ${answer.status} ${answer.detail}`)
      const { changes } = JSON.parse(request.batch) as { changes: SentChange[] }
      for (const change of changes) {
        const verdict = answer.verdicts.get(change.event)
        if (verdict) of(from).posted.push({ to, change, answer: { event: change.event, ...verdict } })
      }
      return of(from).losesAnswer() ? LOST : answer
    }
  for (const id of ids) hubs.set(id, await openHub(id, send(id)))
  return {
    get all() {
      return [...hubs.values()]
    },
    of,
    async join(pairs, carries = ['*']) {
      for (const [from, to] of pairs) {
        const { pool } = of(from)
        const peer = { system: `hub-${from}`, hub: from, carries }
        const { key, path } = (await of(to).call('POST', '/v1/peers', peer)).json()
        await of(from).call('POST', '/v1/peers', { system: `hub-${to}`, hub: to, carries })
        const { link, secret } = await createLink(pool, {
          name: to,
          system: `hub-${to}`,
          url: of(to).url + path,
          allowAddress: [of(to).address],
          token: key,
          cursor: await headPosition(pool),
        })
        await of(to).call('PATCH', `/v1/systems/hub-${from}`, { secrets: { webhook: secret } })
        of(from).links.set(to, link.id)
      }
    },
    async part() {
      for (const hub of hubs.values()) {
        for (const link of hub.links.values()) await deleteLink(hub.pool, link)
        hub.links.clear()
        hub.posted.length = 0
      }
    },
    async restore(id, fill) {
      const { links, close } = of(id)
      await close()
      hubs.set(id, await openHub(id, send(id), fill))
      for (const [to, link] of links) of(id).links.set(to, link)
    },
    async close() {
      http.close()
      await Promise.all([...hubs.values()].map((hub) => hub.close()))
    },
  }
}

const LOST: SendAnswer = { kind: 'failed', class: 'retry', status: null, detail: 'the answer was lost' }

async function openHub(id: string, send: Send, fill?: (pool: Pool) => Promise<unknown>): Promise<TestHub> {
  const database = await (fill ? createEmptyDatabase() : createTestDatabase())
  const pool = createPool({ url: database.url, max: 4 })
  if (fill) await fill(pool)
  else {
    await nameHub(pool, id)
    await createSystem(pool, { id: 'farm', title: { zh: '农场', en: 'Farm' } })
  }
  const registry = createLiveRegistry({ pool, seed: registryOf(new Map()) })
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  const app = await createTestApi({ pool, registry, intake })
  const clock = { ahead: 0 }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const call: TestHub['call'] = (method, url, body, headers = {}) =>
    app.inject({
      method: method as 'GET',
      url,
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
  return {
    id,
    app,
    url,
    address: `127.0.0.1/32:${new URL(url).port}`,
    pool,
    send,
    clock,
    intake,
    losesAnswer: () => false,
    delivery: createDelivery({
      pool,
      send,
      random: () => 0.5,
      clock: { now: () => Date.now() + clock.ahead },
    }),
    links: new Map(),
    posted: [],
    call,
    push: async (...records) => {
      const answer = await call('POST', '/v1/records', records)
      if (answer.statusCode !== 200 || answer.json().rejected > 0) throw new Error(answer.body)
      return answer.json()
    },
    close: async () => {
      await app.close()
      await intake.close()
      await pool.end()
      await database.drop()
    },
  }
}

/** Delivers over all links, holds first, again and again, until a whole round posts nothing. Gives the number of changes that were posted. */
export async function settle(hubs: TestHubs, rounds = 20): Promise<number> {
  let all = 0
  for (let round = 0; round < rounds; round++) {
    const before = countPosted(hubs)
    for (const lane of ['recall', 'live'] as const)
      for (const hub of hubs.all)
        for (const link of hub.links.values()) await hub.delivery.deliverLink(link, { lane })
    const posted = countPosted(hubs) - before
    if (posted === 0) return all
    all += posted
  }
  throw new Error(`the hubs still send after ${rounds} rounds`)
}

const countPosted = (hubs: TestHubs): number => hubs.all.reduce((sum, { posted }) => sum + posted.length, 0)

/** A canonical record of a dispatch, as a source pushes it. */
export const dispatch = (key: string, kg: string, more: object = {}) => ({
  kind: 'dispatch',
  system: 'farm',
  key: [key],
  occurredAt: { at: '2024-04-15T06:00:00+08:00', precision: 'second' },
  parties: [{ role: 'owner', name: '示例合作社', ids: [] }],
  product: { name: '番茄', class: 'vegetable' },
  quantity: { value: kg, unit: 'KGM' },
  lots: [{ role: 'subject', scheme: 'local.farm', value: `L-${key.toUpperCase()}` }],
  ...more,
})

export const dispatchId = (key: string): string => `urn:cnft:dispatch:farm:canonical:${key}`

/** Every version of every record as `<id>@<version> <status> <kg>`, in the order in which they came. */
export async function versionsAt(hub: TestHub): Promise<string[]> {
  const { rows } = await hub.pool.query(
    'select record_id, version, status, body from record_versions order by position',
  )
  return rows.map(
    ({ record_id, version, status, body }) =>
      `${record_id.slice(record_id.lastIndexOf(':') + 1)}@${version} ${status} ${JSON.parse(body).quantity.value}`,
  )
}
