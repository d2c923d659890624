import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verify as verifyWebhook } from '#adapters/http/signature.ts'
import { readDer } from '#core/der/der.ts'
import { der, derInteger } from '#core/der/write.ts'
import { type Algorithm, fits } from '#core/pki/algorithm.ts'
import { jwtFits } from '#core/signing/jwt.ts'
import { isSm2Point } from '#core/signing/sm2.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const b = (number: bigint, bytes = 32): Buffer => hex(number.toString(16).padStart(bytes * 2, '0'))
const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
/** What CMS, X.509 and revocation lists ask. */
const doesFit = (algorithm: Algorithm, spki: Buffer, message: Buffer, signature: Buffer): Promise<boolean> =>
  fits(algorithm, readDer(spki), { message, signature }, async () => false)
const jwt = (algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA', signed: Buffer, signature: Buffer) =>
  ({ algorithm, keyId: undefined, claims: {}, signed, signature }) as const

// RFC 6979, A.2.5: P-256 with SHA-256, "sample".
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const R = 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n
const S = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n
const X = hex('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6')
const Y = hex('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299')
const SAMPLE = Buffer.from('sample')
const P256 = createPublicKey({
  key: { kty: 'EC', crv: 'P-256', x: X.toString('base64url'), y: Y.toString('base64url') },
  format: 'jwk',
})
const ECDSA: Algorithm = { kind: 'ecdsa', digest: 'sha256' }
const good = der(0x30, derInteger(b(R)), derInteger(b(S)))
const body = good.subarray(2)

describe('ECDSA', () => {
  it('the signature of RFC 6979 fits, and its other half, which is as good', async () => {
    expect(await doesFit(ECDSA, spkiOf(P256), SAMPLE, good)).toBe(true)
    expect(
      await doesFit(ECDSA, spkiOf(P256), SAMPLE, der(0x30, derInteger(b(R)), derInteger(b(N - S)))),
    ).toBe(true)
    expect(jwtFits(jwt('ES256', SAMPLE, Buffer.concat([b(R), b(S)])), P256)).toBe(true)
  })

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['an empty sequence', hex('3000')],
    ['one number', der(0x30, derInteger(b(R)))],
    ['three numbers', der(0x30, derInteger(b(R)), derInteger(b(S)), derInteger(b(1n)))],
    ['bytes behind it', Buffer.concat([good, hex('00')])],
    ['bytes behind it, inside', der(0x30, derInteger(b(R)), derInteger(b(S)), hex('0500'))],
    ['its end cut off', good.subarray(0, -1)],
    ['a length in more bytes than it needs', Buffer.concat([hex(`3081${body.length.toString(16)}`), body])],
    ['a length of four bytes', Buffer.concat([hex(`3084000000${body.length.toString(16)}`), body])],
    ['an indefinite length', Buffer.concat([hex('3080'), body, hex('0000')])],
    ['a set in the place of the sequence', Buffer.concat([hex('31'), good.subarray(1)])],
    ['texts in the place of numbers', der(0x30, der(0x04, b(R)), der(0x04, b(S)))],
    [
      'a number with a zero that it does not need',
      der(0x30, der(0x02, Buffer.concat([hex('0000'), b(R)])), derInteger(b(S))),
    ],
    ['a negative r', der(0x30, der(0x02, b(R)), derInteger(b(S)))],
    ['r and s as in P1363', Buffer.concat([b(R), b(S)])],
    ['r and s exchanged', der(0x30, derInteger(b(S)), derInteger(b(R)))],
    ...[0n, 1n, N, N + 1n, N - 1n, R + N, (1n << 256n) - 1n].flatMap((number): [string, Buffer][] => [
      [`an r of ${number.toString(16)}`, der(0x30, derInteger(b(number, 33)), derInteger(b(S)))],
      [`an s of ${number.toString(16)}`, der(0x30, derInteger(b(R)), derInteger(b(number, 33)))],
      [`both of ${number.toString(16)}`, der(0x30, derInteger(b(number, 33)), derInteger(b(number, 33)))],
    ]),
    ['an s of s + n', der(0x30, derInteger(b(R)), derInteger(b(S + N, 33)))],
  ])('does not fit with %s', async (_, signature) => {
    expect(await doesFit(ECDSA, spkiOf(P256), SAMPLE, signature)).toBe(false)
    if (signature.length !== 64) expect(jwtFits(jwt('ES256', SAMPLE, signature), P256)).toBe(false)
  })

  it('does not fit another message, another digest, or another kind of key', async () => {
    expect(await doesFit(ECDSA, spkiOf(P256), Buffer.from('sampled'), good)).toBe(false)
    for (const digest of ['sha384', 'sha512'] as const)
      expect(await doesFit({ kind: 'ecdsa', digest }, spkiOf(P256), SAMPLE, good)).toBe(false)
    for (const kind of ['rsa', 'sm2'] as const)
      expect(await doesFit({ kind, digest: 'sha256' } as Algorithm, spkiOf(P256), SAMPLE, good)).toBe(false)
    for (const rs of [Buffer.alloc(64), Buffer.concat([b(R), Buffer.alloc(32)]), Buffer.concat([b(N), b(S)])])
      expect(jwtFits(jwt('ES256', SAMPLE, rs), P256)).toBe(false)
    expect(jwtFits(jwt('EdDSA', SAMPLE, good), P256)).toBe(false)
  })

  it('fits no key that is not on its curve, of another curve, or too weak', async () => {
    const spki = spkiOf(P256)
    const point = spki.length - 64
    for (const at of [point, point + 31, point + 32, point + 63]) {
      const off = Buffer.from(spki)
      off[at] = (off[at] as number) ^ 1
      expect(await doesFit(ECDSA, off, SAMPLE, good)).toBe(false)
    }
    const infinity = Buffer.concat([spki.subarray(0, point - 1), Buffer.alloc(65)])
    expect(await doesFit(ECDSA, infinity, SAMPLE, good)).toBe(false)
    for (const namedCurve of ['secp256k1', 'prime192v1', 'secp224r1']) {
      const pair = generateKeyPairSync('ec', { namedCurve })
      expect(
        await doesFit(ECDSA, spkiOf(pair.publicKey), SAMPLE, sign('sha256', SAMPLE, pair.privateKey)),
      ).toBe(false)
    }
    // x and y of 0, of p, and of another curve.
    for (const xy of [Buffer.alloc(64), Buffer.alloc(64, 0xff), Buffer.concat([X, Y])])
      expect(isSm2Point(Buffer.concat([hex('04'), xy]))).toBe(false)
  })
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const RSA_SPKI = spkiOf(rsa.publicKey)
const MESSAGE = Buffer.from('message')
const DIGEST = createHash('sha256').update(MESSAGE).digest()
const INFO = hex('3031300d060960864801650304020105000420')
/** A signature over an encoded message of one's own, as only the holder of a key can make and a forger would wish to. */
const raw = (encoded: Buffer): Buffer =>
  privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, encoded)
const encoded = (info: Buffer, filling = 0xff, type = 1): Buffer =>
  Buffer.concat([Buffer.from([0, type]), Buffer.alloc(256 - 3 - info.length, filling), hex('00'), info])

describe('RSA', () => {
  const signature = sign('sha256', MESSAGE, rsa.privateKey)
  const PKCS1: Algorithm = { kind: 'rsa', digest: 'sha256' }

  it('a right signature fits, and is what the encoding by hand gives', async () => {
    expect(raw(encoded(Buffer.concat([INFO, DIGEST])))).toEqual(signature)
    expect(await doesFit(PKCS1, RSA_SPKI, MESSAGE, signature)).toBe(true)
    expect(jwtFits(jwt('RS256', MESSAGE, signature), rsa.publicKey)).toBe(true)
  })

  const whole = Buffer.concat([INFO, DIGEST])
  it.each<[string, Buffer]>([
    [
      'bytes behind the digest',
      raw(
        Buffer.concat([
          hex('0001'),
          Buffer.alloc(8, 0xff),
          hex('00'),
          whole,
          Buffer.alloc(256 - 11 - whole.length),
        ]),
      ),
    ],
    [
      'a short filling and bytes in the parameters',
      raw(
        encoded(
          Buffer.concat([
            hex('3041301d060960864801650304020104'),
            hex('10'),
            Buffer.alloc(16),
            hex('0420'),
            DIGEST,
          ]),
        ),
      ),
    ],
    [
      'no parameters where NULL belongs',
      raw(encoded(Buffer.concat([hex('302f300b0609608648016503040201'), hex('0420'), DIGEST]))),
    ],
    [
      'a digest that another algorithm is said of',
      raw(encoded(Buffer.concat([hex('3031300d060960864801650304020305000420'), DIGEST]))),
    ],
    ['a digest alone', raw(encoded(DIGEST))],
    [
      'a length in more bytes than it needs',
      raw(encoded(Buffer.concat([hex('308131'), INFO.subarray(2), DIGEST]))),
    ],
    [
      'an indefinite length',
      raw(encoded(Buffer.concat([hex('3080'), INFO.subarray(2), DIGEST, hex('0000')]))),
    ],
    ['a filling of zeros', raw(encoded(whole, 0))],
    ['a filling of type 2', raw(encoded(whole, 0xaa, 2))],
    ['type 0', raw(encoded(whole, 0, 0))],
    ['a zero before', Buffer.concat([hex('00'), signature])],
    ['a byte less', signature.subarray(1)],
    ['a byte behind', Buffer.concat([signature, hex('00')])],
    ['nothing', Buffer.alloc(0)],
    ['zero', Buffer.alloc(256)],
    ['one', Buffer.concat([Buffer.alloc(255), hex('01')])],
    ['more than the modulus', Buffer.alloc(256, 0xff)],
    [
      'PSS in its place',
      sign('sha256', MESSAGE, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ],
    ['SHA-1', sign('sha1', MESSAGE, rsa.privateKey)],
    ['SHA-512', sign('sha512', MESSAGE, rsa.privateKey)],
  ])('PKCS #1 does not fit with %s', async (_, wrong) => {
    expect(await doesFit(PKCS1, RSA_SPKI, MESSAGE, wrong)).toBe(false)
    expect(jwtFits(jwt('RS256', MESSAGE, wrong), rsa.publicKey)).toBe(false)
  })

  it('PSS fits with its own salt and digest alone', async () => {
    const pss = (saltLength: number, name = 'sha256') =>
      sign(name, MESSAGE, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    const asked: Algorithm = { kind: 'rsa-pss', digest: 'sha256', saltLength: 32 }
    expect(await doesFit(asked, RSA_SPKI, MESSAGE, pss(32))).toBe(true)
    for (const wrong of [
      pss(0),
      pss(20),
      pss(31),
      pss(33),
      pss(32, 'sha512'),
      signature,
      Buffer.alloc(256),
    ]) {
      expect(await doesFit(asked, RSA_SPKI, MESSAGE, wrong)).toBe(false)
      expect(jwtFits(jwt('PS256', MESSAGE, wrong), rsa.publicKey)).toBe(false)
    }
  })

  it('fits no key that is too short', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const own = sign('sha256', MESSAGE, short.privateKey)
    expect(await doesFit(PKCS1, spkiOf(short.publicKey), MESSAGE, own)).toBe(false)
    expect(jwtFits(jwt('RS256', MESSAGE, own), short.publicKey)).toBe(false)
  })
})

// RFC 8032, 7.1: public key, message, signature.
const ED25519: readonly (readonly [string, string, string])[] = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
]
const L = (1n << 252n) + 27742317777372353535851937790883648493n
const little = (bytes: Buffer): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const edKey = (x: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: hex(x).toString('base64url') }, format: 'jwk' })

describe('Ed25519', () => {
  it.each(ED25519)('the vector of RFC 8032 with the key %s fits, and nothing else', (x, message, text) => {
    const signature = hex(text)
    const isFit = (one: Buffer, of = hex(message), key = x) => jwtFits(jwt('EdDSA', of, one), edKey(key))
    expect(isFit(signature)).toBe(true)
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
    // S + L is the same scalar, and would be a second signature of the message.
    const second = Buffer.from(b(little(s) + L)).reverse()
    for (const wrong of [
      Buffer.concat([r, second]),
      Buffer.concat([s, r]),
      Buffer.concat([Buffer.alloc(32), s]),
      Buffer.concat([r, Buffer.alloc(32)]),
      Buffer.concat([Buffer.alloc(32, 0xff), s]),
      Buffer.alloc(64),
      signature.subarray(0, 63),
      Buffer.concat([signature, hex('00')]),
      Buffer.alloc(0),
    ])
      expect(isFit(wrong), wrong.toString('hex')).toBe(false)
    for (let bit = 0; bit < 512; bit++) {
      const changed = Buffer.from(signature)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(isFit(changed), `bit ${bit}`).toBe(false)
    }
    expect(isFit(signature, Buffer.concat([hex(message), hex('00')]))).toBe(false)
    for (const [other] of ED25519) if (other !== x) expect(isFit(signature, hex(message), other)).toBe(false)
  })

  it('a webhook takes its own spelling of a signature alone', () => {
    const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    const [x] = ED25519[0] as readonly [string, string, string]
    const key = createPrivateKey({
      key: { kty: 'OKP', crv: 'Ed25519', d: seed.toString('base64url'), x: hex(x).toString('base64url') },
      format: 'jwk',
    })
    const text = sign(null, Buffer.from('m.1700000000.{}'), key).toString('base64')
    const judge = (signature: string) =>
      verifyWebhook(
        [`whpk_${hex(x).toString('base64')}`],
        { 'webhook-id': 'm', 'webhook-timestamp': '1700000000', 'webhook-signature': signature },
        '{}',
        1_700_000_000,
      )
    expect(judge(`v1a,${text}`)).toBeNull()
    for (const wrong of [
      `v1,${text}`,
      `v1a,${text.replace(/=+$/, '')}`,
      `v1a,${Buffer.from(text, 'base64').toString('base64url')}==`,
      `v1a,${text}=`,
      `v1a, ${text}`,
      `V1A,${text}`,
      'v1a,',
      'v1a',
    ])
      expect(judge(wrong), wrong).toBe('wrong')
  })
})
