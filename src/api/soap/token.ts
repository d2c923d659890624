import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { createHeadReader, type SoapHead } from '#adapters/push/soap/head.ts'
import type { Callers } from '#api/auth.ts'
import { codingOf } from '#api/content-coding.ts'
import { admit } from '#api/scopes.ts'
import { HubError } from '#core/errors.ts'

/** Whether a request without a key in its header may bring it in the security header of its envelope. */
export const mayBringToken = ({ headers }: FastifyRequest): boolean =>
  /^\s*(?:text\/xml|application\/soap\+xml)\b/i.test(headers['content-type'] ?? '') &&
  codingOf(headers['content-encoding']) === 'identity'

/**
 * Lets a caller in by the password of a UsernameToken, which is the key. No more of the body is read for it than the head of the envelope.
 * @throws HubError
 */
export async function admitByToken(
  callers: Callers,
  request: FastifyRequest,
  payload: Readable,
): Promise<void> {
  const { token } = await peekHead(payload)
  if (token === null) throw new HubError('unauthenticated')
  if (token.type === 'PasswordDigest')
    // Only the SHA-256 of a key is kept: there is nothing that the digest could be compared with.
    throw new HubError('unauthenticated', { detail: 'send the key as PasswordText, not as PasswordDigest' })
  const refused = admit(request, await callers.ofKey(token.password))
  if (refused) throw refused
}

/** One that sends its head byte by byte has no key. */
const CHUNKS_MAX = 1000

/** The head of an envelope that is coming in. Everything stays in the stream. */
async function peekHead(payload: Readable): Promise<SoapHead> {
  const reader = createHeadReader()
  const taken: Buffer[] = []
  for (;;) {
    const chunk = payload.read() as Buffer | null
    if (chunk === null) {
      if (await readable(payload)) continue
      throw new HubError('unauthenticated', { detail: 'the envelope ends before its body' })
    }
    taken.push(chunk)
    if (!reader.feed(chunk) && taken.length < CHUNKS_MAX) continue
    payload.unshift(Buffer.concat(taken))
    return reader.head()
  }
}

/** Whether there may be more to read. */
function readable(payload: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    if (payload.readableEnded || payload.destroyed) {
      resolve(false)
      return
    }
    const settle = (more: boolean) => () => {
      payload.off('readable', onReadable).off('end', onEnd).off('error', onEnd).off('close', onEnd)
      resolve(more)
    }
    const onReadable = settle(true)
    const onEnd = settle(false)
    payload.on('readable', onReadable).on('end', onEnd).on('error', onEnd).on('close', onEnd)
  })
}
