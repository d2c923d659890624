import { sign } from 'node:crypto'
import type { Pool } from 'pg'
import { context, TAG } from '#core/der/der.ts'
import { der, derInteger, derOid } from '#core/der/write.ts'
import { readCertificate } from '#core/pki/certificate.ts'
import { nextList } from '#store/partners.ts'
import { currentAuthority } from './authority.ts'
import { DAY_MS, pemOf } from './sign-certificate.ts'

/** How long a list may be used. */
const LIST_DAYS = 7
const SHA256_RSA = der(TAG.sequence, derOid('1.2.840.113549.1.1.11'), der(TAG.null))
const OID = { authorityKeyId: '2.5.29.35', listNumber: '2.5.29.20' } as const

/**
 * The list of revoked certificates of the authority (RFC 5280, 5; PEM), for proxies: the hub itself asks its tables. node-forge makes none, so it is
 * written here; Node signs it. Throws `not_found` where there is no authority.
 */
export async function revocationList(pool: Pool, nowMs: number): Promise<string> {
  const { id, certificate, key } = await currentAuthority(pool)
  const { number, revoked } = await nextList(pool, id)
  const { subject, subjectKeyId } = readCertificate(certificate.raw)
  const entries = revoked.map(({ serial, atMs }) =>
    der(TAG.sequence, derInteger(Buffer.from(serial, 'hex')), timeOf(atMs)),
  )
  const extension = (oid: string, value: Buffer): Buffer =>
    der(TAG.sequence, derOid(oid), der(TAG.octets, value))
  const keyId = Buffer.from(subjectKeyId ?? '', 'hex')
  const extensions = der(
    TAG.sequence,
    extension(OID.authorityKeyId, der(TAG.sequence, der(context(0, false), keyId))),
    extension(OID.listNumber, derInteger(Buffer.from(number.toString(16).padStart(16, '0'), 'hex'))),
  )
  const signed = der(
    TAG.sequence,
    derInteger(Buffer.from([1])),
    SHA256_RSA,
    subject,
    timeOf(nowMs),
    timeOf(nowMs + LIST_DAYS * DAY_MS),
    // An empty list has no such part.
    ...(entries.length > 0 ? [der(TAG.sequence, ...entries)] : []),
    der(context(0), extensions),
  )
  const signature = sign('sha256', signed, key)
  return pemOf(der(TAG.sequence, signed, SHA256_RSA, der(TAG.bits, Buffer.from([0]), signature)), 'X509 CRL')
}

/** Two digits of the year to 2049 (RFC 5280, 5.1.2.4). */
function timeOf(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`
  return text < '2050' ? der(TAG.utcTime, Buffer.from(text.slice(2))) : der(TAG.time, Buffer.from(text))
}
