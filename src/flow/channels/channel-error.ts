import type { AdapterError } from '#adapters/adapter.ts'
import { networkError } from '#adapters/ports/failed.ts'
import { HubError } from '#core/errors.ts'
import type { ChannelError } from '#store/channels.ts'

/** 2999-12-31, which PostgreSQL and JavaScript both can say: what nobody has to ask for again is due then. */
export const NEVER_MS = Date.UTC(2999, 11, 31)

/** An error as it is noted. Words of one that is no adapter's may hold anything, so only its code or name is told. */
export function channelError(error: unknown): Omit<ChannelError, 'at'> & Pick<AdapterError, 'retryAfterMs'> {
  if (error instanceof HubError)
    return { class: 'hub', detail: error.message, retryAfterMs: error.parts.retryAfterMs }
  const { class: what, message, zh, setting, retryAfterMs } = networkError(error)
  return {
    ...{ class: what, detail: message, retryAfterMs },
    ...(zh === undefined ? {} : { zh }),
    ...(setting === undefined ? {} : { setting }),
  }
}
