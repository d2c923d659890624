import { randomUUID } from 'node:crypto'
import type { Sent } from '#store/deliveries.ts'
import type { Lease } from '#store/link-lease.ts'
import { type LinkTransport, secretsAt } from '#store/link-secrets.ts'
import type { Send, SendAnswer } from './answer.ts'
import type { Batch, Outgoing } from './batch.ts'
import { messageIdOf } from './event-id.ts'
import type { OwnProtocol } from './own-protocol.ts'
import type { BackwardMapping, Clock, PreparedChanges } from './ports.ts'

/** What is known of a request whatever its answer. */
export type Request = Pick<Sent, 'id' | 'startedAtMs' | 'fromPosition' | 'toPosition' | 'changes' | 'ms'>

/** Sends a batch that is not empty, and tells how long it took. */
export async function sendBatch(
  parts: {
    readonly send: Send
    readonly own: OwnProtocol | null
    readonly clock: Clock
    readonly lease: Lease
    readonly transport: LinkTransport
    readonly mapping: BackwardMapping | null
    readonly signal: AbortSignal
  },
  batch: Batch,
  prepared: PreparedChanges | null,
): Promise<{ readonly answer: SendAnswer; readonly request: Request }> {
  const startedAtMs = parts.clock.now()
  const started = performance.now()
  const first = batch.outgoing[0] as Outgoing
  const last = batch.outgoing.at(-1) as Outgoing
  const { url, allowAddress: allow, linkId } = parts.lease
  const proof = {
    secret: secretsAt(parts.transport, startedAtMs),
    token: parts.transport.token,
    messageId: messageIdOf(batch.outgoing.map(({ event }) => event)),
    timestamp: Math.floor(startedAtMs / 1000),
  }
  const to = { url, allow, signal: parts.signal }
  const { own, mapping } = parts
  const answer = own
    ? await own.send({
        ...to,
        linkId,
        outgoing: batch.outgoing,
        mapping,
        prepared,
        proof,
        nowMs: startedAtMs,
      })
    : await parts.send({ ...to, ...proof, batch: batch.text })
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
