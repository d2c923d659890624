import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDatabase } from '#adapters/database/check.ts'
import type { Settings } from '#adapters/database/settings.ts'
import { PASSWORD, partsOf, settingsOf } from './source.ts'

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const isThere = has('mariadbd') && has('mariadb-install-db') && spawnSync('openssl', ['version']).status === 0

if (!isThere) it.skip('not run: install mariadb-server and openssl to test MariaDB with TLS', () => {})
describe.skipIf(!isThere)('MariaDB with TLS', () => {
  let folder: string
  let port: number
  let server: ChildProcess
  let ca: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-tls-'))
    const [key, certificate, data] = [join(folder, 'key.pem'), join(folder, 'cert.pem'), join(folder, 'data')]
    spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ])
    ca = await readFile(certificate, 'utf8')
    const user = process.getuid?.() === 0 ? ['--user=root'] : []
    spawnSync('mariadb-install-db', [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...user,
    ])
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    port = (free.address() as { port: number }).port
    free.close()
    server = spawn(
      'mariadbd',
      [
        '--no-defaults',
        ...user,
        `--datadir=${data}`,
        `--port=${port}`,
        `--socket=${join(folder, 's')}`,
        '--bind-address=127.0.0.1',
        `--ssl-cert=${certificate}`,
        `--ssl-key=${key}`,
      ],
      { stdio: 'ignore' },
    )
    const root = await ready(port)
    for (const statement of [
      'CREATE DATABASE d',
      'CREATE TABLE d.t (id int PRIMARY KEY)',
      `CREATE USER r@'%' IDENTIFIED BY '${PASSWORD}'`,
      `GRANT SELECT ON d.* TO r@'%'`,
      `DELETE FROM mysql.global_priv WHERE user = ''`,
      'FLUSH PRIVILEGES',
    ])
      await root.query(statement)
    await root.end()
  })
  afterAll(async () => {
    server?.kill('SIGTERM')
    if (server?.exitCode === null) await once(server, 'exit')
    await rm(folder, { recursive: true, force: true })
  })

  const check = async (host: string, tls: Settings['tls']) => {
    const source = { database: 'd', reader: { user: 'r', password: PASSWORD } } as never
    const allow = [`127.0.0.1/32:${port}`, `::1/128:${port}`]
    return await checkDatabase(
      partsOf(settingsOf(source, { host, port, tls }), { password: PASSWORD, allow }),
    )
  }
  const wrong = async (...given: Parameters<typeof check>) =>
    (await check(...given)).filter(({ ok }) => !ok).map(({ setting }) => setting)

  it('the certificate is checked with the name or the address of the host', async () => {
    expect(await wrong('localhost', { mode: 'verify', ca })).toEqual([])
    expect(await wrong('127.0.0.1', { mode: 'verify', ca })).toEqual(['/settings/tls/ca'])
    expect(await wrong('localhost', { mode: 'verify' })).toEqual(['/settings/tls/ca'])
  })

  it('says whether the connection is encrypted', async () => {
    const said = async (tls: Settings['tls']) =>
      (await check('127.0.0.1', tls)).find(({ setting }) => setting === '/settings/tls')?.reason.en
    expect(await said({ mode: 'require' })).toBe('encrypted, certificate not checked')
    expect(await said({ mode: 'off' })).toBe('not encrypted')
  })
})

async function ready(port: number) {
  for (let tries = 0; ; tries++) {
    try {
      return await createConnection({ host: '127.0.0.1', port, user: 'root' })
    } catch (error) {
      if (tries > 300) throw error
      await pause(100)
    }
  }
}
