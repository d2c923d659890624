import type { SettingCheck } from '#adapters/adapter.ts'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import type { ChannelSettings } from '#store/channels.ts'
import { type ComposedChannel, composeChannel } from './compose.ts'
import { type PortsOfHub, partsOf } from './ports.ts'

export interface ChannelCheck {
  readonly ok: boolean
  readonly checks: readonly SettingCheck[]
}

/** No check takes longer; what was not tried by then is told of as such. */
const LONGEST_MS = 60_000

/** Tries every setting of a channel, all at once, and stores nothing. Settings that do not fit its adapter are told of before any is tried. */
export async function checkChannel(
  hub: PortsOfHub,
  declared: DeclaredChannel,
  set: ChannelSettings,
  secrets: Readonly<Record<string, string>>,
  bound: (channel: ComposedChannel) => Promise<ComposedChannel> = async (channel) => channel,
): Promise<ChannelCheck> {
  const composition = composeChannel(declared, set)
  if (!composition.ok) return { ok: false, checks: composition.issues.map(unfit) }
  const channel = await bound(composition.channel)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error('the check took too long')), LONGEST_MS)
  const parts = partsOf(hub, channel, secrets, stop.signal)
  try {
    const checks = await channel.adapter.check(parts)
    return { ok: checks.every(({ ok }) => ok), checks }
  } finally {
    clearTimeout(timer)
    stop.abort()
    parts.close()
  }
}

const unfit = ({ path, reason, fix }: { path: string; reason: string; fix?: string }): SettingCheck => ({
  setting: path,
  ok: false,
  reason: { en: reason, zh: `不合要求：${reason}` },
  ...(fix === undefined ? {} : { advice: { en: fix, zh: fix } }),
})
