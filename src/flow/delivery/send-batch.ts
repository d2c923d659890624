import { randomUUID } from 'node:crypto'
import type { Sent } from '#store/deliveries.ts'
import type { Lease } from '#store/link-lease.ts'
import type { Send, SendAnswer } from './answer.ts'
import type { Batch, Outgoing } from './batch.ts'
import { messageIdOf } from './event-id.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { Clock, PreparedChanges } from './ports.ts'

/** What is known of a request whatever its answer. */
export type Request = Pick<Sent, 'id' | 'startedAtMs' | 'fromPosition' | 'toPosition' | 'changes' | 'ms'>

/** Sends a batch that is not empty, and tells how long it took. */
export async function sendBatch(
  parts: {
    readonly send: Send
    readonly own: OwnProtocol | null
    readonly clock: Clock
    readonly lease: Lease
    readonly signal: AbortSignal
  },
  batch: Batch,
  prepared: PreparedChanges | null,
): Promise<{ readonly answer: SendAnswer; readonly request: Request }> {
  const startedAtMs = parts.clock.now()
  const started = performance.now()
  const first = batch.outgoing[0] as Outgoing
  const last = batch.outgoing.at(-1) as Outgoing
  const { url, allowAddress: allow, secret } = parts.lease
  const to = { url, allow, signal: parts.signal }
  const answer =
    parts.own && prepared
      ? await parts.own.send({ ...to, outgoing: batch.outgoing, prepared, nowMs: startedAtMs })
      : await parts.send({
          ...to,
          secret,
          batch: batch.text,
          messageId: messageIdOf(batch.outgoing.map(({ event }) => event)),
          timestamp: Math.floor(startedAtMs / 1000),
        })
  const request = {
    id: randomUUID(),
    startedAtMs,
    fromPosition: first.change.position,
    toPosition: last.change.position,
    changes: batch.outgoing.length,
    ms: Math.round(performance.now() - started),
  }
  return { answer, request }
}
