import type { DeclaredChannel } from '#core/channels/declared.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { ChannelName } from '#store/channels.ts'

/** What the system.yaml of a system says of a channel; null where it names none of that name. */
export const declaredChannel = (
  registry: Pick<Registry, 'system'>,
  { system, name }: ChannelName,
): DeclaredChannel | null =>
  registry.system(system)?.file?.channels?.find((channel) => channel.name === name) ?? null
