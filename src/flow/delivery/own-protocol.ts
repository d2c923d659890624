import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Sending, Written } from '#core/mapping/mapping.ts'
import { readAnswer } from '#core/receiver/read-answer.ts'
import type { ReceiverProtocol } from '#core/receiver/receiver.ts'
import { signatureOf } from '#core/signing/signature.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { nextMessageNumbers } from '#store/sent-messages.ts'
import { readSystemSecret } from '#store/system-secrets.ts'
import type { Failure, Post, Proof, SendAnswer, Verdict } from './answer.ts'
import { writingMapping } from './backward-mapping.ts'
import type { Outgoing } from './batch.ts'
import { messageIdOf } from './event-id.ts'
import type { BackwardMapping, PreparedChanges } from './ports.ts'

/** What is sent to a receiver that speaks a protocol of its own. */
export interface OwnRequest {
  readonly url: string
  readonly allow: readonly string[]
  readonly linkId: string
  readonly outgoing: readonly Outgoing[]
  /** Null sends the canonical record as it is stored; so is `prepared`, its changes. */
  readonly mapping: BackwardMapping | null
  readonly prepared: PreparedChanges | null
  readonly proof: Proof
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** A receiver that is not sent batches of the hub's contract: with a protocol of its own, in a format of its own, or a folder. */
export interface OwnProtocol {
  /** Most records in one message. */
  readonly maxRecords: number
  send(request: OwnRequest): Promise<SendAnswer>
}

export interface OwnProtocolParts {
  readonly registry: Registry
  readonly pool: Pool
  readonly post: Post
  /** A text that no other message has. */
  readonly nonce?: () => string
}

const CHINA_OFFSET_MS = 8 * 3_600_000

/** Of a receiver of which nothing is told but its format: HTTP says whether it took a message. */
const PLAIN: ReceiverProtocol = { maxRecords: 500, voids: 'send', answer: null }

/**
 * The protocol of the system that a link's mapping writes for; null where it implements the hub's own contract, which carries JSON.
 */
export const ownProtocols =
  (parts: OwnProtocolParts) =>
  (mapping: string): OwnProtocol | null => {
    const found = writingMapping(parts.registry, mapping)
    if (!found) return null
    const { system, mapping: compiled } = found
    const protocol = system.receiver ?? (compiled.writes?.format === 'json' ? null : PLAIN)
    if (!protocol) return null
    return { maxRecords: protocol.maxRecords, send: (request) => send(parts, system, protocol, request) }
  }

/**
 * Sends the changes, one message for each group of records. A message that fails after others were answered takes nothing back from
 * them: its records, and those of the messages behind it, are put off.
 */
async function send(
  parts: OwnProtocolParts,
  system: InstalledSystem,
  protocol: ReceiverProtocol,
  request: OwnRequest,
): Promise<SendAnswer> {
  const { outgoing, prepared } = request
  if (!prepared) return { kind: 'failed', class: 'config', status: null, detail: 'the link has no mapping' }
  const changes = outgoing.map(({ change }) => change)
  const context = await sendingOf(parts, system, request.nowMs, prepared.messages(changes).length)
  if ('kind' in context) return context
  const verdicts = new Map<string, Verdict>()
  for (const [i, message] of prepared.messages(changes, context).entries()) {
    const events = message.records.map((place) => (outgoing[place] as Outgoing).event)
    const answer = await sendMessage(parts.post, protocol, request, message, events)
    if (answer.kind === 'failed' && i === 0) return answer
    // Nothing more is tried now; without a verdict these are put off like any that the receiver said nothing of.
    if (answer.kind === 'failed') return { kind: 'verdicts', verdicts: putOff(verdicts, outgoing, answer) }
    for (const [place, verdict] of answer.records) {
      const event = events[place]
      if (event !== undefined) verdicts.set(event, verdict)
    }
  }
  return { kind: 'verdicts', verdicts }
}

/** The verdicts with those of changes that were not sent, because something before them failed. */
export function putOff(
  verdicts: ReadonlyMap<string, Verdict>,
  outgoing: readonly Outgoing[],
  { detail, retryAfterMs }: Failure,
): Map<string, Verdict> {
  const all = new Map(verdicts)
  for (const { event } of outgoing)
    if (!all.has(event)) all.set(event, { verdict: 'retry', code: 'not_sent', detail, afterMs: retryAfterMs })
  return all
}

/** Facts and signature of the messages of one batch, or why they cannot be sent. */
async function sendingOf(
  { pool, nonce = randomNonce }: OwnProtocolParts,
  { id, sign: signing }: InstalledSystem,
  nowMs: number,
  count: number,
): Promise<{ sending: (i: number) => Sending; sign?: (text: string) => string | null } | SendAnswer> {
  const numbers = await nextMessageNumbers(pool, count)
  const at = `${new Date(nowMs + CHINA_OFFSET_MS).toISOString().slice(0, 19)}+08:00`
  const nonces = numbers.map(() => nonce())
  const sending = (i: number): Sending => ({
    at,
    nonce: nonces[i] ?? '',
    number: String(numbers[i]).padStart(6, '0'),
  })
  if (!signing) return { sending }
  const secret = await readSystemSecret(pool, id, signing.secret)
  if (secret === null) return noSecret(id, signing.secret)
  return { sending, sign: (text) => signatureOf(signing, secret, text) }
}

const randomNonce = (): string => randomBytes(8).toString('hex')

const noSecret = (system: string, name: string): SendAnswer => ({
  kind: 'failed',
  class: 'auth',
  status: null,
  detail: `the secret "${name}" of ${system} is not set: PATCH /v1/systems/${system}`,
})

async function sendMessage(
  post: Post,
  protocol: ReceiverProtocol,
  { url, allow, signal, proof }: OwnRequest,
  { text, bytes, contentType }: Written,
  events: readonly string[],
): Promise<
  | { readonly kind: 'verdicts'; readonly records: ReadonlyMap<number, Verdict> }
  | ({ readonly kind: 'failed' } & Failure)
> {
  const posted = await post({
    url,
    allow,
    body: bytes ?? text,
    contentType,
    proof: { ...proof, messageId: messageIdOf(events) },
    signal,
  })
  if (posted.kind === 'failed') return posted
  if (!protocol.answer) return { kind: 'verdicts', records: new Map(events.map((_, i) => [i, OK])) }
  const answer = readAnswer(protocol.answer, posted.body)
  if (answer.kind === 'verdicts') return answer
  const { code, detail } = answer
  return { kind: 'failed', class: answer.class, status: posted.status, detail, ...(code ? { code } : {}) }
}

const OK: Verdict = { verdict: 'ok' }
