import {
  context,
  type Der,
  DerFault,
  expectTag,
  innerOf,
  partsOf,
  positiveOf,
  readDer,
  smallOf,
  TAG,
  timeOf,
  wholeBitsOf,
} from '#core/der/der.ts'
import { nameText, readExtensions } from './certificate.ts'

/** A list of certificates that do not count any more (RFC 5280, 5), read strictly and not yet believed. */
export interface RevocationList {
  readonly signed: Uint8Array
  readonly signature: Uint8Array
  readonly algorithm: Der
  readonly issuer: Uint8Array
  readonly thisUpdateMs: number
  /** Null: it says of no time when it will be over, and is not taken. */
  readonly nextUpdateMs: number | null
  /** By serial number. */
  readonly revoked: ReadonlyMap<string, Revocation>
}

export interface Revocation {
  readonly atMs: number
  /** Whether the key is in other hands, so that no time of a signature counts. */
  readonly isCompromised: boolean
}

const LIST_MAX = 8 * 1024 * 1024
const REASON = '2.5.29.21'
const COMPROMISED: ReadonlySet<number> = new Set([1, 2])
/** Number, key of the authority. A list that is only a part of one (`issuingDistributionPoint`, delta) has others, and they are critical. */
const HARMLESS: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.35'])

/** Reads a list. @throws DerFault also where it has a critical extension that is not understood */
export function readRevocationList(bytes: Uint8Array): RevocationList {
  if (bytes.length > LIST_MAX) throw new DerFault('the list is too long')
  const [signed, algorithm, bits, ...more] = partsOf(readDer(bytes))
  if (!signed || !algorithm || more.length > 0) throw new DerFault('a list has three parts')
  const fields = partsOf(signed)
  if (fields[0]?.tag === TAG.integer && smallOf(fields.shift()) !== 1)
    throw new DerFault('there is no such version')
  const [inner, issuer, from, ...rest] = fields
  if (!inner || !issuer || Buffer.compare(inner.whole, algorithm.whole) !== 0)
    throw new DerFault('the list names two algorithms of its signature')
  nameText(issuer.whole)
  const isTime = ({ tag }: Der): boolean => tag === TAG.utcTime || tag === TAG.time
  const nextUpdateMs = rest[0] && isTime(rest[0]) ? timeOf(rest.shift()) : null
  const revoked = rest[0]?.tag === TAG.sequence ? entriesOf(rest.shift() as Der) : new Map()
  if (rest[0]?.tag === context(0)) refuseUnknown(innerOf(rest.shift() as Der, context(0)))
  if (rest.length > 0) throw new DerFault('a list has too many parts')
  return {
    signed: signed.whole,
    signature: wholeBitsOf(bits),
    algorithm,
    issuer: expectTag(issuer, TAG.sequence).whole,
    thisUpdateMs: timeOf(from),
    nextUpdateMs,
    revoked,
  }
}

function refuseUnknown(extensions: Der): void {
  for (const [oid, { isCritical }] of readExtensions(extensions))
    if (isCritical && !HARMLESS.has(oid)) throw new DerFault('the list is a part of one')
}

function entriesOf(list: Der): Map<string, Revocation> {
  const revoked = new Map<string, Revocation>()
  for (const entry of partsOf(list)) {
    const [serial, at, extensions, ...more] = partsOf(entry)
    if (more.length > 0) throw new DerFault('an entry has too many parts')
    revoked.set(positiveOf(serial), {
      atMs: timeOf(at),
      isCompromised: extensions ? isCompromised(extensions) : false,
    })
  }
  return revoked
}

function isCompromised(extensions: Der): boolean {
  const known = readExtensions(extensions)
  const reason = known.get(REASON)
  for (const [oid, { isCritical }] of known)
    if (isCritical && oid !== REASON) throw new DerFault('an entry is of another authority')
  if (!reason) return false
  const { content } = expectTag(readDer(reason.value), TAG.enumerated)
  return COMPROMISED.has(content[0] ?? 0)
}
