import type { Pool } from 'pg'
import type { DecodeRefusal } from '#adapters/push/refusal.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { advanceChannel, type ChannelStep } from '#store/channels.ts'
import { inTransaction } from '#store/database.ts'
import { isUnavailable } from '#store/database-errors.ts'
import { insertMessages, type MessageRow, setMessageProblem } from '#store/intake.ts'

/**
 * Keeps the bytes of a message that cannot be read or believed as a whole, with its problem, and throws what the sender is told. Nothing of it
 * became a record; its counts are zero.
 */
export async function refuse(
  pool: Pool,
  message: Pick<
    MessageRow,
    'id' | 'receivedAtMs' | 'system' | 'record' | 'mapping' | 'keyId' | 'contentType' | 'sha256' | 'bytes'
  >,
  refusal: DecodeRefusal,
  channel?: ChannelStep,
): Promise<never> {
  const issue: Issue = { path: refusal.at, code: refusal.code, reason: refusal.reason, fix: refusal.fix }
  const row: MessageRow = {
    ...message,
    encoding: 'unknown',
    state: 'refused',
    received: 0,
    accepted: 0,
    unchanged: 0,
    rejected: 0,
    results: '[]',
    problem: null,
  }
  try {
    await inTransaction(pool, async (client) => {
      await insertMessages(client, [row])
      await setMessageProblem(client, row.id, row.receivedAtMs, JSON.stringify(issue))
      if (channel) await advanceChannel(client, channel, { received: 0, rejected: 0, refused: 1 })
    })
  } catch (error) {
    if (isUnavailable(error)) throw new HubError('unavailable', { retryAfterMs: 2000, cause: error })
    throw error
  }
  throw new HubError(refusal.code === 'E_SIGN' ? 'bad_signature' : 'unreadable_message', {
    detail: `${refusal.reason} (${refusal.at})`,
    issues: [issue],
    members: { receipt: message.id },
  })
}
