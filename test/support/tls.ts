import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:https'
import forge from 'node-forge'

/** A certificate with its key, both PEM. */
export interface TestPair {
  readonly cert: string
  readonly key: string
}

export interface PairWish {
  readonly name: string
  /** Itself where it is absent. */
  readonly issuer?: TestPair
  readonly isCa?: boolean
  readonly purposes?: readonly ('clientAuth' | 'serverAuth')[]
  readonly from?: number
  readonly to?: number
  readonly bits?: number
  /** Whether 127.0.0.1 stands in it. */
  readonly isLoopback?: boolean
}

const DAY_MS = 86_400_000
let serial = 100

/** Certificates as others make them: whatever is wished for, by node-forge and SHA-256 with RSA. */
export function pairOf(wish: PairWish): TestPair {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: wish.bits ?? 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(publicKey)
  made.serialNumber = (++serial).toString(16).padStart(4, '0')
  made.validity.notBefore = new Date(wish.from ?? Date.now() - DAY_MS)
  made.validity.notAfter = new Date(wish.to ?? Date.now() + 30 * DAY_MS)
  const subject = [{ name: 'commonName', value: wish.name }]
  made.setSubject(subject)
  made.setIssuer(wish.issuer ? forge.pki.certificateFromPem(wish.issuer.cert).subject.attributes : subject)
  const purposes = wish.purposes ?? []
  made.setExtensions([
    { name: 'basicConstraints', cA: wish.isCa ?? false, critical: true },
    ...(purposes.length > 0
      ? [{ name: 'extKeyUsage', ...Object.fromEntries(purposes.map((name) => [name, true])) }]
      : []),
    ...(wish.isLoopback ? [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }] : []),
  ])
  made.sign(forge.pki.privateKeyFromPem(wish.issuer?.key ?? key), forge.md.sha256.create())
  return { cert: forge.pki.certificateToPem(made), key }
}

/** A certificate request with a key of its own. */
export function requestOf(name: string, bits = 3072): { readonly csr: string; readonly key: string } {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const made = forge.pki.createCertificationRequest()
  made.publicKey = forge.pki.publicKeyFromPem(publicKey)
  made.setSubject([{ name: 'commonName', value: name }])
  made.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return { csr: forge.pki.certificationRequestToPem(made), key }
}

export interface TlsAnswer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Calls over a TLS connection of its own. @param ca of the server */
export function callTls(
  url: string,
  {
    ca,
    pair,
    key,
    method = 'GET',
    body,
    ...more
  }: {
    ca: string
    pair?: TestPair
    key?: string
    method?: string
    body?: string
    /** From where on this machine. */
    localAddress?: string
  },
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const asked = request(url, { method, ca, headers, agent: false, ...(pair ?? {}), ...more }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: JSON.parse(Buffer.concat(parts).toString() || '{}'),
        }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
