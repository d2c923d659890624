import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { TestRedis } from '../integration/jobs/redis.ts'
import type { Talker, TestPostgres } from './children.ts'
import type { KeptHub } from './kept-hub.ts'
import { PLACES } from './places.ts'
import type { Random } from './random.ts'
import { MODES } from './receiver-modes.ts'

/** What faults are made of. */
export interface Target {
  readonly random: Random
  readonly hubs: readonly KeptHub[]
  readonly postgres: TestPostgres
  readonly redis: TestRedis | null
  readonly receivers: Talker<unknown>
  /** Numbers of the links, in the order of their receivers. */
  readonly links: readonly string[]
  /** A call of an administrator to one of the APIs; false where it did not answer 2xx. */
  readonly call: (path: string, body: object) => Promise<boolean>
  /** The files by which the clocks of the hub's processes are moved; empty where they are not. */
  readonly clocks: readonly string[]
  /** Notes that a fault took place. */
  readonly count: (fault: string) => void
}

type Fault = (target: Target) => Promise<void> | void

const killRole =
  (role: KeptHub['role']): Fault =>
  ({ hubs, random }) =>
    void random.pick(hubs.filter((hub) => hub.role === role)).kill()

const atPlace =
  (role: KeptHub['role']): Fault =>
  ({ hubs, random }) =>
    void random.pick(hubs.filter((hub) => hub.role === role)).dieAt(random.pick(PLACES[role]))

const receiver: Fault = async ({ receivers, links, random, count }) => {
  const mode = random.pick(MODES)
  await receivers.ask({ receiver: random.whole(0, links.length - 1), mode })
  count(`receiver: ${mode}`)
}

/** Away for up to two seconds, and then empty. */
const killRedis: Fault = async ({ redis, random, count }) => {
  if (!redis) return
  await redis.kill()
  count('kill -9 of Redis, nothing on its disk')
  await pause(random.whole(0, 2000))
  await redis.again()
}

const flushRedis: Fault = async ({ redis, count }) => {
  if (!redis) return
  const client = new Redis(redis.url)
  client.on('error', () => {})
  try {
    await client.flushall()
    count('FLUSHALL')
  } finally {
    client.disconnect()
  }
}

const JUMPS = ['-2d', '-1h', '+1h', '+2d', '+400d'] as const

const moveClock: Fault = async ({ clocks, random, count }) => {
  if (clocks.length === 0) return
  const clock = random.pick(clocks)
  writeFileSync(clock, random.pick(JUMPS))
  count('clock of a process jumps')
  await pause(random.whole(500, 3000))
  writeFileSync(clock, '+0')
}

const killPostgres: Fault = ({ postgres, random, count }) => {
  const all = random.chance(0.5)
  if (postgres.kill(all)) count(all ? 'kill -9 of all of PostgreSQL' : 'kill -9 of the postmaster')
}

const restart: Fault = ({ hubs, random }) => void random.pick(hubs).restart()

/** A person who stops a link for a while, which is no fault and must do no harm. */
const pauseLink: Fault = async ({ links, random, call, count }) => {
  const link = random.pick(links)
  if (!(await call(`/v1/links/${link}/pause`, {}))) return
  count('a person pauses a link')
  await pause(random.whole(200, 2000))
  await call(`/v1/links/${link}/resume`, {})
}

/** A person who has everything sent again. */
const backfill: Fault = async ({ links, random, call, count }) => {
  if (await call(`/v1/links/${random.pick(links)}/backfill`, {})) count('a person asks for a backfill')
}

const TICKET = 'market-scales/ticket'
const ticketMapping = readFileSync(
  fileURLToPath(new URL(`../../mappings/${TICKET}.yaml`, import.meta.url)),
  'utf8',
)

/** A person who has tickets mapped anew by a mapping that names their goods otherwise. */
const replay: Fault = async ({ call, count }) => {
  // Greater than all before it, and of no more digits than a version may have.
  const version = Math.floor(Date.now() / 1000) % 1_000_000_000
  const text = ticketMapping
    .replace('version: 1\n', `version: ${version}\n`)
    .replace('        name: name\n', `        name: { concat: [name, { const: ' ${version}' }] }\n`)
    .split('\ntests:')[0]
  const asks: [string, object][] = [
    ['/v1/systems/market-scales/mappings', { text }],
    [`/v1/systems/market-scales/mappings/ticket/${version}/activate`, {}],
    ['/v1/replays', { mode: 'apply', scope: { system: 'market-scales' } }],
  ]
  // Asked for once more than it was heard is no harm.
  for (let tries = 12; tries > 0 && asks[0]; tries--) {
    if (await call(...asks[0])) asks.shift()
    else await pause(500)
  }
  if (asks.length === 0) count('a person asks for a replay')
}

/** Each as often as it stands here. */
const FAULTS: readonly Fault[] = [
  killRole('api'),
  killRole('worker'),
  atPlace('api'),
  atPlace('api'),
  atPlace('worker'),
  atPlace('worker'),
  killPostgres,
  killRedis,
  flushRedis,
  moveClock,
  restart,
  pauseLink,
  backfill,
  replay,
  replay,
  receiver,
  receiver,
  receiver,
  receiver,
]

/**
 * Makes one fault after the other, with short rests, until the time is up; the first of all kinds come once each, in some order. One
 * begins while another lasts, but none while one of its own kind does. Returns when all are over.
 */
export async function makeFaults(target: Target, forMs: number): Promise<void> {
  const { random } = target
  const until = performance.now() + forMs
  const first = [...new Set(FAULTS)].sort(() => random.next() - 0.5)
  const gap = Math.max(100, Math.min(1500, forMs / 14))
  const lasting = new Map<Fault, Promise<void>>()
  while (performance.now() < until) {
    await pause(random.whole(gap / 2, gap))
    const fault = first.pop() ?? random.pick(FAULTS)
    if (lasting.has(fault)) continue
    const over = Promise.resolve(fault(target)).finally(() => lasting.delete(fault))
    lasting.set(fault, over)
  }
  await Promise.all(lasting.values())
}
