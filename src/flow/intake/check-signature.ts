import type { Pool } from 'pg'
import { messageText } from '#adapters/push/message-text.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { REASONS } from '#core/mapping/reasons.ts'
import { signatureFault } from '#core/signing/signature.ts'
import type { Signing } from '#core/signing/signing.ts'
import type { ReadOptions } from '#core/source.ts'
import { readSystemSecret } from '#store/system-secrets.ts'

/**
 * Refuses a message whose signature does not fit, where a secret is set for its system; without one nothing can be compared.
 * Called after the message was decoded, so that a text that is cut is told as such and not as forged.
 * @throws DecodeRefusal
 */
export async function checkSignature(
  pool: Pool,
  signing: Signing,
  message: { readonly system: string; readonly bytes: Uint8Array; readonly read: ReadOptions },
): Promise<void> {
  const secret = await readSystemSecret(pool, message.system, signing.secret)
  if (secret !== null) refuseUnsigned(signing, secret, message)
}

/** The same with the secret in hand. @throws DecodeRefusal */
export function refuseUnsigned(
  signing: Signing,
  secret: string,
  { bytes, read }: { readonly bytes: Uint8Array; readonly read: ReadOptions },
): void {
  const fault = signatureFault(signing, secret, messageText(bytes, read) ?? '')
  if (fault === null) return
  const { reason, fix } = fault === 'missing' ? REASONS.no_signature : REASONS.bad_signature
  const field = read.format === 'form' ? (read.form?.field ?? 'data') : ''
  throw new DecodeRefusal('E_SIGN', `${field}/${signing.at.join('/')}`, reason.en, fix.en)
}
