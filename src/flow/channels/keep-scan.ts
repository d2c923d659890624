import { noteScan, planScan, readScanAt } from '#store/channel-scans.ts'
import { type ChannelError, type ChannelLease, ChannelLost, readChannel } from '#store/channels.ts'
import { readChannelSecrets } from '#store/system-secrets.ts'
import { channelError, NEVER_MS } from './channel-error.ts'
import { type ComposedChannel, nextOfCron } from './compose.ts'
import { bounded, type PortsOfHub, partsOf } from './ports.ts'
import { type ScanParts, scanKeys } from './scan-keys.ts'

/** What the network did is tried again sooner than the next night. */
const AGAIN_MS = 10 * 60_000

/**
 * Looks for what was deleted at the source when it is time for it. Called under the lease of a channel when a reading came to its end: what the
 * source has is here then.
 * @returns when the next scan is due, in milliseconds since 1970; null where the channel has none
 */
export async function keepScan(
  hub: ScanParts & PortsOfHub,
  lease: ChannelLease,
  channel: ComposedChannel,
  signal: AbortSignal,
): Promise<number | null> {
  const { pool, now, log } = hub
  const { scan } = channel.declared
  if (!scan || !channel.adapter.keys) return null
  const cronAtMs = nextOfCron(scan.cron, now())
  const planned = await readScanAt(pool, lease)
  if (planned === null || planned > now()) {
    if (planned === null && cronAtMs !== null) await planScan(pool, lease, cronAtMs)
    return planned ?? cronAtMs
  }
  const error = await tryScan(hub, lease, channel, signal)
  if (error === 'ended') return planned
  if (error)
    log.warn(
      { channel: `${lease.system}/${lease.name}`, class: error.class, reason: error.detail },
      'the scan for deleted records failed; nothing was made void',
    )
  const nextAtMs = error?.class === 'retry' ? now() + AGAIN_MS : (cronAtMs ?? NEVER_MS)
  await noteScan(pool, lease, { nextAtMs, error })
  return nextAtMs
}

async function tryScan(
  hub: ScanParts & PortsOfHub,
  lease: ChannelLease,
  channel: ComposedChannel,
  signal: AbortSignal,
): Promise<Omit<ChannelError, 'at'> | 'ended' | null> {
  const { system, name, fence } = lease
  const state = (await readChannel(hub.pool, lease))?.state ?? {}
  const parts = partsOf(
    hub,
    await bounded(hub.pool, system, channel),
    await readChannelSecrets(hub.pool, lease),
    signal,
  )
  try {
    const { keys, active, voided } = await scanKeys(hub, channel, parts, { system, name, fence, state })
    hub.log.info({ channel: `${system}/${name}`, keys, active, voided }, 'looked for deleted records')
    return null
  } catch (error) {
    if (error instanceof ChannelLost) throw error
    if (signal.aborted) return 'ended'
    const { retryAfterMs: _, ...noted } = channelError(error)
    return noted
  } finally {
    parts.close()
  }
}
