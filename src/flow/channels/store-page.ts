import { setTimeout as pauseFor } from 'node:timers/promises'
import { AdapterError, type Page, type Taken } from '#adapters/adapter.ts'
import { HubError } from '#core/errors.ts'
import type { Receipt } from '#core/receipt.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { ChannelStep } from '#store/channels.ts'

/** Busy for this long in all is a failure of the run, which comes again. */
const TRIES = 6

/**
 * Stores a page as a message, with the state behind it in the same transaction where the channel has one. What cannot be read is kept as
 * a refused message. A hub that is busy is waited for.
 * @throws AdapterError `config` where the record is not known; HubError where the hub cannot take it for now; ChannelLost
 */
export async function storePage(
  intake: Pick<Intake, 'push' | 'pushLarge'>,
  page: Page & { readonly bytes: NonNullable<Page['bytes']> },
  target: { readonly system: string; readonly record: string; readonly step?: ChannelStep },
  signal: AbortSignal,
): Promise<Taken> {
  const { system, record, step } = target
  const request = {
    system,
    record,
    contentType: page.contentType,
    keyId: null,
    ...(step ? { channel: step } : {}),
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const { bytes } = page
      const receipt =
        bytes instanceof Uint8Array
          ? await intake.push({ ...request, bytes })
          : await intake.pushLarge({ ...request, chunks: bytes })
      return takenOf(receipt)
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      const receipt = error.parts.members?.['receipt']
      if (error.code === 'unreadable_message' && typeof receipt === 'string')
        return { receipt, state: 'refused', received: 0, rejected: 0 }
      if (error.code === 'unknown_record' || error.code === 'unknown_system')
        throw new AdapterError(
          'config',
          `${system} has no record "${record}" that takes messages: add its mapping, or name another record in the channel`,
        )
      // It will never fit, so the others must not wait behind it; what was read stands at the source as it was.
      if (error.code === 'too_large' || error.code === 'empty_body')
        return { receipt: null, state: 'refused', received: 0, rejected: 0 }
      // Pieces come once; the adapter gives them again in the next run.
      const again = page.bytes instanceof Uint8Array && error.code === 'busy' && attempt < TRIES
      if (!again || signal.aborted) throw error
      await pauseFor((error.parts.retryAfterMs ?? 1000) * attempt, undefined, { signal }).catch(() => {})
    }
  }
}

const takenOf = ({ receipt, state, received, rejected }: Receipt): Taken => ({
  receipt,
  state: state === 'done' ? 'done' : 'waiting',
  received,
  rejected,
})
