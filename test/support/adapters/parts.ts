import { setTimeout as pause } from 'node:timers/promises'
import { Value } from 'typebox/value'
import type { Adapter, AdapterParts, ChannelLimits } from '#adapters/adapter.ts'
import type { Resolve } from '#adapters/http/guard.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'
import { createHttpPort } from '#adapters/ports/http.ts'
import { PAGE_ROWS } from './rows.ts'

export const LIMITS: ChannelLimits = {
  requestsPerSecond: null,
  rowsPerSecond: null,
  pageRows: PAGE_ROWS,
  maxBytes: 1_000_000,
  timeoutMs: 700,
}

/** A pause of an adapter lasts no longer than this; its clock has gone on by the whole. */
const LONGEST_PAUSE_MS = 20

export interface PartsOptions {
  readonly settings?: object
  readonly secrets?: Readonly<Record<string, string>>
  readonly limits?: Partial<ChannelLimits>
  readonly allow?: readonly string[]
  readonly folders?: readonly string[]
  /** By how much the clock of the hub is ahead, in milliseconds. */
  readonly skewMs?: number
  /** By how much every pause ends before its time by that clock, as timers do now and then. */
  readonly shortMs?: number
  readonly resolve?: Resolve
}

export interface TestParts<Settings = never> {
  readonly parts: AdapterParts<Settings>
  /** Lines of its log, as JSON. */
  readonly lines: readonly string[]
  /** Breaks off what is under way. */
  abort(): void
  /** Aborts, and closes what the ports hold open, as the hub does at the end of a reading. */
  close(): void
}

/** What the hub hands to an adapter: its real ports, the defaults of its settings filled in, and a clock that need not be waited for. */
export function adapterParts<Settings = never>(
  adapter: Pick<Adapter<never, never>, 'settings'>,
  options: PartsOptions = {},
): TestParts<Settings> {
  const { secrets = {}, allow = [], folders = [], skewMs = 0, shortMs = 0, resolve } = options
  const ended = new AbortController()
  const { signal } = ended
  const limits = { ...LIMITS, ...options.limits }
  const clock = quickClock({ skewMs, shortMs }, signal)
  const ports = { allow, limits, clock, signal, ...(resolve ? { resolve } : {}) }
  const http = createHttpPort(ports)
  const lines: string[] = []
  const noted = (level: string) => (facts: object, sentence: string) => {
    lines.push(JSON.stringify({ level, ...facts, sentence }))
  }
  return {
    parts: {
      http,
      connect: createConnectPort(ports),
      settings: Value.Default(adapter.settings, structuredClone(options.settings ?? {})) as Settings,
      secrets,
      limits,
      folders,
      log: { info: noted('info'), warn: noted('warn') },
      tell: (doubts) => noted('doubt')({ doubts }, ''),
      clock,
      signal,
    },
    lines,
    abort: () => ended.abort(),
    close() {
      ended.abort()
      http.close()
    },
  }
}

function quickClock(
  { skewMs, shortMs }: Required<Pick<PartsOptions, 'skewMs' | 'shortMs'>>,
  signal: AbortSignal,
): AdapterParts['clock'] {
  let aheadMs = skewMs
  return {
    now: () => Date.now() + aheadMs,
    async pause(ms) {
      const endMs = Date.now() + aheadMs + ms - shortMs
      await pause(Math.min(ms, LONGEST_PAUSE_MS), undefined, { signal }).catch(() => {})
      if (!signal.aborted) aheadMs = Math.max(aheadMs, endMs - Date.now())
    },
  }
}
