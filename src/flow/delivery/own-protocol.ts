import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import type { Sending, Written } from '#core/mapping/mapping.ts'
import { readAnswer } from '#core/receiver/read-answer.ts'
import type { ReceiverProtocol } from '#core/receiver/receiver.ts'
import { signatureOf } from '#core/signing/signature.ts'
import type { InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { nextMessageNumbers } from '#store/sent-messages.ts'
import { readSystemSecret } from '#store/system-secrets.ts'
import type { Failure, Post, SendAnswer, Verdict } from './answer.ts'
import { writingMapping } from './backward-mapping.ts'
import type { Outgoing } from './batch.ts'
import type { PreparedChanges } from './ports.ts'

/** What is sent to a receiver that speaks a protocol of its own. */
export interface OwnRequest {
  readonly url: string
  readonly allow: readonly string[]
  readonly outgoing: readonly Outgoing[]
  readonly prepared: PreparedChanges
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** A receiver with a protocol of its own, as the `receiver:` block of its system tells it. */
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

/** The protocol of the system that a link's mapping writes for; null where it implements the hub's own contract. */
export const ownProtocols =
  (parts: OwnProtocolParts) =>
  (mapping: string): OwnProtocol | null => {
    const system = writingMapping(parts.registry, mapping)?.system
    const protocol = system?.receiver
    if (!system || !protocol) return null
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
  const changes = outgoing.map(({ change }) => change)
  const context = await sendingOf(parts, system, request.nowMs, prepared.messages(changes).length)
  if ('kind' in context) return context
  const verdicts = new Map<string, Verdict>()
  for (const [i, message] of prepared.messages(changes, context).entries()) {
    const events = message.records.map((place) => (outgoing[place] as Outgoing).event)
    const answer = await sendMessage(parts.post, protocol, request, message)
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

function putOff(
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
  { url, allow, signal }: OwnRequest,
  { text, contentType }: Written,
): Promise<
  | { readonly kind: 'verdicts'; readonly records: ReadonlyMap<number, Verdict> }
  | ({ readonly kind: 'failed' } & Failure)
> {
  const posted = await post({ url, allow, body: text, contentType, signal })
  if (posted.kind === 'failed') return posted
  const answer = readAnswer(protocol, posted.body)
  if (answer.kind === 'verdicts') return answer
  const { code, detail } = answer
  return { kind: 'failed', class: answer.class, status: posted.status, detail, ...(code ? { code } : {}) }
}
