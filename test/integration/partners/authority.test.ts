import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import forge from 'node-forge'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { partnerCommand } from '#cli/partner.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { pemBlocks } from '#core/pki/certificate.ts'
import { readRevocationList } from '#core/pki/revocation-list.ts'
import { currentAuthority } from '#flow/partners/authority.ts'
import { keyOfRequest, RequestFault } from '#flow/partners/certificate-request.ts'
import { DAYS_MAX } from '#flow/partners/days.ts'
import { issueCertificate } from '#flow/partners/issue.ts'
import { signCertificate } from '#flow/partners/sign-certificate.ts'
import { readAlteredSettings } from '#store/audit-checks.ts'
import { createPool } from '#store/database.ts'
import { listPartners, type Partner } from '#store/partners.ts'
import { withDatabase } from '#test/database.ts'
import { pairOf, requestOf } from '#test/tls.ts'

const database = withDatabase()
let pool: Pool
let folder = ''
let said = ''

beforeAll(async () => {
  pool = createPool({ url: database.url, max: 3 })
  folder = await mkdtemp(join(tmpdir(), 'hub-partner-'))
})
afterAll(async () => {
  await pool.end()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  vi.stubEnv('HUB_LANG', 'en')
  vi.stubEnv('DATABASE_URL', database.url)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  process.exitCode = undefined
})

/** What a command says. */
async function hub(...argv: string[]): Promise<string> {
  said = ''
  const add = (text: unknown): true => {
    said += `${text}`
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(add)
  for (const name of ['log', 'error'] as const)
    vi.spyOn(console, name).mockImplementation((text) => void add(text))
  try {
    await partnerCommand(argv)
  } finally {
    vi.restoreAllMocks()
  }
  return said
}

const wish = { name: 'x', scopes: ['push:a'], nowMs: Date.now() }

describe('hub partner', () => {
  it('makes the authority once, and its key is neither shown nor anywhere in clear', async () => {
    expect(await hub('issue', '--name', 'early', '--systems', 'a', '--out', folder)).toMatch(
      /hub partner ca init/,
    )
    const shown = await hub('ca', 'init')
    const authority = new X509Certificate(shown)
    expect(authority.ca).toBe(true)
    expect(shown).not.toMatch(/PRIVATE/)
    expect(await hub('ca', 'init')).toMatch(/there is an authority already/)
    expect(process.exitCode).toBe(1)
    const { rows } = await pool.query('select sealed from partner_authorities')
    const { key } = await currentAuthority(pool)
    expect(authority.checkPrivateKey(key)).toBe(true)
    const der = key.export({ type: 'pkcs8', format: 'der' })
    for (const { sealed } of rows) {
      expect(sealed.includes('PRIVATE KEY')).toBe(false)
      expect(sealed.includes(der.subarray(-64))).toBe(false)
    }
  })

  it('issues for a request: the hub’s names, random serial, for clients alone, no longer than was asked for', async () => {
    const { csr, key } = requestOf('who I say I am')
    await writeFile(join(folder, 'a.csr'), csr)
    const text = await hub(
      'issue',
      '--name',
      '嘉兴批发市场',
      '--systems',
      'jiaxing-wholesale,other',
      '--csr',
      join(folder, 'a.csr'),
      '--days',
      '30',
    )
    const made = new X509Certificate(text)
    const { certificate: authority } = await currentAuthority(pool)
    expect(made.checkIssued(authority) && made.verify(authority.publicKey)).toBe(true)
    expect(made.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(made.subject).toContain('CN=嘉兴批发市场')
    expect(made.subject).not.toContain('who I say')
    expect([made.ca, made.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.2']])
    expect(made.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
    const days = (Date.parse(made.validTo) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29)
    expect(days).toBeLessThanOrEqual(30)
    const [stored] = await listPartners(pool, 1)
    expect(stored).toMatchObject({ name: '嘉兴批发市场', scopes: ['push:jiaxing-wholesale', 'push:other'] })
    expect(stored?.certificates[0]?.fingerprint).toBe(made.fingerprint256.replaceAll(':', '').toLowerCase())
  })

  it('makes the key where no request is given, in a file that others cannot read, and keeps it nowhere', async () => {
    const out = join(folder, 'scale')
    const answer = JSON.parse(await hub('issue', '--name', 'scale', '--systems', 'trace-scale', '--out', out))
    const key = await readFile(join(out, 'partner.key'), 'utf8')
    const made = new X509Certificate(await readFile(join(out, 'partner.crt')))
    expect(made.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(made.publicKey.asymmetricKeyDetails?.modulusLength).toBe(3072)
    expect((await stat(join(out, 'partner.key'))).mode & 0o077).toBe(0)
    expect(said).not.toMatch(/PRIVATE/)
    expect(answer).toMatchObject({ fingerprint: made.fingerprint256.replaceAll(':', '').toLowerCase() })
    await expect(hub('issue', '--name', 'scale', '--systems', 'trace-scale')).rejects.toThrow(WrongUsage)
  })

  it('revokes, lists, and writes lists of revoked certificates that OpenSSL takes', async () => {
    const partners = JSON.parse(await hub('list')) as Partner[]
    const scale = partners.find(({ name }) => name === 'scale')
    const market = partners.find(({ name }) => name === '嘉兴批发市场')
    const before = readRevocationList(pemBlocks(await hub('crl'), 'X509 CRL')[0] ?? Buffer.of())
    expect([...before.revoked]).toEqual([])
    await hub('revoke', '--certificate', scale?.certificates[0]?.fingerprint ?? '')
    expect(process.exitCode).toBeUndefined()
    expect(await hub('revoke', '--partner', '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2')).toMatch(/0b6a1c8e/)
    const list = await hub('crl')
    const { revoked, issuer } = readRevocationList(pemBlocks(list, 'X509 CRL')[0] ?? Buffer.of())
    expect([...revoked.keys()]).toEqual([scale?.certificates[0]?.serial])
    const { certificate: authority } = await currentAuthority(pool)
    expect(authority.raw.includes(Buffer.from(issuer))).toBe(true)
    await writeFile(join(folder, 'ca.pem'), `${authority.toString()}${list}`)
    const verify = (file: string): string => {
      try {
        return execFileSync(
          'openssl',
          [
            'verify',
            '-purpose',
            'sslclient',
            '-x509_strict',
            '-crl_check',
            '-CAfile',
            join(folder, 'ca.pem'),
            file,
          ],
          { stdio: 'pipe' },
        ).toString()
      } catch (error) {
        return String((error as { stderr: Buffer }).stderr)
      }
    }
    expect(verify(join(folder, 'scale', 'partner.crt'))).toMatch(/certificate revoked/)
    const other = await issueCertificate(pool, {
      ...wish,
      name: market?.name ?? '',
      scopes: market?.scopes ?? [],
      request: null,
    })
    await writeFile(join(folder, 'other.crt'), other.certificate)
    expect(verify(join(folder, 'other.crt'))).toMatch(/: OK/)
  })

  it.each([
    [['revoke', '--partner', 'x'], 'there is no partner x: hub partner list'],
    [['revoke', '--certificate', 'zz'], 'there is no certificate zz: hub partner list'],
    [['egress', '--partner', 'x', '--nothing'], 'there is no partner x: hub partner list'],
  ])('%j names what there is not in a sentence', async (argv, sentence) => {
    expect(await hub(...argv)).toBe(sentence)
    expect(process.exitCode).toBe(1)
  })

  it('refuses what a partner may not have, names that are none, and other scopes for a partner that is known', async () => {
    const issue = (more: object) => issueCertificate(pool, { ...wish, request: null, ...more })
    for (const scopes of [['admin'], ['audit'], [], ['push:trace-hub'], ['everything']])
      await expect(issue({ scopes })).rejects.toMatchObject({ code: 'invalid_request' })
    for (const name of ['', '  ', 'a\u0000b', 'n'.repeat(65)])
      await expect(issue({ name })).rejects.toMatchObject({ code: 'invalid_request' })
    for (const days of [0, DAYS_MAX + 1, 1.5, Number.NaN])
      await expect(issue({ days })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(issue({ name: 'scale', scopes: ['read'] })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('leaves its acts among the settings of the log, and a change behind its back is found', async () => {
    expect(await readAlteredSettings(pool, 10)).toEqual([])
    const { rows } = await pool.query(
      `select distinct split_part(subject, ' ', 1) as name from audit_log where kind = 'setting' and subject like 'partner%' order by name`,
    )
    expect(rows.map(({ name }) => name)).toEqual(['partner_authorities', 'partner_certificates', 'partners'])
    await pool.query('alter table partners disable trigger note_setting')
    await pool.query(`update partners set scopes = '{admin}' where name = 'scale'`)
    await pool.query('alter table partners enable trigger note_setting')
    expect(await readAlteredSettings(pool, 10)).toMatchObject([
      { subject: expect.stringMatching(/^partners /) },
    ])
  })
})

describe('the authority', () => {
  it('cannot make a certificate of other names, even with its own key', async () => {
    const { certificate, key } = await currentAuthority(pool)
    const server = pairOf({ name: 'hub', purposes: ['serverAuth'], isLoopback: true, isCa: true })
    const listening = createServer(
      { ...server, ca: certificate.toString(), requestCert: true, rejectUnauthorized: false },
      (socket) => socket.end(socket.authorized ? 'in' : String(socket.authorizationError)),
    )
    listening.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const enter = async (pair: { cert: string; key: string }): Promise<string> => {
      const { port } = listening.address() as AddressInfo
      const socket = connect({ host: '127.0.0.1', port, ca: server.cert, ...pair })
      let text = ''
      socket.on('data', (part) => {
        text += part
      })
      return await new Promise((resolve, reject) => {
        socket.on('error', reject)
        socket.on('end', () => resolve(text))
      })
    }
    const { csr, key: own } = requestOf('x')
    const issued = await issueCertificate(pool, { ...wish, name: 'one', request: csr })
    expect(await enter({ cert: issued.certificate, key: own })).toBe('in')
    const made = forge.pki.certificateFromPem(issued.certificate)
    made.setSubject([{ name: 'commonName', value: 'Ministry' }])
    const cert = `-----BEGIN CERTIFICATE-----\n${signCertificate(made, key).toString('base64')}\n-----END CERTIFICATE-----\n`
    expect(new X509Certificate(cert).verify(certificate.publicKey)).toBe(true)
    // X509_V_ERR_PERMITTED_VIOLATION, which Node has no name for.
    expect(await enter({ cert, key: own })).toBe('UNSPECIFIED')
    listening.close()
  })
})

describe('a certificate request', () => {
  it('must be signed with its own key, of RSA and strong enough', () => {
    const { csr } = requestOf('x')
    expect(keyOfRequest(csr).asymmetricKeyDetails?.modulusLength).toBe(3072)
    const [der = Buffer.of()] = pemBlocks(csr, 'CERTIFICATE REQUEST')
    const changed = Buffer.from(der)
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1
    const pem = (bytes: Buffer) =>
      `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
    const renamed = Buffer.from(der)
    renamed[der.indexOf(Buffer.from([0x13, 1, 0x78])) + 2] = 0x79
    for (const text of [
      pem(changed),
      pem(renamed),
      requestOf('x', 2048).csr,
      pem(der.subarray(0, 200)),
      '',
      csr + csr,
    ])
      expect(() => keyOfRequest(text)).toThrow(RequestFault)
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(() => keyOfRequest(String(publicKey.export({ type: 'spki', format: 'pem' })))).toThrow(
      RequestFault,
    )
  })
})
