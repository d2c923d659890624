import {
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
  smallOf,
  TAG,
  timeOf,
} from '#core/der/der.ts'
import { type Algorithm, algorithmOf, type Digest, digestOf } from './algorithm.ts'
import { type Certificate, readCertificate } from './certificate.ts'

/** A signature of CMS (RFC 5652) or GM/T 0010 with what it brings along, read strictly and not yet believed. */
export interface SignedData {
  /** Null where the content is beside it. */
  readonly content: Uint8Array | null
  readonly certificates: readonly Certificate[]
  /** Issuer and serial number of the signer's certificate, or its key identifier. */
  readonly signer: { readonly issuer: Uint8Array; readonly serial: string } | { readonly keyId: string }
  readonly digest: Digest
  readonly algorithm: Algorithm
  readonly signature: Uint8Array
  readonly attributes: SignedAttributes | null
}

export interface SignedAttributes {
  /** What is signed: the attributes as a SET. */
  readonly signed: Uint8Array
  readonly messageDigest: Uint8Array
  /** What the signer says of the time. */
  readonly signingTimeMs: number | null
}

/** Why a signature is not taken although it can be read. */
export class SignatureRefusal extends Error {}

const SIGNED_DATA: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.7.2': '1.2.840.113549.1.7.1',
  '1.2.156.10197.6.1.4.2.2': '1.2.156.10197.6.1.4.2.1',
}
const ATTRIBUTE = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const
/** RFC 5652, section 5.1; that of a signer goes with how he is named (section 5.3). */
const DATA_VERSIONS: ReadonlySet<number> = new Set([1, 3, 4, 5])
const CERTIFICATES_MAX = 8
const SIGNATURE_MAX = 262_144

/** Reads a signature with exactly one signer. @throws DerFault; SignatureRefusal where its algorithms are not believed */
export function readSignedData(bytes: Uint8Array): SignedData {
  if (bytes.length > SIGNATURE_MAX) throw new DerFault('the signature is too long')
  const [type, wrapped, ...more] = partsOf(readDer(bytes))
  const dataType = SIGNED_DATA[oidOf(type)]
  if (dataType === undefined || !wrapped || more.length > 0) throw new DerFault('this is no SignedData')
  const fields = partsOf(innerOf(wrapped, context(0)))
  if (!DATA_VERSIONS.has(smallOf(fields.shift()))) throw new DerFault('SignedData has another version')
  const digests = fields.shift()
  if (!digests) throw new DerFault('SignedData has digests')
  const named = partsOf(digests, TAG.set).map(digestOf)
  const content = contentOf(fields.shift(), dataType)
  const certificates = fields[0]?.tag === context(0) ? certificatesOf(fields.shift() as Der) : []
  // Lists that a signer brings along are his own choice, so they are not looked at.
  if (fields[0]?.tag === context(1)) fields.shift()
  const [signers, ...rest] = fields
  if (!signers || rest.length > 0) throw new DerFault('SignedData has signers at its end')
  const [info, ...others] = partsOf(signers, TAG.set)
  if (!info || others.length > 0) throw new SignatureRefusal('one signer is wanted')
  return { content, certificates, ...signerOf(info, dataType, named) }
}

function contentOf(der: Der | undefined, dataType: string): Uint8Array | null {
  if (!der) throw new DerFault('SignedData has a content')
  const [type, wrapped, ...more] = partsOf(der)
  if (oidOf(type) !== dataType || more.length > 0) throw new DerFault('what is signed is no data')
  return wrapped ? expectTag(innerOf(wrapped, context(0)), TAG.octets).content : null
}

function certificatesOf(der: Der): Certificate[] {
  const found = partsOf(der, context(0))
  if (found.length > CERTIFICATES_MAX) throw new DerFault('too many certificates')
  return found.map(({ whole }) => readCertificate(whole))
}

function signerOf(
  info: Der,
  dataType: string,
  named: readonly (Digest | null)[],
): Omit<SignedData, 'content' | 'certificates'> {
  const fields = partsOf(info)
  const version = smallOf(fields.shift())
  const signer = identifierOf(fields.shift())
  if (version !== ('keyId' in signer ? 3 : 1)) throw new DerFault('a signer has another version')
  const digest = digestOf(fields.shift())
  if (digest === null || !named.includes(digest)) throw new SignatureRefusal('the digest is not believed')
  const attributes = fields[0]?.tag === context(0) ? attributesOf(fields.shift() as Der, dataType) : null
  const [identifier, signature, unsigned, ...more] = fields
  if (!identifier || more.length > 0 || (unsigned && unsigned.tag !== context(1)))
    throw new DerFault('a signer has other parts')
  const algorithm = algorithmOf(identifier, digest)
  if (algorithm === null) throw new SignatureRefusal('the algorithm is not believed, or names another digest')
  return { signer, digest, algorithm, attributes, signature: expectTag(signature, TAG.octets).content }
}

function identifierOf(der: Der | undefined): SignedData['signer'] {
  if (der?.tag === context(0, false)) return { keyId: hexOf(der.content) }
  if (!der) throw new DerFault('a signer is named')
  const [issuer, serial, ...more] = partsOf(der)
  if (!issuer || more.length > 0) throw new DerFault('a signer has issuer and serial number')
  return { issuer: issuer.whole, serial: positiveOf(serial) }
}

function attributesOf(der: Der, dataType: string): SignedAttributes {
  const known = new Map<string, Der>()
  for (const attribute of partsOf(der, context(0))) {
    const [oid, values, ...more] = partsOf(attribute)
    const name = oidOf(oid)
    if (!values || more.length > 0 || known.has(name))
      throw new DerFault('an attribute is malformed or comes twice')
    const [value, ...others] = partsOf(values, TAG.set)
    if (!value || others.length > 0) throw new DerFault('an attribute has one value')
    known.set(name, value)
  }
  if (oidOf(known.get(ATTRIBUTE.contentType)) !== dataType) throw new DerFault('contentType is another')
  const time = known.get(ATTRIBUTE.signingTime)
  const signed = Buffer.from(der.whole)
  // They are sent under a tag of their own and signed as the SET that they are.
  signed[0] = TAG.set
  return {
    signed,
    messageDigest: expectTag(known.get(ATTRIBUTE.messageDigest), TAG.octets).content,
    signingTimeMs: time ? timeOf(time) : null,
  }
}
