import type { FastifyReply, FastifyRequest } from 'fastify'
import { decode, isText } from '#adapters/push/decode.ts'
import { messageText } from '#adapters/push/message-text.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { AnswerFacts, SystemAnswer } from '#core/answer/answer.ts'
import { ERRORS, type HubError } from '#core/errors.ts'
import { memberText } from '#core/json-member.ts'
import type { Row } from '#core/mapping/run/run.ts'
import type { Receipt, SourceResult } from '#core/receipt.ts'
import type { SourceValue } from '#core/source.ts'
import type { InstalledRecord, Registry } from '#flow/systems/registry.ts'
import type { Language } from './language.ts'
import { CHALLENGES, setProblemHeaders } from './problem.ts'
import { envelopeFault, soapVersionOf } from './soap/fault.ts'
import { spokenIn, spokenIssues } from './spoken.ts'

export interface PushParams {
  readonly system: string
  readonly record: string
}
type Push = FastifyRequest & { readonly params: PushParams }

/** The answer that the sender of this push waits for; undefined where it is the hub's own. */
export function ownAnswerOf(registry: Registry, { system, record }: PushParams): SystemAnswer | undefined {
  const installed = registry.system(system)
  const own = installed?.records.get(record)?.answer ?? installed?.answer
  return own === 'receipt' ? undefined : own
}

/** Answers a message that was taken in the words of its sender. What became of each record stays readable at the receipt. */
export function sendTaken(
  parts: { readonly own: SystemAnswer; readonly registry: Registry; readonly language: Language },
  request: Push,
  reply: FastifyReply,
  receipt: Receipt,
): FastifyReply {
  const { own } = parts
  const none = receipt.received > 0 && receipt.rejected === receipt.received
  const { received, accepted, unchanged, rejected } = receipt
  const language = spokenIn(request, parts.language)
  reply.header('location', `/v1/receipts/${receipt.receipt}`)
  return send(own, request, reply, {
    shape: none && own.has.rejected ? 'rejected' : 'taken',
    message: {
      receipt: receipt.receipt,
      received: String(received),
      accepted: String(accepted),
      unchanged: String(unchanged),
      rejected: String(rejected),
      message: repeated(own, request, recordOf(parts.registry, request)),
    },
    results: receipt.results.map((result) => resultRow(result, language)),
    fault: 'sender',
  })
}

/**
 * Answers a message that was not taken in the words of its sender. Where it says nothing in them about coming again, a refusal that passes by
 * itself keeps its HTTP status even for a sender that wants 200: taken for a refusal for good, its records would be lost.
 */
export function sendRefused(
  parts: { readonly own: SystemAnswer; readonly registry: Registry; readonly language: Language },
  request: Push,
  reply: FastifyReply,
  error: HubError,
): FastifyReply {
  const { own } = parts
  const record = recordOf(parts.registry, request)
  const records = error.retryable && own.has.later ? countIn(request, record) : 0
  const { status, title } = ERRORS[error.code]
  setProblemHeaders(reply, error)
  if (own.always200 && (!error.retryable || records > 0)) reply.code(200)
  // A client asks its user for a key on 401 only.
  else reply.code(own.faults500 && status !== 401 ? 500 : status)
  if (own.contract && status === 401) reply.header('www-authenticate', CHALLENGES)
  const language = spokenIn(request, parts.language)
  const [issue] = spokenIssues(error.parts.issues ?? [], language)
  const receipt = error.parts.members?.['receipt']
  if (typeof receipt === 'string') reply.header('location', `/v1/receipts/${receipt}`)
  return send(own, request, reply, {
    shape: records > 0 ? 'later' : 'refused',
    message: {
      error: error.code,
      title: title[language],
      reason: issue?.reason ?? title[language],
      ...(issue ? { place: issue.path } : {}),
      ...(typeof receipt === 'string' ? { receipt } : {}),
      message: repeated(own, request, record),
    },
    results: Array.from({ length: records }, (_, i) => ({ index: String(i), result: 'later' })),
    fault: envelopeFault(error) ?? (error.actor === 'sender' ? 'sender' : 'receiver'),
  })
}

function send(
  own: SystemAnswer,
  request: Push,
  reply: FastifyReply,
  facts: Omit<AnswerFacts, 'soap'>,
): FastifyReply {
  const { contentType, text } = own.write({ ...facts, soap: soapVersionOf(request) })
  return reply.type(contentType).serializer(asItIs).send(text)
}

const asItIs = (text: string): string => text

const recordOf = (registry: Registry, { params }: Push): InstalledRecord | undefined =>
  registry.system(params.system)?.records.get(params.record)

function resultRow({ index, key, result, issues }: SourceResult, language: Language): Row {
  const [issue] = result === 'rejected' ? spokenIssues(issues ?? [], language) : []
  return {
    index: String(index),
    result,
    ...(key ? { key: key.join('/') } : {}),
    ...(issue ? { code: issue.code, reason: issue.reason, place: issue.path } : {}),
  }
}

/** What of the message its answer repeats. */
function repeated(own: SystemAnswer, { body }: Push, record: InstalledRecord | undefined): SourceValue {
  const values: { [name: string]: SourceValue } = {}
  if (own.repeats.length === 0 || !Buffer.isBuffer(body)) return values
  const text = messageText(body, record?.mapping?.read ?? { format: 'json' })
  for (const path of text === null ? [] : own.repeats) {
    const value = memberText(text ?? '', path)
    if (value === undefined) continue
    let inner = values
    for (const step of path.slice(0, -1)) {
      inner[step] ??= {}
      inner = inner[step] as { [name: string]: SourceValue }
    }
    inner[path.at(-1) as string] = value
  }
  return values
}

/** Records in the message, as far as that can be told; 0 where it cannot. */
function countIn({ body }: Push, record: InstalledRecord | undefined): number {
  const read = record?.mapping?.read
  if (!read || !isText(read) || !Buffer.isBuffer(body)) return 0
  try {
    return decode(body, read).records.length
  } catch (error) {
    if (error instanceof DecodeRefusal) return 0
    throw error
  }
}
