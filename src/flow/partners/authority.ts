import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import forge from 'node-forge'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { readHubId } from '#store/hub-identity.ts'
import { insertAuthority, listAuthorities, openAuthority } from '#store/partners.ts'
import { authorityName, constraintsOf } from './names.ts'
import { BEFORE_MS, DAY_MS, newSerial, pemOf, signCertificate } from './sign-certificate.ts'

/** Of the authority and of partners: as strong as AES-128 (NIST SP 800-57, to 2030 and after). */
export const RSA_BITS = 3072
const AUTHORITY_DAYS = 3650

/** An authority that issues. */
export interface Authority {
  readonly id: string
  readonly certificate: X509Certificate
  readonly key: KeyObject
}

/** A key pair of RSA, off the main thread. */
export const newRsaPair = (): Promise<{ privateKey: string; publicKey: string }> =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

/**
 * Makes the authority for partners of this hub: ten years, RSA of 3072 bits, nothing below it but partners. Its key is made here, stored sealed,
 * and shown to nobody. Throws `conflict` where there is one that has half of its time before it, unless `again`.
 */
export async function makeAuthority(
  pool: Pool,
  { nowMs, again = false }: { readonly nowMs: number; readonly again?: boolean },
): Promise<X509Certificate> {
  const [known] = await listAuthorities(pool)
  if (known && !again)
    throw new HubError('conflict', {
      detail:
        'there is an authority already; --again makes the next one, and both count until the first ends',
    })
  const hub = await readHubId(pool)
  const { privateKey, publicKey } = await newRsaPair()
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(publicKey)
  made.serialNumber = newSerial()
  made.validity.notBefore = new Date(nowMs - BEFORE_MS)
  made.validity.notAfter = new Date(nowMs + AUTHORITY_DAYS * DAY_MS)
  made.setSubject(authorityName(hub))
  made.setIssuer(authorityName(hub))
  made.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { id: '2.5.29.30', critical: true, value: constraintsOf(hub).toString('binary') },
    { name: 'subjectKeyIdentifier' },
  ])
  const certificate = pemOf(signCertificate(made, createPrivateKey(privateKey)))
  await insertAuthority(pool, { certificate, privateKey })
  return new X509Certificate(certificate)
}

/** The authority that issues now. Throws `not_found` where there is none. */
export async function currentAuthority(pool: Pool): Promise<Authority> {
  const [newest] = await listAuthorities(pool)
  if (!newest) throw new HubError('not_found', { detail: 'no authority for partners: hub partner ca init' })
  return {
    id: newest.id,
    certificate: new X509Certificate(newest.certificate),
    key: createPrivateKey(await openAuthority(pool, newest.id)),
  }
}
