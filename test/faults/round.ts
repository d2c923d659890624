import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { SHARING_CLASSES } from '#core/model/sharing.ts'
import { openJobBackend } from '#jobs/backend.ts'
import { LINKS_QUEUE, WORK_QUEUE } from '#jobs/queues.ts'
import { createPool } from '#store/database.ts'
import type { TestRedis } from '../integration/jobs/redis.ts'
import { onceOn, onServer } from '../support/template.ts'
import { check, type Evidence, type Figures, type Findings, faultsIn } from './check.ts'
import { startTalker, type Talker, type TestPostgres } from './children.ts'
import type { DriverStart, DriverState } from './driver-process.ts'
import { makeFaults } from './faults.ts'
import { type KeptHub, keepHub } from './kept-hub.ts'
import { type DriverLine, type ReceiverLine, readLedger } from './ledger.ts'
import { PLANTED } from './plant.ts'
import { seededRandom } from './random.ts'
import type { ReceiverStart } from './receiver-process.ts'
import { passTime, readOpenWork, readStored } from './stored.ts'

export interface RoundSettings {
  readonly seed: number
  /** For ledgers, logs and mappings; made. */
  readonly folder: string
  readonly postgres: TestPostgres
  /** Null: the jobs are kept in PostgreSQL. */
  readonly redis: TestRedis | null
  readonly apis: number
  readonly workers: number
  /** The library that moves the clock of a process; null where this round leaves the clocks alone. */
  readonly faketime: string | null
  readonly faultsMs: number
  /** How long sources may need to be answered once all is well again, and then links to be drained. */
  readonly healMs: number
}

export interface RoundResult {
  readonly seed: number
  readonly findings: Findings
  readonly figures: Figures
  /** How often each fault took place. */
  readonly faults: ReadonlyMap<string, number>
  readonly healedAfterMs: number
  /** Jobs that ended in `failed`; their work was done all the same, or something is found. */
  readonly failedJobs: number
  /** Planted faults that were found, and those that were not. */
  readonly planted: { readonly found: number; readonly overlooked: readonly string[] }
}

const KEY = 'hub_administrator-key-of-the-fault-rounds'
const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
const SYSTEMS = ['jiaxing-wholesale', 'market-scales', 'rapid-test']
const FILTERS = [
  {},
  { kinds: ['sale', 'hold'] },
  { systems: ['market-scales'] },
  { kinds: ['payment', 'test'] },
]
const QUEUES = [LINKS_QUEUE, WORK_QUEUE]
/** A round goes on until so many messages were acknowledged, for at most so many times the time of its faults. */
const MESSAGES_LEAST = 100
const PARTS_MOST = 3
/** Looks in a row at which nothing was left. */
const LOOKS = 4
/** A hub that makes work for itself at each start would never end. */
const STARTS_MOST = 3
const mappings = fileURLToPath(new URL('../../mappings/', import.meta.url))

/** One round on a database of its own: sources push, everything is killed or disturbed, all is made well, and the sides are compared. */
export async function runRound(settings: RoundSettings): Promise<RoundResult> {
  const { folder, seed, redis } = settings
  const random = seededRandom(seed)
  mkdirSync(join(folder, 'mappings'), { recursive: true })
  for (const name of [...SYSTEMS, 'mapping.schema.json'])
    cpSync(join(mappings, name), join(folder, 'mappings', name), { recursive: true })
  const name = `round_${seed}_${Date.now().toString(36)}`
  await onceOn(settings.postgres.url, `create database ${name}`)
  const databaseUrl = onServer(settings.postgres.url, name)
  const pool = createPool({ url: databaseUrl, max: 2 })
  const faults = new Map<string, number>()
  const count = (fault: string): void => void faults.set(fault, (faults.get(fault) ?? 0) + 1)
  const incidents: string[] = []
  const closings: (() => Promise<unknown>)[] = [() => pool.end()]
  try {
    const receivers = await startTalker<{ ports: number[] }>('./receiver-process.ts', {
      ledger: join(folder, 'receiver.ndjson'),
      seed,
      receivers: FILTERS.length,
    } satisfies ReceiverStart)
    closings.push(() => receivers.stop())
    const told = { count, incidents, random }
    const { urls, clocks, ...started } = await startHubs(settings, databaseUrl, told)
    let { hubs } = started
    closings.push(() => Promise.all(hubs.map((hub) => hub.stop())))
    await Promise.all(hubs.map((hub) => hub.up()))
    const links = await makeLinks(urls[0] as string, receivers)
    const driver = await startTalker<unknown>('./driver-process.ts', {
      ledger: join(folder, 'driver.ndjson'),
      seed,
      urls,
      key: KEY,
      senders: 6,
    } satisfies DriverStart)
    closings.push(() => driver.stop())

    await driver.ask({ send: true })
    const target = {
      random,
      hubs,
      postgres: settings.postgres,
      redis,
      receivers,
      links,
      call: (path: string, body: object) => callApi(random.pick(urls), path, body),
      clocks,
      count,
    }
    // On a machine that is busy with other things, little is sent in so short a time, and little is proved.
    for (let part = 0; part < PARTS_MOST; part++) {
      await makeFaults(target, settings.faultsMs)
      const { sent, unsettled } = await driver.ask<DriverState>({ tell: true })
      if (sent - unsettled >= MESSAGES_LEAST) break
    }

    const healing = performance.now()
    for (const clock of clocks) writeFileSync(clock, '+0')
    for (const hub of hubs) hub.liveOn()
    for (const receiver of links.keys()) await receivers.ask({ receiver, mode: 'well' })
    await Promise.all(hubs.map((hub) => hub.up()))
    for (const link of links) await callApi(urls[0] as string, `/v1/links/${link}/resume`, {})
    const { incidents: answers } = await driver.ask<DriverState>({ settle: true, withinMs: settings.healMs })
    incidents.push(...answers)
    await drain(pool, hubs, performance.now() + settings.healMs)
    const healedAfterMs = performance.now() - healing
    // Nothing may come any more while the sides are compared.
    await Promise.all(hubs.map((hub) => hub.stop()))
    // What the hub found by itself between the last look and the stop is for its next processes to deliver.
    for (let again = 0; again < STARTS_MOST && (await readOpenWork(pool)) > 0; again++) {
      hubs = (await startHubs(settings, databaseUrl, told)).hubs
      await drain(pool, hubs, performance.now() + settings.healMs)
      await Promise.all(hubs.map((hub) => hub.stop()))
    }
    const failedJobs = await countFailedJobs(databaseUrl, redis?.url)
    const evidence: Evidence = {
      driver: readLedger<DriverLine>(join(folder, 'driver.ndjson')),
      receiver: readLedger<ReceiverLine>(join(folder, 'receiver.ndjson')),
      ...(await readStored(pool)),
      incidents,
    }
    const { findings, figures } = check(evidence)
    const planted = faultsIn(findings).length === 0 ? plantAll(evidence, seed) : { found: 0, overlooked: [] }
    return { seed, findings, figures, faults, healedAfterMs, failedJobs, planted }
  } finally {
    for (const close of closings.reverse()) await close()
  }
}

async function startHubs(
  { apis, workers, folder, redis, faketime }: RoundSettings,
  databaseUrl: string,
  told: {
    readonly count: (fault: string) => void
    readonly incidents: string[]
    readonly random: ReturnType<typeof seededRandom>
  },
): Promise<{ hubs: KeptHub[]; urls: string[]; clocks: string[] }> {
  const hubs: KeptHub[] = []
  const urls: string[] = []
  const clocks: string[] = []
  for (let i = 0; i < apis + workers; i++) {
    const role = i < apis ? 'api' : 'worker'
    const port = await freePort()
    if (role === 'api') urls.push(`http://127.0.0.1:${port}`)
    const clock = join(folder, `clock-${i}`)
    if (faketime) {
      writeFileSync(clock, '+0')
      clocks.push(clock)
    }
    hubs.push(
      keepHub({
        role,
        env: {
          PATH: process.env['PATH'] ?? '',
          HUB_ROLE: role,
          HUB_PORT: String(port),
          HUB_ADMIN_KEY: KEY,
          HUB_LOG: 'warn',
          HUB_MAPPINGS: join(folder, 'mappings'),
          DATABASE_URL: databaseUrl,
          ...(redis ? { REDIS_URL: redis.url } : {}),
          ...(faketime
            ? {
                LD_PRELOAD: faketime,
                FAKETIME_TIMESTAMP_FILE: clock,
                FAKETIME_NO_CACHE: '1',
                FAKETIME_DONT_FAKE_MONOTONIC: '1',
              }
            : {}),
        },
        logFile: join(folder, `${role}-${i}.log`),
        pauseMs: () => told.random.whole(0, 800),
        onDeath: (place) => told.count(place ? `kill -9 of ${role} ${place}` : `kill -9 of ${role}`),
        onRestart: () => told.count(`SIGTERM of ${role}`),
        onIncident: (sentence) => told.incidents.push(sentence),
      }),
    )
  }
  return { hubs, urls, clocks }
}

/** A link to each receiver; the receiver learns its secret. */
async function makeLinks(url: string, receivers: Talker<{ ports: number[] }>): Promise<string[]> {
  const ids: string[] = []
  for (const [receiver, filter] of FILTERS.entries()) {
    const port = receivers.first.ports[receiver]
    const answer = await fetch(`${url}/v1/links`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        name: `receiver ${receiver}`,
        url: `http://127.0.0.1:${port}/`,
        allowAddress: `127.0.0.1/32:${port}`,
        filter,
        mapping: 'canonical',
        // What comes is compared with what is stored.
        sees: SHARING_CLASSES,
      }),
    })
    if (answer.status !== 201) throw new Error(`a link was not made: ${await answer.text()}`)
    const { id, secret } = (await answer.json()) as { id: string; secret: string }
    await receivers.ask({ receiver, secret })
    ids.push(id)
  }
  return ids
}

async function callApi(url: string, path: string, body: object): Promise<boolean> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  }).catch(() => null)
  await answer?.arrayBuffer().catch(() => null)
  return answer?.ok ?? false
}

/** Waits until nothing was left to do for some looks, or the time is up: then what is left shows in the findings. */
async function drain(pool: Pool, hubs: readonly KeptHub[], untilMs: number): Promise<void> {
  for (let looks = 0; looks < LOOKS && performance.now() < untilMs; ) {
    await Promise.all(hubs.map((hub) => hub.up()))
    try {
      await passTime(pool)
      looks = (await readOpenWork(pool)) === 0 ? looks + 1 : 0
    } catch {
      // PostgreSQL is not back yet.
      looks = 0
    }
    await pause(300)
  }
}

async function countFailedJobs(databaseUrl: string, redisUrl: string | undefined): Promise<number> {
  const backend = await openJobBackend({ databaseUrl, redisUrl, onError: () => {} })
  let failed = 0
  for (const name of QUEUES) {
    const queue = backend.queue(name)
    failed += (await queue.getJobCounts())['failed'] ?? 0
    await queue.close()
  }
  await backend.close()
  return failed
}

/** Shows the checker this round's own evidence, spoiled in every way that it can be spoiled in. */
function plantAll(evidence: Evidence, seed: number): RoundResult['planted'] {
  const random = seededRandom(seed)
  const overlooked: string[] = []
  let found = 0
  for (const { what, finds, spoil } of PLANTED) {
    const spoiled = spoil(evidence, random)
    if (!spoiled) continue
    if (check(spoiled).findings[finds].length > 0) found++
    else overlooked.push(what)
  }
  return { found, overlooked }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
