import {
  booleanOf,
  context,
  type Der,
  DerFault,
  expectTag,
  hexOf,
  innerOf,
  oidOf,
  partsOf,
  positiveOf,
  readDer,
  setBitsOf,
  smallOf,
  TAG,
  timeOf,
  wholeBitsOf,
} from '#core/der/der.ts'

/** A certificate (RFC 5280), read strictly and not yet believed. */
export interface Certificate {
  readonly der: Uint8Array
  /** The bytes that are signed. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  /** The algorithm of the signature; the same inside and outside of what is signed. */
  readonly algorithm: Der
  readonly version: 1 | 2 | 3
  /** Hexadecimal digits. */
  readonly serial: string
  /** Names as their bytes: they are compared so. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Der
  readonly isCa: boolean
  /** Authorities that may stand below it; null where nothing is said. */
  readonly pathLength: number | null
  /** Numbers of the bits of keyUsage; null where the extension is not there. */
  readonly keyUsage: ReadonlySet<number> | null
  /** Purposes; null where the extension is not there. */
  readonly purposes: readonly string[] | null
  readonly subjectKeyId: string | null
  /** Whether it has a critical extension that is not understood here. */
  readonly hasUnknownCritical: boolean
}

/** Bits of keyUsage. */
export const USAGE = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, crlSign: 6 } as const

const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  purposes: '2.5.29.37',
} as const
/** Looked at nowhere, and harmless: names beside the subject, key of the authority, policies, where lists are. */
const HARMLESS: ReadonlySet<string> = new Set([
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '1.3.6.1.5.5.7.1.1',
])

const CERTIFICATE_MAX = 16_384

/** Reads a certificate. @throws DerFault */
export function readCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > CERTIFICATE_MAX) throw new DerFault('the certificate is too long')
  const [signed, algorithm, bits, ...more] = partsOf(readDer(bytes))
  if (!signed || !algorithm || more.length > 0) throw new DerFault('a certificate has three parts')
  const fields = partsOf(signed)
  const version = fields[0]?.tag === context(0) ? versionOf(fields.shift() as Der) : 1
  const [serial, inner, issuer, validity, subject, publicKey, ...optional] = fields
  if (!inner || !issuer || !validity || !subject || !publicKey)
    throw new DerFault('a certificate lacks a field')
  if (hexOf(inner.whole) !== hexOf(algorithm.whole))
    throw new DerFault('the certificate names two algorithms of its signature')
  // Names are shown to people, so they must be readable too.
  nameText(issuer.whole)
  nameText(subject.whole)
  const [from, to, ...times] = partsOf(validity)
  if (times.length > 0) throw new DerFault('a validity has two times')
  return {
    der: bytes,
    signed: signed.whole,
    signature: wholeBitsOf(bits),
    algorithm,
    version,
    serial: positiveOf(serial),
    issuer: expectTag(issuer, TAG.sequence).whole,
    subject: expectTag(subject, TAG.sequence).whole,
    notBeforeMs: timeOf(from),
    notAfterMs: timeOf(to),
    publicKey: expectTag(publicKey, TAG.sequence),
    ...extensionsOf(version, optional),
  }
}

function versionOf(der: Der): 1 | 2 | 3 {
  const number = smallOf(innerOf(der, context(0)))
  if (number !== 1 && number !== 2) throw new DerFault('there is no such version')
  return (number + 1) as 2 | 3
}

type Extended = Pick<
  Certificate,
  'isCa' | 'pathLength' | 'keyUsage' | 'purposes' | 'subjectKeyId' | 'hasUnknownCritical'
>

function extensionsOf(version: number, optional: readonly Der[]): Extended {
  const tagged = optional.find(({ tag }) => tag === context(3))
  if (tagged && version !== 3) throw new DerFault('extensions belong to version 3')
  const known = tagged ? readExtensions(innerOf(tagged, context(3))) : new Map<string, Extension>()
  const value = (oid: string): Der | null => {
    const found = known.get(oid)
    return found ? readDer(found.value) : null
  }
  const constraints = value(EXTENSION.basicConstraints)
  const usage = value(EXTENSION.keyUsage)
  const purposes = value(EXTENSION.purposes)
  const keyId = value(EXTENSION.subjectKeyId)
  const names: readonly string[] = Object.values(EXTENSION)
  return {
    ...(constraints ? constraintsOf(constraints) : { isCa: false, pathLength: null }),
    keyUsage: usage && setBitsOf(usage),
    purposes: purposes && partsOf(purposes).map(oidOf),
    subjectKeyId: keyId && hexOf(expectTag(keyId, TAG.octets).content),
    hasUnknownCritical: [...known].some(
      ([oid, { isCritical }]) => isCritical && !names.includes(oid) && !HARMLESS.has(oid),
    ),
  }
}

interface Extension {
  readonly isCritical: boolean
  readonly value: Uint8Array
}

/** Extensions by their identifier. @throws DerFault where one stands there twice */
export function readExtensions(list: Der): Map<string, Extension> {
  const known = new Map<string, Extension>()
  for (const one of partsOf(list)) {
    const [oid, ...rest] = partsOf(one)
    const name = oidOf(oid)
    const isCritical = rest[0]?.tag === TAG.boolean ? booleanOf(rest.shift()) : false
    const [value, ...more] = rest
    if (more.length > 0) throw new DerFault('an extension has too many parts')
    if (known.has(name)) throw new DerFault('an extension stands there twice')
    known.set(name, { isCritical, value: expectTag(value, TAG.octets).content })
  }
  return known
}

function constraintsOf(der: Der): Pick<Certificate, 'isCa' | 'pathLength'> {
  const parts = partsOf(der)
  const isCa = parts[0]?.tag === TAG.boolean ? booleanOf(parts.shift()) : false
  const [length, ...more] = parts
  if (more.length > 0) throw new DerFault('basicConstraints has too many parts')
  return { isCa, pathLength: length ? smallOf(length) : null }
}

const NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.8': 'ST',
  '2.5.4.7': 'L',
  '2.5.4.6': 'C',
}

/** A name for people to read, such as `CN=…, O=…`. What it says is of whoever wrote it: nothing is decided by it. */
export function nameText(name: Uint8Array): string {
  const pairs = partsOf(readDer(name)).flatMap((set) =>
    partsOf(set, TAG.set).map((pair) => {
      const [oid, value] = partsOf(pair)
      const label = NAMES[oidOf(oid)] ?? oidOf(oid)
      const text =
        value?.tag === 0x1e ? utf16(value.content) : Buffer.from(value?.content ?? []).toString('utf8')
      return `${label}=${text.replaceAll(/\p{C}/gu, '?').slice(0, 200)}`
    }),
  )
  return pairs.join(', ').slice(0, 1000)
}

const utf16 = (bytes: Uint8Array): string =>
  bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : '?'

const PEM = /-----BEGIN ([A-Z0-9 ]{1,40})-----\s*([A-Za-z0-9+/=\s]+?)-----END \1-----/g

/** The bytes of the blocks of a kind in a text of PEM, or of the one base64 that the text is. */
export function pemBlocks(text: string, kind: string): Buffer[] {
  const blocks = [...text.matchAll(PEM)].filter(([, name]) => name === kind)
  if (blocks.length > 0) return blocks.map(([, , base64 = '']) => Buffer.from(base64, 'base64'))
  const bare = text.replaceAll(/\s/g, '')
  return bare !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(bare) ? [Buffer.from(bare, 'base64')] : []
}
