import { hexOf, sameBytes } from '#core/der/der.ts'
import { algorithmOf, fits, type VerifySm2 } from './algorithm.ts'
import { type Certificate, USAGE } from './certificate.ts'
import type { RevocationList } from './revocation-list.ts'

/** What signatures are believed by. */
export interface Trust {
  readonly anchors: readonly TrustAnchor[]
  readonly lists: readonly RevocationList[]
}

export interface TrustAnchor {
  readonly certificate: Certificate
  /** Whether certificates below it count without a list of those that are revoked. */
  readonly withoutLists: boolean
}

export const CHAIN_FAULTS = [
  'no_anchor',
  'expired',
  'not_yet_valid',
  'no_authority',
  'path_too_long',
  'usage',
  'critical_extension',
  'revoked',
  'no_list',
  'list_over',
] as const
export type ChainFault = (typeof CHAIN_FAULTS)[number]

/** When a signature was made as far as is known, and when the hub is sure that it was there. */
export interface ChainTimes {
  readonly signedMs: number
  readonly seenMs: number
  readonly nowMs: number
}

const DEPTH_MAX = 4
/** The clock of an authority may be so far ahead. */
const AHEAD_MS = 300_000
/** Purposes with which documents may be signed: every purpose, mail, and documents (RFC 9336, and that of Microsoft). */
const PURPOSES: ReadonlySet<string> = new Set([
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.4.1.311.10.3.12',
])

interface Looking {
  readonly trust: Trust
  readonly pool: readonly Certificate[]
  readonly times: ChainTimes
  readonly verifySm2: VerifySm2
  /** Certificates that all have issued one another would be tried in every order. */
  verificationsLeft: number
}
const VERIFICATIONS_MAX = 24

/**
 * Null where a chain leads from the certificate of a signer to an anchor, and everything in it held when it was signed; else why not. `pool` are the
 * certificates that came along: any of them may stand between, none is believed for having come.
 */
export async function chainFault(
  leaf: Certificate,
  pool: readonly Certificate[],
  trust: Trust,
  times: ChainTimes,
  verifySm2: VerifySm2,
): Promise<ChainFault | null> {
  const { digitalSignature, nonRepudiation } = USAGE
  const usage = leaf.keyUsage
  if (usage !== null && !usage.has(digitalSignature) && !usage.has(nonRepudiation)) return 'usage'
  if (leaf.purposes !== null && !leaf.purposes.some((one) => PURPOSES.has(one))) return 'usage'
  return await climb(leaf, [], { trust, pool, times, verifySm2, verificationsLeft: VERIFICATIONS_MAX })
}

/** Looks for the issuer of a certificate that has so many below it. The fault that is nearest to an anchor is told. */
async function climb(
  certificate: Certificate,
  below: readonly Certificate[],
  looking: Looking,
): Promise<ChainFault | null> {
  const own = heldThen(certificate, looking.times)
  if (own !== null) return own
  let fault: ChainFault = 'no_anchor'
  for (const anchor of looking.trust.anchors) {
    if (sameBytes(anchor.certificate.der, certificate.der))
      return below.length === 0 || certificate.isCa ? null : 'no_authority'
    if (!(await isIssuedBy(certificate, anchor.certificate, looking))) continue
    const found =
      authorityFault(anchor.certificate, below) ??
      heldThen(anchor.certificate, looking.times) ??
      (await revocationFault(certificate, anchor.certificate, anchor.withoutLists, looking))
    if (found === null) return null
    fault = found
  }
  if (below.length + 1 >= DEPTH_MAX) return fault
  for (const issuer of looking.pool) {
    const isKnown = [certificate, ...below].some((one) => sameBytes(one.der, issuer.der))
    if (isKnown || !(await isIssuedBy(certificate, issuer, looking))) continue
    const isExempt = looking.trust.anchors.some(
      (anchor) => anchor.withoutLists && sameBytes(anchor.certificate.subject, issuer.issuer),
    )
    const found =
      authorityFault(issuer, below) ??
      (await climb(issuer, [certificate, ...below], looking)) ??
      (await revocationFault(certificate, issuer, isExempt, looking))
    if (found === null) return null
    if (fault === 'no_anchor') fault = found
  }
  return fault
}

function heldThen(certificate: Certificate, { signedMs }: ChainTimes): ChainFault | null {
  if (certificate.hasUnknownCritical) return 'critical_extension'
  if (signedMs < certificate.notBeforeMs) return 'not_yet_valid'
  return signedMs > certificate.notAfterMs ? 'expired' : null
}

/** Whether a certificate may have issued another one that has so many below it. */
function authorityFault(issuer: Certificate, below: readonly Certificate[]): ChainFault | null {
  if (issuer.version !== 3 || !issuer.isCa) return 'no_authority'
  if (issuer.keyUsage !== null && !issuer.keyUsage.has(USAGE.keyCertSign)) return 'usage'
  // The one that was issued is counted only where it is an authority itself, so those below it are.
  return issuer.pathLength !== null && below.length > issuer.pathLength ? 'path_too_long' : null
}

async function isIssuedBy(one: Certificate, issuer: Certificate, looking: Looking): Promise<boolean> {
  if (!sameBytes(one.issuer, issuer.subject) || looking.verificationsLeft-- <= 0) return false
  const algorithm = algorithmOf(one.algorithm)
  if (algorithm === null) return false
  return await fits(
    algorithm,
    issuer.publicKey,
    { message: one.signed, signature: one.signature },
    looking.verifySm2,
  )
}

/** What the newest list of an issuer says. A list is of an issuer where it was signed by its key. */
async function revocationFault(
  certificate: Certificate,
  issuer: Certificate,
  isExempt: boolean,
  { trust, times, verifySm2 }: Looking,
): Promise<ChainFault | null> {
  if (issuer.keyUsage !== null && !issuer.keyUsage.has(USAGE.crlSign)) return isExempt ? null : 'no_list'
  const own: RevocationList[] = []
  for (const list of trust.lists) {
    // One that was dated wrongly would be the newest until then, and hide what is revoked today.
    if (list.thisUpdateMs > times.nowMs + AHEAD_MS) continue
    if (sameBytes(list.issuer, issuer.subject) && (await isListOf(list, issuer, verifySm2))) own.push(list)
  }
  const [newest] = own.sort((a, b) => b.thisUpdateMs - a.thisUpdateMs)
  if (!newest) return isExempt ? null : 'no_list'
  const entry = newest.revoked.get(certificate.serial)
  if (entry && (entry.isCompromised || entry.atMs <= times.seenMs)) return 'revoked'
  const isOver = newest.nextUpdateMs === null || newest.nextUpdateMs < times.nowMs
  return isOver ? 'list_over' : null
}

const known = new WeakMap<RevocationList, Map<string, Promise<boolean>>>()

/** Whether a list was signed by the key of an issuer; reckoned once for each, since a list stands for many signatures. */
function isListOf(list: RevocationList, issuer: Certificate, verifySm2: VerifySm2): Promise<boolean> {
  const ofList = known.get(list) ?? new Map<string, Promise<boolean>>()
  known.set(list, ofList)
  const name = hexOf(issuer.publicKey.whole)
  const found = ofList.get(name)
  if (found) return found
  const algorithm = algorithmOf(list.algorithm)
  if (algorithm === null) return Promise.resolve(false)
  const signed = { message: list.signed, signature: list.signature }
  const asked = fits(algorithm, issuer.publicKey, signed, verifySm2)
  if (ofList.size < ISSUERS_MAX) ofList.set(name, asked)
  asked.catch(() => ofList.delete(name))
  return asked
}
const ISSUERS_MAX = 100
