import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { asAccount, findAccount, isRoot } from '#cli/embedded/account.ts'
import { findBinaries } from '#cli/embedded/binaries.ts'
import { reachableBinaries } from '#cli/embedded/reachable.ts'

export interface PostgresServer {
  /** As the superuser, who needs no password. */
  readonly url: string
  readonly port: number
  /** Certificate of the server, which signs itself; null where there is no openssl to make one. */
  readonly certificate: string | null
  stop(): Promise<void>
}

/** A PostgreSQL with a superuser, so that accounts and databases of every encoding can be made on it. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = isRoot() ? findAccount() : undefined
  const folder = await mkdtemp(join(tmpdir(), 'hub-source-'))
  await chmod(folder, 0o711)
  const quiet = { info: () => {}, warn: () => {}, error: () => {} }
  const { root } = await reachableBinaries(await findBinaries(), account, quiet, folder)
  const data = join(folder, 'data')
  const options = {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    ...asAccount(account),
  } as const
  if (account) await chown(folder, account.uid, account.gid)
  const made = spawnSync(
    join(root, 'bin', 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    options,
  )
  if (made.status !== 0) throw new Error(String(made.stderr))
  await writeFile(
    join(data, 'pg_hba.conf'),
    'host all postgres 127.0.0.1/32 trust\nhost all refused 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n',
  )
  const certificate = await makeCertificate(data, account)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    ssl: certificate === null ? 'off' : 'on',
    TimeZone: 'Asia/Shanghai',
  }
  const server = spawn(
    join(root, 'bin', 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...options, stdio: 'ignore' },
  )
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  await ready(url)
  return {
    url,
    port,
    certificate,
    async stop() {
      server.kill('SIGQUIT')
      await once(server, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeCertificate(
  data: string,
  account: ReturnType<typeof findAccount> | undefined,
): Promise<string | null> {
  const [key, certificate] = [join(data, 'server.key'), join(data, 'server.crt')]
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
  ])
  if (made.status !== 0) return null
  await chmod(key, 0o600)
  if (account) for (const file of [key, certificate]) await chown(file, account.uid, account.gid)
  return String(spawnSync('cat', [certificate]).stdout)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (tries > 200) throw error
      await pause(50)
    }
  }
}
