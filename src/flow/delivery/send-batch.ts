import { randomUUID } from 'node:crypto'
import type { Sent } from '#store/deliveries.ts'
import type { Lease } from '#store/link-lease.ts'
import type { Send, SendAnswer } from './answer.ts'
import type { Batch, Outgoing } from './batch.ts'
import { messageIdOf } from './event-id.ts'
import type { Clock } from './ports.ts'

/** What is known of a request whatever its answer. */
export type Request = Pick<Sent, 'id' | 'startedAtMs' | 'fromPosition' | 'toPosition' | 'changes' | 'ms'>

/** Sends a batch that is not empty, and tells how long it took. */
export async function sendBatch(
  parts: { readonly send: Send; readonly clock: Clock; readonly lease: Lease; readonly signal: AbortSignal },
  batch: Batch,
): Promise<{ readonly answer: SendAnswer; readonly request: Request }> {
  const startedAtMs = parts.clock.now()
  const started = performance.now()
  const first = batch.outgoing[0] as Outgoing
  const last = batch.outgoing.at(-1) as Outgoing
  const answer = await parts.send({
    url: parts.lease.url,
    allow: parts.lease.allowAddress,
    secret: parts.lease.secret,
    batch: batch.text,
    messageId: messageIdOf(batch.outgoing.map(({ event }) => event)),
    timestamp: Math.floor(startedAtMs / 1000),
    signal: parts.signal,
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
