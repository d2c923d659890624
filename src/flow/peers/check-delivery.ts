import type { Pool } from 'pg'
import { type SignatureFault, verify } from '#adapters/http/signature.ts'
import { HubError } from '#core/errors.ts'
import { readSystemSecret } from '#store/system-secrets.ts'

/** Name of the secret of a peer's system with which its deliveries are signed; several, joined by blanks, while it is changed. */
export const PEER_SECRET = 'webhook'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * Refuses a delivery that is not signed with the secret that is set for the peer, or not now; without a secret its key alone is asked for.
 * @throws HubError
 */
export async function checkDelivery(
  pool: Pool,
  system: string,
  delivery: { readonly headers: Headers; readonly bytes: Uint8Array; readonly nowMs: number },
): Promise<void> {
  const secret = await readSystemSecret(pool, system, PEER_SECRET)
  if (secret === null) return
  const fault = faultOf(secret.trim().split(/\s+/), delivery)
  if (fault !== null) throw new HubError('delivery_unsigned', { detail: SENTENCES[fault] })
}

function faultOf(
  secrets: readonly string[],
  {
    headers,
    bytes,
    nowMs,
  }: { readonly headers: Headers; readonly bytes: Uint8Array; readonly nowMs: number },
): SignatureFault | null {
  try {
    return verify(secrets, headers, bytes, Math.floor(nowMs / 1000))
  } catch {
    // The secret that was set is none of Standard Webhooks, so nothing fits it.
    return 'wrong'
  }
}

const SENTENCES: Record<SignatureFault, string> = {
  missing: 'the headers webhook-id, webhook-timestamp and webhook-signature are needed',
  malformed: 'webhook-timestamp is no time in seconds, or webhook-id is empty',
  'too-old': 'webhook-timestamp is more than 5 minutes ago by the clock of this hub',
  'too-new': 'webhook-timestamp is more than 5 minutes ahead of the clock of this hub',
  wrong: 'no signature fits the secret of this peer',
}
