import type { FastifyRequest } from 'fastify'
import { createHeadReader, headOf, type SoapHead } from '#adapters/push/soap/head.ts'
import type { SoapContract, SoapFault, SoapVersion } from '#core/answer/answer.ts'
import { SOAP_REASONS } from '#core/answer/soap-reasons.ts'
import { HubError } from '#core/errors.ts'

/** A refusal of the envelope, not of what is in it. */
class EnvelopeRefused extends HubError {
  readonly fault: SoapFault
  constructor(fault: SoapFault, why: keyof typeof SOAP_REASONS, path: string) {
    const { reason, fix } = SOAP_REASONS[why]
    super('unreadable_message', { issues: [{ path, code: 'E_SCHEMA', reason: reason.en, fix: fix.en }] })
    this.fault = fault
  }
}

export const envelopeFault = (error: HubError): SoapFault | undefined =>
  error instanceof EnvelopeRefused ? error.fault : undefined

/** The version in which a request is answered: that of its envelope, else that of its content type. */
export function soapVersionOf({ body, headers }: Pick<FastifyRequest, 'body' | 'headers'>): SoapVersion {
  const version = Buffer.isBuffer(body) ? headOf(body).version : null
  // One of no known version is answered in the version that everybody reads.
  if (version === 'other') return '1.1'
  return version ?? (/^\s*application\/soap\+xml/i.test(headers['content-type'] ?? '') ? '1.2' : '1.1')
}

/**
 * Refuses an envelope that the service is not described for, before anything of it is stored.
 * @throws HubError
 */
export function checkEnvelopeHead(head: SoapHead, { operation }: SoapContract): void {
  const [header] = head.notUnderstood
  if (head.version === 'other') throw new EnvelopeRefused('version', 'version', 'Envelope')
  if (header !== undefined) throw new EnvelopeRefused('must-understand', 'header', `Header/${header}`)
  if (head.operation !== null && head.operation !== operation)
    throw new EnvelopeRefused('sender', 'operation', `Body/${head.operation}`)
}

/** The same of an envelope that comes in pieces: nothing of it is handed on before its head was looked at. */
export async function* withCheckedHead(
  chunks: AsyncIterable<Uint8Array>,
  contract: SoapContract,
): AsyncGenerator<Uint8Array> {
  const reader = createHeadReader()
  const held: Uint8Array[] = []
  let isKnown = false
  for await (const chunk of chunks) {
    if (!isKnown) {
      // A chunk is there until the next is asked for.
      held.push(Buffer.from(chunk))
      isKnown = reader.feed(chunk)
      if (!isKnown) continue
      checkEnvelopeHead(reader.head(), contract)
      yield* held
    } else yield chunk
  }
  if (!isKnown) yield* held
}
