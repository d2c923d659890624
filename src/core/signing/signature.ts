import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { memberSpan, memberText } from '#core/json-member.ts'
import type { Signing } from './signing.ts'

/** The signature of a JSON text by a system's rules; null where a member that is signed is not there. */
export function signatureOf(signing: Signing, secret: string, text: string): string | null {
  const hmac = createHmac('sha256', secret)
  for (const { member, digest } of signing.over) {
    const part = digest ? digestOf(text, member) : memberText(text, member)
    if (part === null || part === undefined) return null
    hmac.update(part)
  }
  return hmac.digest(signing.encoding)
}

function digestOf(text: string, member: readonly string[]): string | null {
  const span = memberSpan(text, member)
  return span && createHash('sha256').update(text.slice(span.start, span.end)).digest('hex')
}

/** Why a message is not believed; null where its signature fits. The comparison takes the same time wherever the difference is. */
export function signatureFault(signing: Signing, secret: string, text: string): 'missing' | 'wrong' | null {
  const given = memberText(text, signing.at)
  if (given === undefined) return 'missing'
  const wanted = signatureOf(signing, secret, text)
  if (wanted === null) return 'wrong'
  const spelt = signing.encoding === 'hex' ? given.toLowerCase() : given
  return timingSafeEqual(sha256(spelt), sha256(wanted)) ? null : 'wrong'
}

/** Of the same length whatever was sent. */
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
