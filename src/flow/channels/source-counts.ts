import type { Pool } from 'pg'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import { bucketText } from '#core/reconcile/bucket.ts'
import { ALL } from '#core/reconcile/grain.ts'
import { hourOf } from '#core/reconcile/hour.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { hastenScan } from '#store/channel-scans.ts'
import { readChannel, setChannelState } from '#store/channels.ts'
import { countScanned } from '#store/key-scan.ts'
import type { GivenFigures } from '#store/reconciliation-findings.ts'
import { readChannelSecrets } from '#store/system-secrets.ts'
import { type AdapterOf, type ComposedChannel, composeChannel } from './compose.ts'
import { bounded, type PortsOfHub, partsOf } from './ports.ts'

const HOUR_MS = 3_600_000

interface ChannelsOfHub {
  readonly pool: Pool
  readonly registry: Pick<Registry, 'system'>
  readonly adapterOf?: AdapterOf
}

export type CountingParts = ChannelsOfHub & PortsOfHub

interface CountingChannel {
  readonly channel: ComposedChannel
  readonly kind: string
}

/** Channels of a system that are on, and whose source can count. */
async function countingChannels(
  { pool, registry, adapterOf }: ChannelsOfHub,
  system: string,
): Promise<CountingChannel[]> {
  const found: CountingChannel[] = []
  for (const declared of registry.system(system)?.file?.channels ?? []) {
    const { counts: kind, name } = declared
    const row = kind === undefined ? null : await readChannel(pool, { system, name })
    if (kind === undefined || !row?.isOn) continue
    const composition = composeChannel(declared, row, adapterOf)
    if (composition.ok && composition.channel.adapter.counts)
      found.push({ channel: composition.channel, kind })
  }
  return found
}

/**
 * Records of a system by kind and hour as its source counts them; null where no channel can ask it. Each hour has a figure, so that a kind of
 * which the source has nothing is compared too.
 * @throws AdapterError
 */
export async function readSourceCounts(
  hub: CountingParts,
  system: string,
  range: { readonly fromMs: number; readonly toMs: number },
  signal: AbortSignal,
): Promise<GivenFigures[] | null> {
  const figures = new Map<string, GivenFigures>()
  const add = (kind: string, ms: number, count: number): void => {
    const name = { kind, region: ALL, hour: hourOf(ms) }
    const text = bucketText(name)
    const known = figures.get(text)?.count ?? 0
    figures.set(text, { ...name, count: known + count, mass: null, digest: null })
  }
  const channels = await countingChannels(hub, system)
  for (const { channel, kind } of channels) {
    const name = { system, name: channel.declared.name }
    const parts = partsOf(
      hub,
      await bounded(hub.pool, system, channel),
      await readChannelSecrets(hub.pool, name),
      signal,
    )
    try {
      for (let ms = range.fromMs; ms < range.toMs; ms += HOUR_MS) add(kind, ms, 0)
      const counts = (await channel.adapter.counts?.(parts, range)) ?? []
      for (const { hourMs, count } of counts)
        if (hourMs >= range.fromMs && hourMs < range.toMs) add(kind, hourMs, count)
      // What is gone there and known to be gone stays among ours.
      for (const { hourMs, count } of await countScanned(hub.pool, { system, kind, ...range }))
        add(kind, hourMs, count)
    } finally {
      parts.close()
    }
  }
  return channels.length === 0 ? null : [...figures.values()]
}

/** Kinds of which a source has other records than the hub. */
export interface SourceGaps {
  /** The source counts more. */
  readonly missing: readonly string[]
  /** The source counts fewer. */
  readonly surplus: readonly string[]
}

/**
 * Reads the channels of a system anew where its source has more than the hub, and lets the keys be scanned where it has fewer. What is here
 * already is found unchanged; what is no more is found by the scan.
 * @returns the names of the channels
 */
export async function readAnew(hub: ChannelsOfHub, system: string, gaps: SourceGaps): Promise<string[]> {
  const anew: string[] = []
  for (const { channel, kind } of await countingChannels(hub, system)) {
    const { name, scan }: DeclaredChannel = channel.declared
    const isMissing = gaps.missing.includes(kind)
    const isScanned = gaps.surplus.includes(kind) && scan !== undefined
    if (isMissing) await setChannelState(hub.pool, { system, name }, null)
    if (isScanned) await hastenScan(hub.pool, { system, name })
    if (isMissing || isScanned) anew.push(name)
  }
  return anew
}
