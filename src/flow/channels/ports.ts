import { setTimeout as pauseFor } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { AdapterClock, AdapterLog, AdapterParts, Words } from '#adapters/adapter.ts'
import type { Resolve } from '#adapters/http/guard.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'
import { createHttpPort } from '#adapters/ports/http.ts'
import { readEgressRules } from '#store/egress.ts'
import type { ComposedChannel } from './compose.ts'

/** What the hub gives to every channel. */
export interface PortsOfHub {
  readonly now: () => number
  readonly log: AdapterLog
  /** Folders below which channels may read files. */
  readonly folders: readonly string[]
  readonly resolve?: Resolve
}

/** A channel with the list of hosts of the partners whose it is, as it is now. */
export async function bounded(
  pool: Pool,
  system: string,
  channel: ComposedChannel,
): Promise<ComposedChannel> {
  const rules = await readEgressRules(pool, { system })
  return rules.length === 0 ? channel : { ...channel, allowAddress: [...channel.allowAddress, ...rules] }
}

/** Everything that an adapter is handed for one channel; `close` when nobody uses it any more. */
export function partsOf(
  hub: PortsOfHub,
  { settings, limits, allowAddress }: Pick<ComposedChannel, 'settings' | 'limits' | 'allowAddress'>,
  secrets: Readonly<Record<string, string>>,
  signal: AbortSignal,
  tell: (doubts: readonly Words[]) => void = () => {},
): AdapterParts & { close(): void } {
  const clock: AdapterClock = { now: hub.now, pause: (ms) => pause(ms, signal) }
  const { resolve } = hub
  const ports = { allow: allowAddress, limits, clock, signal, ...(resolve ? { resolve } : {}) }
  const http = createHttpPort(ports)
  return {
    http,
    connect: createConnectPort(ports),
    settings,
    secrets,
    limits,
    folders: hub.folders,
    log: hub.log,
    tell,
    clock,
    signal,
    close: http.close,
  }
}

/** Whoever waits when the work has to end sees the signal by himself. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await pauseFor(ms, undefined, { signal }).catch(() => {})
}
