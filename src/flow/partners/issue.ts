import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { partnerScopeIssues } from '#flow/keys.ts'
import { readHubId } from '#store/hub-identity.ts'
import { insertCertificate, takePartner } from '#store/partners.ts'
import { type Authority, currentAuthority, newRsaPair } from './authority.ts'
import { keyOfRequest, RequestFault } from './certificate-request.ts'
import { DAYS_DEFAULT, DAYS_MAX } from './days.ts'
import { judgeCertificate, reasonOf } from './judge.ts'
import { partnerName } from './names.ts'
import { BEFORE_MS, DAY_MS, newSerial, pemOf, signCertificate } from './sign-certificate.ts'

/** Of a common name (RFC 5280, `ub-common-name`). */
const NAME_MAX = 64

export interface PartnerWish {
  readonly name: string
  readonly scopes: readonly string[]
  readonly nowMs: number
}

export interface Issued {
  readonly partner: string
  readonly fingerprint: string
  /** PEM. */
  readonly certificate: string
  /** PEM of PKCS#8 where the hub made the key; it is kept nowhere. */
  readonly privateKey: string | null
  readonly authority: string
  readonly notAfter: string
}

/**
 * Issues a certificate to a partner: for the key of its request, else for one made here. A second one for the same partner counts beside the
 * first, so that they are changed without a gap. Throws `invalid_request`, or `conflict` where the partner is revoked or may other things.
 */
export async function issueCertificate(
  pool: Pool,
  wish: PartnerWish & { readonly request: string | null; readonly days?: number },
): Promise<Issued> {
  const { days = DAYS_DEFAULT, nowMs, request } = wish
  checkWish(wish)
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX)
    throw refused('/days', `whole days from 1 to ${DAYS_MAX}`)
  const asked = request === null ? null : readRequest(request)
  const authority = await currentAuthority(pool)
  const made = asked === null ? await newRsaPair() : null
  const partner = await partnerOf(pool, wish)
  const publicKey = asked ? String(asked.export({ type: 'spki', format: 'pem' })) : (made?.publicKey ?? '')
  const endMs = Math.min(nowMs + days * DAY_MS, Date.parse(authority.certificate.validTo))
  const der = await sign(pool, authority, { id: partner, name: wish.name, publicKey, nowMs, endMs })
  const certificate = new X509Certificate(der)
  const fingerprint = createHash('sha256').update(der).digest()
  await insertCertificate(pool, {
    fingerprint,
    partner,
    authority: authority.id,
    serial: certificate.serialNumber.toLowerCase(),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  })
  return {
    partner,
    fingerprint: fingerprint.toString('hex'),
    certificate: pemOf(der),
    privateKey: made?.privateKey ?? null,
    authority: authority.certificate.toString(),
    notAfter: new Date(certificate.validTo).toISOString(),
  }
}

/**
 * Takes the certificate of another authority, one of HUB_TLS_CLIENT_CA, as a partner's. Throws `invalid_request` where it would not be believed
 * when it comes, `conflict` where it is a partner's already.
 */
export async function admitCertificate(
  pool: Pool,
  wish: PartnerWish & { readonly der: Buffer; readonly authorities: readonly X509Certificate[] },
): Promise<{ readonly partner: string; readonly fingerprint: string }> {
  checkWish(wish)
  const judged = judgeCertificate(wish.der, wish)
  if ('fault' in judged) throw refused('/certificate', reasonOf(judged.fault))
  const partner = await partnerOf(pool, wish)
  const { fingerprint, serial, notBeforeMs, notAfterMs } = judged
  if (
    !(await insertCertificate(pool, {
      fingerprint,
      partner,
      authority: null,
      serial,
      notBeforeMs,
      notAfterMs,
    }))
  )
    throw new HubError('conflict', { detail: 'the certificate is a partner’s already' })
  return { partner, fingerprint: fingerprint.toString('hex') }
}

const refused = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })

function checkWish({ name, scopes }: PartnerWish): void {
  if (name.trim() === '' || name.length > NAME_MAX || !name.isWellFormed() || /\p{C}/u.test(name))
    throw refused('/name', `1 to ${NAME_MAX} characters`)
  if (scopes.length === 0) throw refused('/scopes', 'what the partner may')
  const issues = partnerScopeIssues(scopes)
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}

async function partnerOf(pool: Pool, wish: PartnerWish): Promise<string> {
  const id = await takePartner(pool, wish)
  if (id === null)
    throw new HubError('conflict', {
      detail: `the partner ${wish.name} is revoked, or may other things; name another`,
    })
  return id
}

function readRequest(pem: string): KeyObject {
  try {
    return keyOfRequest(pem)
  } catch (error) {
    if (error instanceof RequestFault) throw refused('/request', error.message)
    throw error
  }
}

async function sign(
  pool: Pool,
  authority: Authority,
  wish: {
    readonly id: string
    readonly name: string
    readonly publicKey: string
    readonly nowMs: number
    readonly endMs: number
  },
): Promise<Buffer> {
  const issuer = forge.pki.certificateFromPem(authority.certificate.toString())
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(wish.publicKey)
  made.serialNumber = newSerial()
  made.validity.notBefore = new Date(wish.nowMs - BEFORE_MS)
  made.validity.notAfter = new Date(wish.endMs)
  made.setSubject(partnerName(await readHubId(pool), wish))
  made.setIssuer(issuer.subject.attributes)
  made.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
  ])
  return signCertificate(made, authority.key)
}
