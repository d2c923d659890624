import type { Pool } from 'pg'
import { type SignatureFault, signaturesOf, TOLERANCE_SECONDS, verify } from '#adapters/http/signature.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { verifySm2 } from '#adapters/sm2/sm2.ts'
import { REASONS } from '#core/mapping/reasons.ts'
import type { SignerKey } from '#store/signing-keys.ts'
import { signersOf } from './known-signers.ts'

/** The scheme of SM2 is none of Standard Webhooks, so its name is none of theirs. */
const SM2_SCHEME = 'vsm2'
/** Each costs a check of milliseconds. */
const SM2_SIGNATURES_MAX = 2
/** Printable ASCII without blanks and full stops: a full stop would let an id end elsewhere in what is signed. */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/

/** Clocks of two processes of a hub may differ by so much, and seconds are cut off where a time is compared. */
const CLOCKS_APART_MS = 60_000
/** How long the id of a signed message is remembered: as long as a signature with it can count, by the farthest clock. */
export const NONCE_KEPT_MS = 2 * TOLERANCE_SECONDS * 1000 + CLOCKS_APART_MS

export type SignedHeaders = Readonly<Record<string, string | string[] | undefined>>

/** A message of a system, with the headers that it came with. */
export interface MaybeSigned {
  readonly system: string
  readonly bytes: Uint8Array
  readonly headers: SignedHeaders
  readonly nowMs: number
}

/** Whether the body of a message must be whole before anything of it is believed. */
export async function isSigned(
  pool: Pool,
  { system, headers, nowMs }: Pick<MaybeSigned, 'system' | 'headers' | 'nowMs'>,
): Promise<boolean> {
  const { required, keys } = await signersOf(pool, system, nowMs)
  return required || (keys.length > 0 && headers['webhook-signature'] !== undefined)
}

/**
 * Believes a message only where one of its signatures fits a key of its system, and its time is near. Gives its id, which may be used once; null
 * where the system neither must sign nor did, or has no key that could be compared with.
 * @throws DecodeRefusal
 */
export async function checkSigner(pool: Pool, message: MaybeSigned): Promise<string | null> {
  const { required, keys } = await signersOf(pool, message.system, message.nowMs)
  const { headers } = message
  if (!required && (keys.length === 0 || headers['webhook-signature'] === undefined)) return null
  const fault = await faultOf(
    keys.filter(({ endsAtMs }) => endsAtMs === null || endsAtMs > message.nowMs),
    message,
  )
  if (fault !== null) throw refusalOf(fault)
  return headers['webhook-id'] as string
}

async function faultOf(
  keys: readonly SignerKey[],
  { headers, bytes, nowMs }: MaybeSigned,
): Promise<SignatureFault | null> {
  const plain = keys.filter(({ scheme }) => scheme !== SM2_SCHEME).map(({ material }) => material)
  const fault = verify(plain, headers, bytes, Math.floor(nowMs / 1000))
  const id = headers['webhook-id']
  if (fault !== 'missing' && !(typeof id === 'string' && ID.test(id))) return 'malformed'
  if (fault !== 'wrong') return fault
  return (await fitsSm2(keys, headers, bytes)) ? null : 'wrong'
}

/** Asked last, and only where the time is near: SM2 costs a thousand times what HMAC does. */
async function fitsSm2(
  keys: readonly SignerKey[],
  headers: SignedHeaders,
  bytes: Uint8Array,
): Promise<boolean> {
  const own = keys.filter(({ scheme }) => scheme === SM2_SCHEME)
  const signatures = signaturesOf(String(headers['webhook-signature']), SM2_SCHEME).slice(
    0,
    SM2_SIGNATURES_MAX,
  )
  if (own.length === 0 || signatures.length === 0) return false
  const message = Buffer.concat([
    Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`),
    bytes,
  ])
  for (const { material, signer } of own) {
    const publicKey = Buffer.from(material, 'hex')
    for (const signature of signatures)
      if (await verifySm2({ publicKey, message, signature, ...(signer === null ? {} : { id: signer }) }))
        return true
  }
  return false
}

const REASON = {
  missing: 'no_signature_headers',
  malformed: 'bad_signature_headers',
  'too-old': 'signature_too_old',
  'too-new': 'signature_too_new',
  wrong: 'no_signature_fits',
} as const satisfies Record<SignatureFault, keyof typeof REASONS>

const PLACE: Record<SignatureFault, string> = {
  missing: 'webhook-signature',
  malformed: 'webhook-id',
  'too-old': 'webhook-timestamp',
  'too-new': 'webhook-timestamp',
  wrong: 'webhook-signature',
}

function refusalOf(fault: SignatureFault): DecodeRefusal {
  const { reason, fix } = REASONS[REASON[fault]]
  return new DecodeRefusal('E_SIGN', PLACE[fault], reason.en, fix.en)
}
