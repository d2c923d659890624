import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'

/**
 * How bytes are sealed. `aes-256-gcm`: NIST SP 800-38D. `sm4`: SM4 in counter mode (GB/T 32907, GB/T 17964) with HMAC-SM3 (GB/T 32905, GB/T 15852.2)
 * over what is sealed, because the OpenSSL of Node has no SM4-GCM.
 */
export const SUITES = ['aes-256-gcm', 'sm4'] as const
export type Suite = (typeof SUITES)[number]

/** Bytes of a key: that of AES; that of SM4 and that of the HMAC behind it. */
export const KEY_BYTES = { 'aes-256-gcm': 32, sm4: 16 + 32 } as const satisfies Record<Suite, number>

const GCM_NONCE = 12
const GCM_TAG = 16
const CTR_NONCE = 16
const MAC = 32
const SM4_KEY = 16

interface Keys {
  readonly cipher: KeyObject
  readonly mac: KeyObject
}

/** OpenSSL sets up a key that it is given as bytes anew each time, which costs several times what sealing a short value does. */
const prepared = new WeakMap<Buffer, Keys>()

function keysOf(suite: Suite, key: Buffer): Keys {
  const known = prepared.get(key)
  if (known) return known
  const isSm4 = suite === 'sm4'
  const keys = {
    cipher: createSecretKey(isSm4 ? key.subarray(0, SM4_KEY) : key),
    mac: createSecretKey(isSm4 ? key.subarray(SM4_KEY) : key),
  }
  prepared.set(key, keys)
  return keys
}

const NONCES = Buffer.alloc(4096)
let usedNonces = NONCES.length

/** Random bytes, of which no two calls get the same ones, to be used before the next call; asked for in one piece for many values. */
function newNonce(size: number): Buffer {
  if (usedNonces + size > NONCES.length) {
    randomFillSync(NONCES)
    usedNonces = 0
  }
  usedNonces += size
  return NONCES.subarray(usedNonces - size, usedNonces)
}

/**
 * Nonce, tag and ciphertext in one. Opens only with the same `context`, so that what was moved to another place does not.
 * @param free bytes that are left in front of it, for the caller to write
 */
export function sealBytes(suite: Suite, key: Buffer, bytes: Uint8Array, context: string, free = 0): Buffer {
  const { cipher, mac } = keysOf(suite, key)
  if (suite === 'aes-256-gcm') {
    const nonce = newNonce(GCM_NONCE)
    const sealing = createCipheriv('aes-256-gcm', cipher, nonce).setAAD(Buffer.from(context))
    const inner = sealing.update(bytes)
    sealing.final()
    return inOne(free, nonce, sealing.getAuthTag(), inner)
  }
  const nonce = newNonce(CTR_NONCE)
  const inner = createCipheriv('sm4-ctr', cipher, nonce).update(bytes)
  return inOne(free, nonce, macOf(mac, context, nonce, inner), inner)
}

function inOne(free: number, nonce: Buffer, tag: Buffer, inner: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(free + nonce.length + tag.length + inner.length)
  sealed.set(nonce, free)
  sealed.set(tag, free + nonce.length)
  sealed.set(inner, free + nonce.length + tag.length)
  return sealed
}

/** The bytes that were sealed. @throws where the key, the context or a byte is another */
export function openBytes(suite: Suite, key: Buffer, sealed: Buffer, context: string): Buffer {
  if (suite === 'aes-256-gcm') {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      keysOf(suite, key).cipher,
      sealed.subarray(0, GCM_NONCE),
      {
        authTagLength: GCM_TAG,
      },
    )
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(GCM_NONCE, GCM_NONCE + GCM_TAG))
    const inner = decipher.update(sealed.subarray(GCM_NONCE + GCM_TAG))
    decipher.final()
    return inner
  }
  const nonce = sealed.subarray(0, CTR_NONCE)
  const keys = keysOf(suite, key)
  const mac = sealed.subarray(CTR_NONCE, CTR_NONCE + MAC)
  const inner = sealed.subarray(CTR_NONCE + MAC)
  if (mac.length !== MAC || !timingSafeEqual(mac, macOf(keys.mac, context, nonce, inner)))
    throw new Error('what was sealed was changed, or sealed for another place')
  return createDecipheriv('sm4-ctr', keys.cipher, nonce).update(inner)
}

/** The context has its length before it: none can be continued by the bytes. */
function macOf(key: KeyObject, context: string, nonce: Buffer, inner: Buffer): Buffer {
  const told = Buffer.from(context)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(told.length)
  return createHmac('sm3', key).update(length).update(told).update(nonce).update(inner).digest()
}

/** A key for wrapping data keys, made from the 32 bytes of the settings by HMAC with the hash of the suite. */
export function wrappingKey(suite: Suite, master: Buffer): Buffer {
  const derive = (what: string): Buffer =>
    createHmac(suite === 'sm4' ? 'sm3' : 'sha256', master)
      .update(`trace-hub ${suite} ${what}`)
      .digest()
  return suite === 'sm4'
    ? Buffer.concat([derive('cipher').subarray(0, SM4_KEY), derive('mac')])
    : derive('cipher')
}
