import type { Pool } from 'pg'
import { listSharedSigners } from '#store/signing-keys.ts'
import { ok, type Reading, wrong } from './reading.ts'

/** Whether a signed message says of which system it is: not where two systems have one key. */
export async function checkSigners(pool: Pool): Promise<Reading> {
  const check = 'signing.keys'
  const shared = await listSharedSigners(pool)
  if (shared.length === 0)
    return ok(check, 'No two systems share a signing key.', '没有两个系统共用签名密钥。')
  const named = (between: string, joined: string): string =>
    shared.map((systems) => systems.join(between)).join(joined)
  return wrong(
    'warn',
    check,
    [
      `Systems that share a signing key, so that a signed message of one counts for the other: ${named(', ', '; ')}.`,
      `以下系统共用签名密钥，一方的签名报文对另一方同样有效：${named('、', '；')}。`,
    ],
    [
      'Give all but one of them a key of its own (POST /v1/systems/{id}/signing-keys), then revoke the shared one there.',
      '请为除一方之外的系统登记各自的密钥（POST /v1/systems/{id}/signing-keys），再在该处吊销共用的密钥。',
    ],
  )
}
