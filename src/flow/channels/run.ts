import type { Pool } from 'pg'
import { AdapterError, type Page, type Taken, type Words } from '#adapters/adapter.ts'
import { adapterOf } from '#adapters/registry.ts'
import { waitMs } from '#flow/delivery/backoff.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { keepLease } from '#flow/keep-lease.ts'
import type { Registry } from '#flow/systems/registry.ts'
import {
  type ChannelLease,
  ChannelLost,
  type ChannelName,
  type ChannelStep,
  countPages,
  endChannel,
  extendChannelLease,
  leaseChannel,
  moveChannel,
} from '#store/channels.ts'
import { readChannelSecrets } from '#store/system-secrets.ts'
import { channelError, NEVER_MS } from './channel-error.ts'
import { type AdapterOf, type ComposedChannel, composeChannel, mistakesOf, nextRun } from './compose.ts'
import { declaredChannel } from './declared.ts'
import { keepScan } from './keep-scan.ts'
import { bounded, type PortsOfHub, partsOf } from './ports.ts'
import { type ListeningReading, readListening } from './read-listening.ts'
import { readOrdered } from './read-ordered.ts'
import { storePage } from './store-page.ts'

export interface ChannelsParts extends PortsOfHub {
  readonly pool: Pool
  readonly registry: Pick<Registry, 'system'>
  readonly intake: Pick<Intake, 'push' | 'pushLarge' | 'voidMissing'>
  readonly adapterOf?: AdapterOf
  readonly random?: () => number
  readonly leaseMs?: number
}

export interface ChannelRun {
  /** False where there is more to read at once. */
  readonly done: boolean
  /** When it is due again by itself, in milliseconds since 1970. */
  readonly nextAtMs?: number | null
}

/** A worker that died holds its channel up for no longer than this. */
const LEASE_MS = 15_000
/** Time after which a reading that found no end lets others have their turn. */
const BUDGET_MS = 20_000
/** A source that ended the conversation by itself is called again after this. */
const LISTEN_AGAIN_MS = 1000
const NOT_DONE: ChannelRun = { done: false }
const ANOTHERS: ChannelRun = { done: true }

/**
 * Reads a channel that is due: to its end, for some time, or, where it listens, until the signal or a change of its settings. At most one call at a time
 * works on it, in whatever process; the others come back at once.
 */
export async function runChannel(
  parts: ChannelsParts,
  channel: ChannelName,
  signal: AbortSignal,
): Promise<ChannelRun> {
  const { pool, now, leaseMs = LEASE_MS } = parts
  const beganMs = now()
  const lease = await leaseChannel(pool, channel, { nowMs: beganMs, leaseMs })
  if (!lease) return ANOTHERS
  // Other settings end the work too: they are read with the next lease.
  const isKept = async (ms: number): Promise<boolean> =>
    (await extendChannelLease(pool, lease, ms)) === 'kept'
  const kept = keepLease(isKept, leaseMs, signal)
  const both = kept.signal
  try {
    const composed = compose(parts, lease)
    let doubts: readonly Words[] | undefined
    const isDone = await readChannel(parts, lease, composed, both, (found) => {
      doubts = found
    })
    // An adapter that was told to end looks like one that came to the end.
    const scanAtMs = isDone && !both.aborted ? await keepScan(parts, lease, composed, both) : null
    if (!isDone || both.aborted) {
      await endChannel(pool, lease, { nextAtMs: null, error: null, doubts })
      return NOT_DONE
    }
    const readAtMs =
      composed.adapter.reads === 'listens'
        ? now() + LISTEN_AGAIN_MS
        : nextRun(composed.rhythm, beganMs, now())
    const nextAtMs = earlier(readAtMs, scanAtMs)
    await endChannel(pool, lease, { nextAtMs: nextAtMs ?? NEVER_MS, doubts })
    return { done: true, nextAtMs }
  } catch (error) {
    if (error instanceof ChannelLost) return ANOTHERS
    if (both.aborted) {
      await endChannel(pool, lease, { nextAtMs: null, error: null }).catch(() => {})
      return NOT_DONE
    }
    return await failed(parts, lease, error)
  } finally {
    kept.end()
  }
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)

/** @throws AdapterError where the settings do not fit */
function compose(
  { registry, adapterOf }: Pick<ChannelsParts, 'registry' | 'adapterOf'>,
  lease: ChannelLease,
): ComposedChannel {
  const declared = declaredChannel(registry, lease)
  if (!declared)
    throw new AdapterError('config', 'the system.yaml of the system names no such channel any more')
  const composition = composeChannel(declared, lease, adapterOf)
  if (composition.ok) return composition.channel
  const [first] = composition.issues
  throw new AdapterError('config', `${first?.path ?? ''}: ${first?.reason ?? ''}`, {
    setting: first?.path ?? '',
  })
}

async function readChannel(
  hub: ChannelsParts,
  lease: ChannelLease,
  channel: ComposedChannel,
  signal: AbortSignal,
  tell: (doubts: readonly Words[]) => void,
): Promise<boolean> {
  const { adapter } = channel
  if (lease.state !== null && mistakesOf(adapter.state, lease.state, '/state').length > 0)
    throw new AdapterError('config', 'the state is not one of this adapter; reset the channel', {
      setting: '/state',
    })
  const secrets = await readChannelSecrets(hub.pool, lease)
  const broken = new AbortController()
  const parts = partsOf(
    hub,
    await bounded(hub.pool, lease.system, channel),
    secrets,
    AbortSignal.any([signal, broken.signal]),
    tell,
  )
  const endsAtMs = performance.now() + BUDGET_MS
  const isOver = (): boolean => adapter.reads === 'ends' && performance.now() >= endsAtMs
  try {
    const reading = { adapter, parts, state: lease.state, isOver }
    if (adapter.ordered) return await readOrdered({ ...reading, store: ordered(hub, lease, channel, signal) })
    return await readFreely(hub, lease, channel, { ...reading, breakOff: () => broken.abort() }, signal)
  } finally {
    parts.close()
  }
}

/** Stores a page with the state behind it, in one transaction. */
const ordered =
  (
    { pool, intake, log }: ChannelsParts,
    lease: ChannelLease,
    channel: ComposedChannel,
    signal: AbortSignal,
  ) =>
  async (page: Page): Promise<Taken> => {
    const { system, name, fence } = lease
    const step: ChannelStep = { system, name, fence, state: page.state }
    const { bytes } = page
    const isEmpty = bytes === null || (bytes instanceof Uint8Array && bytes.length === 0)
    const taken = isEmpty
      ? NOTHING
      : await storePage(intake, { ...page, bytes }, { system, record: recordOf(page, channel), step }, signal)
    if (taken.receipt !== null) return taken
    // No message has taken the state along.
    if (taken.state === 'refused') tellPassed(log, lease, page)
    await moveChannel(pool, step, taken.state === 'refused' ? 1 : 0)
    return taken
  }

/** Nothing of it is kept, so somebody must know. */
function tellPassed(log: ChannelsParts['log'], { system, name }: ChannelName, page: Page): void {
  log.warn(
    { channel: `${system}/${name}`, page: page.name },
    'a page that is empty, or larger than the hub takes, is passed over; it stands at the source',
  )
}

const NOTHING: Taken = { receipt: null, state: 'done', received: 0, rejected: 0 }
const COUNT_EVERY_MS = 2000

/** Pages share commits and carry no state, which moves by itself; their figures are written now and then. */
async function readFreely(
  { pool, intake, log }: ChannelsParts,
  lease: ChannelLease,
  channel: ComposedChannel,
  reading: Omit<ListeningReading, 'store'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { system, name, fence } = lease
  let counted = { messages: 0, received: 0, rejected: 0, refused: 0 }
  const write = async (): Promise<void> => {
    const some = counted
    counted = { messages: 0, received: 0, rejected: 0, refused: 0 }
    if (some.messages > 0) await countPages(pool, lease, some).catch(() => {})
  }
  const writing = setInterval(() => void write(), COUNT_EVERY_MS)
  const store = async (page: Page): Promise<Taken> => {
    const { bytes } = page
    if (bytes === null) await moveChannel(pool, { system, name, fence, state: page.state })
    if (bytes === null || (bytes instanceof Uint8Array && bytes.length === 0)) return NOTHING
    const taken = await storePage(
      intake,
      { ...page, bytes },
      { system, record: recordOf(page, channel) },
      signal,
    )
    counted.messages++
    counted.received += taken.received
    counted.rejected += taken.rejected
    if (taken.state === 'refused') counted.refused++
    if (taken.state === 'refused' && taken.receipt === null) tellPassed(log, lease, page)
    return taken
  }
  try {
    return await readListening({ ...reading, store })
  } finally {
    clearInterval(writing)
    await write()
  }
}

/** @throws AdapterError */
function recordOf({ record, name }: Page, { declared }: ComposedChannel): string {
  const found = record ?? declared.record
  if (found === undefined)
    throw new AdapterError('config', `nothing says of which record "${name}" is`, { setting: '/record' })
  return found
}

/** What is sent meanwhile waits at the source, which keeps it for a time only: one that listens comes back soon after an outage. */
const LISTENING_WAIT_MS = 300_000

function listens(
  { registry, adapterOf: adapters = adapterOf }: Pick<ChannelsParts, 'registry' | 'adapterOf'>,
  lease: ChannelLease,
): boolean {
  const declared = declaredChannel(registry, lease)
  return declared !== null && adapters(declared.adapter)?.reads === 'listens'
}

/** The channel waits, longer each time, as long as its source asks, or as a person needs. */
async function failed(parts: ChannelsParts, lease: ChannelLease, error: unknown): Promise<ChannelRun> {
  const { pool, now, random = Math.random, log } = parts
  const { retryAfterMs, ...noted } = channelError(error)
  const wait = waitMs({
    failures: lease.attempts + 1,
    random: random(),
    retryAfterMs,
    needsPerson: noted.class === 'auth' || noted.class === 'config',
  })
  const isShort = noted.class === 'retry' && listens(parts, lease)
  const nextAtMs = now() + (isShort ? Math.min(wait, LISTENING_WAIT_MS) : wait)
  log.warn(
    { channel: `${lease.system}/${lease.name}`, class: noted.class, reason: noted.detail },
    'a channel could not be read; it is tried again',
  )
  await endChannel(pool, lease, { nextAtMs, error: noted })
  return { done: true, nextAtMs }
}
