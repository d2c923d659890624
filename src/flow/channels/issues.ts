import type { Issue } from '#core/issue.ts'
import type { InstalledSystem } from '#flow/systems/registry.ts'
import type { ChannelRow, ChannelSettings } from '#store/channels.ts'
import { composeChannel, isMissing, NOTHING_SET } from './compose.ts'

/**
 * What does not fit in the settings of the channels of a system, by JSON pointers that begin with the name of the channel. What is merely missing counts only where a
 * channel is on: an installation has still to set it.
 */
export function channelIssues(system: InstalledSystem, rows: readonly ChannelRow[] = []): Issue[] {
  const channels = system.file?.channels ?? []
  return channels.flatMap((declared) => {
    const set: ChannelSettings = rows.find(({ name }) => name === declared.name) ?? NOTHING_SET
    const composition = composeChannel(declared, set)
    const issues = composition.ok ? [] : composition.issues
    return issues
      .filter((issue) => set.isOn || !isMissing(issue))
      .map((issue) => ({ ...issue, path: `channels/${declared.name}${issue.path}` }))
  })
}
