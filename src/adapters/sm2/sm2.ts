import { hexOf } from '#core/der/der.ts'
import { isSm2Point, readSm2Signature, sm2Digest } from '#core/signing/sm2.ts'
import { askSm2 } from './threads.ts'

/** A signature that may have been made with SM2 and SM3. */
export interface Sm2Signed {
  /** 65 bytes: 04, x and y. */
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  /** DER, or r and s in 64 bytes. */
  readonly signature: Uint8Array
  /** Identity of the signer; the usual one where none was agreed on. */
  readonly id?: string
}

/** Whether a signature fits. What is no signature or no key is refused before a thread is asked. @throws HubError `overloaded` */
export async function verifySm2({ publicKey, message, signature, id }: Sm2Signed): Promise<boolean> {
  const rs = readSm2Signature(signature)
  if (rs === null || !isSm2Point(publicKey)) return false
  const digest = sm2Digest(publicKey, message, id)
  const { fits } = await askSm2({
    ask: 'verify',
    publicKey: hexOf(publicKey),
    digest,
    signature: rs.toString('hex'),
  })
  return fits
}

/** Signs with SM2 and SM3, in 64 bytes: r and s. @throws HubError `overloaded`; TypeError where the key is none */
export async function signSm2(
  keys: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array; readonly id?: string },
  message: Uint8Array,
): Promise<Buffer> {
  const digest = sm2Digest(keys.publicKey, message, keys.id)
  const { signature } = await askSm2({ ask: 'sign', privateKey: hexOf(keys.privateKey), digest })
  if (signature === undefined) throw new TypeError('this is no private key of SM2')
  return Buffer.from(signature, 'hex')
}
