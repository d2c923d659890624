import {
  constants,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { signSm2 } from '#adapters/sm2/sm2.ts'
import { context, TAG } from '#core/der/der.ts'
import { der, derInteger, derOid } from '#core/der/write.ts'
import { writeSm2Signature } from '#core/signing/sm2.ts'
import { EC_KEY, SM2_CURVE } from '#core/signing/sm2-key.ts'

/** A key that signs in one way, with the names of what it does. */
export interface TestKey {
  readonly spki: Buffer
  /** AlgorithmIdentifier of a signature, and of its digest. */
  readonly algorithm: Buffer
  readonly digest: Buffer
  readonly digestName: string
  readonly sign: (message: Buffer) => Promise<Buffer>
}

const NULL = der(TAG.null)
const sequence = (...parts: Buffer[]): Buffer => der(TAG.sequence, ...parts)
const octets = (bytes: Uint8Array): Buffer => der(TAG.octets, bytes)
const bits = (bytes: Uint8Array): Buffer => der(TAG.bits, Buffer.from([0]), bytes)
const explicit = (n: number, ...parts: Buffer[]): Buffer => der(context(n), ...parts)
const TRUE = Buffer.from('0101ff', 'hex')

const SHA256 = sequence(derOid('2.16.840.1.101.3.4.2.1'), NULL)
const SM3 = sequence(derOid('1.2.156.10197.1.401'))

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

export function rsaKey(modulusLength = 2048): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const algorithm = sequence(derOid('1.2.840.113549.1.1.11'), NULL)
  const own = async (message: Buffer): Promise<Buffer> => sign('sha256', message, privateKey)
  return { spki: spkiOf(publicKey), algorithm, digest: SHA256, digestName: 'sha256', sign: own }
}

export function pssKey(): TestKey {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm = sequence(
    derOid('1.2.840.113549.1.1.10'),
    sequence(
      explicit(0, SHA256),
      explicit(1, sequence(derOid('1.2.840.113549.1.1.8'), SHA256)),
      explicit(2, derInteger(Buffer.from([32]))),
    ),
  )
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const own = async (message: Buffer): Promise<Buffer> =>
    sign('sha256', message, { key, padding, saltLength: 32 })
  return { spki: spkiOf(publicKey), algorithm, digest: SHA256, digestName: 'sha256', sign: own }
}

export function ecKey(namedCurve = 'P-256'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  const algorithm = sequence(derOid('1.2.840.10045.4.3.2'))
  const own = async (message: Buffer): Promise<Buffer> => sign('sha256', message, privateKey)
  return { spki: spkiOf(publicKey), algorithm, digest: SHA256, digestName: 'sha256', sign: own }
}

/** A key of SM2; Node makes the pair, what signs is that of the hub. */
export function sm2Key(id?: string): TestKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const publicKey = spkiOf(pair.publicKey).subarray(-65)
  const sec1 = pair.privateKey.export({ type: 'sec1', format: 'der' })
  // SEQUENCE, version 1, OCTET STRING of 32 bytes.
  const privateKey = sec1.subarray(sec1.indexOf(Buffer.from([4, 32])) + 2).subarray(0, 32)
  const spki = sequence(sequence(derOid(EC_KEY), derOid(SM2_CURVE)), bits(publicKey))
  const keys = { privateKey, publicKey, ...(id === undefined ? {} : { id }) }
  const own = async (message: Buffer): Promise<Buffer> => writeSm2Signature(await signSm2(keys, message))
  return {
    spki,
    algorithm: sequence(derOid('1.2.156.10197.1.501')),
    digest: SM3,
    digestName: 'sm3',
    sign: own,
  }
}

export const privateFromPem = (pem: string): KeyObject => createPrivateKey(pem)

export const nameOf = (name: string): Buffer =>
  sequence(der(TAG.set, sequence(derOid('2.5.4.3'), der(0x0c, Buffer.from(name)))))

const timeOf = (ms: number): Buffer =>
  der(TAG.time, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`))

export interface TestCertificate {
  readonly der: Buffer
  readonly name: string
  readonly serial: number
  readonly key: TestKey
}

export interface CertificateWish {
  readonly name: string
  readonly key: TestKey
  /** Itself where it is absent. */
  readonly issuer?: TestCertificate
  readonly serial?: number
  readonly from?: number
  readonly to?: number
  readonly isCa?: boolean
  readonly pathLength?: number
  /** Numbers of bits of keyUsage. */
  readonly usage?: readonly number[] | null
  readonly purposes?: readonly string[]
  readonly strangeCritical?: boolean
  readonly version?: 1 | 3
}

const DAY = 86_400_000
let serials = 1000

export async function certificate(wish: CertificateWish): Promise<TestCertificate> {
  const { name, key, issuer, isCa = false, version = 3, serial = ++serials } = wish
  const signer = issuer?.key ?? key
  const usage = wish.usage === undefined ? (isCa ? [5, 6] : [0, 1]) : wish.usage
  const extension = (oid: string, value: Buffer, isCritical = true): Buffer =>
    sequence(derOid(oid), ...(isCritical ? [TRUE] : []), octets(value))
  const limits = [
    ...(isCa ? [TRUE] : []),
    ...(wish.pathLength === undefined ? [] : [derInteger(Buffer.from([wish.pathLength]))]),
  ]
  const extensions = [
    ...(isCa ? [extension('2.5.29.19', sequence(...limits))] : []),
    ...(usage === null ? [] : [extension('2.5.29.15', usageBits(usage))]),
    ...(wish.purposes ? [extension('2.5.29.37', sequence(...wish.purposes.map(derOid)), false)] : []),
    ...(wish.strangeCritical ? [extension('1.2.3.4.5', NULL)] : []),
  ]
  const signed = sequence(
    ...(version === 3 ? [explicit(0, derInteger(Buffer.from([2])))] : []),
    derInteger(Buffer.from(serial.toString(16).padStart(8, '0'), 'hex')),
    signer.algorithm,
    nameOf(issuer?.name ?? name),
    sequence(timeOf(wish.from ?? Date.now() - DAY), timeOf(wish.to ?? Date.now() + 365 * DAY)),
    nameOf(name),
    key.spki,
    ...(version === 3 && extensions.length > 0 ? [explicit(3, sequence(...extensions))] : []),
  )
  const whole = sequence(signed, signer.algorithm, bits(await signer.sign(signed)))
  return { der: whole, name, serial, key }
}

function usageBits(numbers: readonly number[]): Buffer {
  const byte = numbers.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  let loose = 0
  while (loose < 7 && !(byte & (1 << loose))) loose++
  return der(TAG.bits, Buffer.from([loose, byte]))
}

export async function revocationList(
  issuer: TestCertificate,
  revoked: readonly { readonly serial: number; readonly atMs?: number; readonly reason?: number }[],
  {
    from = Date.now() - DAY,
    to = (Date.now() + DAY) as number | null,
    signer = issuer.key,
    strangeCritical = false,
  } = {},
): Promise<Buffer> {
  const entries = revoked.map(({ serial, atMs = Date.now() - DAY, reason }) =>
    sequence(
      derInteger(Buffer.from(serial.toString(16).padStart(8, '0'), 'hex')),
      timeOf(atMs),
      ...(reason === undefined
        ? []
        : [sequence(sequence(derOid('2.5.29.21'), octets(der(TAG.enumerated, Buffer.from([reason])))))]),
    ),
  )
  const signed = sequence(
    derInteger(Buffer.from([1])),
    signer.algorithm,
    nameOf(issuer.name),
    timeOf(from),
    ...(to === null ? [] : [timeOf(to)]),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    ...(strangeCritical
      ? [explicit(0, sequence(sequence(derOid('2.5.29.28'), TRUE, octets(sequence()))))]
      : []),
  )
  return sequence(signed, signer.algorithm, bits(await signer.sign(signed)))
}

export interface SignatureWish {
  readonly content: Buffer
  readonly signer: TestCertificate
  readonly issuerName: string
  readonly along?: readonly TestCertificate[]
  readonly withAttributes?: boolean
  readonly isAttached?: boolean
  readonly signedAtMs?: number | null
  /** In place of the own ones, to lie with. */
  readonly digest?: Buffer
  readonly algorithm?: Buffer
  readonly signers?: number
  readonly messageDigest?: Buffer
}

/** A detached signature of CMS. */
export async function signedData(wish: SignatureWish): Promise<Buffer> {
  const { content, signer, withAttributes = true, signedAtMs = null } = wish
  const { key } = signer
  const digest = wish.digest ?? key.digest
  const attribute = (oid: string, value: Buffer): Buffer => sequence(derOid(oid), der(TAG.set, value))
  const hash = wish.messageDigest ?? createHash(key.digestName).update(content).digest()
  const attributes = [
    attribute('1.2.840.113549.1.9.3', derOid('1.2.840.113549.1.7.1')),
    attribute('1.2.840.113549.1.9.4', octets(hash)),
    ...(signedAtMs === null ? [] : [attribute('1.2.840.113549.1.9.5', timeOf(signedAtMs))]),
  ].sort(Buffer.compare)
  const signed = withAttributes ? der(TAG.set, ...attributes) : content
  const signature = await key.sign(signed)
  const info = sequence(
    derInteger(Buffer.from([1])),
    sequence(
      nameOf(wish.issuerName),
      derInteger(Buffer.from(signer.serial.toString(16).padStart(8, '0'), 'hex')),
    ),
    digest,
    ...(withAttributes ? [explicit(0, ...attributes)] : []),
    wish.algorithm ?? key.algorithm,
    octets(signature),
  )
  const along = wish.along ?? [signer]
  const data = sequence(
    derInteger(Buffer.from([1])),
    der(TAG.set, digest),
    sequence(derOid('1.2.840.113549.1.7.1'), ...(wish.isAttached ? [explicit(0, octets(content))] : [])),
    ...(along.length > 0 ? [explicit(0, ...along.map((one) => one.der))] : []),
    der(TAG.set, ...Array.from({ length: wish.signers ?? 1 }, () => info)),
  )
  return sequence(derOid('1.2.840.113549.1.7.2'), explicit(0, data))
}
