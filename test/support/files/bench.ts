import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '#adapters/files/adapter.ts'
import {
  type At,
  type BadCase,
  type Bench,
  type BenchSource,
  ENORMOUS_BYTES,
  type Given,
  noNetwork,
  type SourceRow,
} from '#test/adapters/bench.ts'
import { type FtpServer, startFtpServer } from './ftp-server.ts'
import { startSftpServer } from './sftp-server.ts'

const ROWS_A_FILE = 5
const USER = 'city'
const PASSWORD = 'city-Pa55word'

interface Way {
  /** What a channel is given to reach the folder, and a server that does. */
  start(disk: string): Promise<{
    readonly endpoint: At | null
    given(at: At): Given
    bad(at: At): readonly BadCase[]
    misbehave?(what: 'well' | 'busy'): void
    stop(): Promise<void>
  }>
  readonly skips: Bench['skips']
}

const READ = {
  files: [{ name: 'rows_{seq:digits}.ndjson' }],
  stableSeconds: 2,
}
const secrets = { password: PASSWORD }
const NO_FOLDER = { what: 'a folder that is not there', blames: ['/settings/folder'] }
const BAD_PATTERN = { files: [{ name: 'rows_{' }] }

const local: Way = {
  async start(disk) {
    const folder = join(disk, 'in')
    const given = { folders: [disk] }
    const settings = { protocol: 'local', folder, ...READ }
    return {
      endpoint: null,
      given: () => ({ ...given, settings }),
      bad: () => [
        { ...given, ...NO_FOLDER, settings: { ...settings, folder: join(disk, 'out') } },
        {
          ...given,
          what: 'a folder that nobody allowed',
          settings: { ...settings, folder: '/etc' },
          blames: ['/settings/folder'],
        },
        {
          ...given,
          what: 'a way out',
          settings: { ...settings, folder: `${disk}/in/../../etc` },
          blames: ['/settings/folder'],
        },
        {
          ...given,
          what: 'pattern and folder',
          settings: { ...settings, ...BAD_PATTERN, folder: join(disk, 'out') },
          blames: ['/settings/files/0/name', '/settings/folder'],
        },
      ],
      stop: async () => {},
    }
  },
  skips: {
    ...noNetwork('a folder of this machine is reached without a network'),
    secrets: 'a folder of this machine has no account, and so no secret',
  },
}

const sftp: Way = {
  async start(disk) {
    const server = await startSftpServer(disk, { user: USER, password: PASSWORD })
    const settings = (at: At) => ({
      protocol: 'sftp',
      ...at,
      user: USER,
      folder: '/in',
      hostKey: server.hostKey,
      ...READ,
    })
    return {
      endpoint: { host: '127.0.0.1', port: server.port },
      given: (at) => ({ settings: settings(at), secrets }),
      bad: (at) => [
        { ...NO_FOLDER, settings: { ...settings(at), folder: '/out' }, secrets },
        {
          what: 'another password',
          settings: settings(at),
          secrets: { password: 'another-Pa55word' },
          blames: ['/secrets/password'],
        },
        {
          what: 'no fingerprint',
          settings: { ...settings(at), hostKey: undefined },
          secrets,
          blames: ['/settings/hostKey'],
        },
        {
          what: 'the fingerprint of another host',
          settings: { ...settings(at), hostKey: `SHA256:${'A'.repeat(43)}` },
          secrets,
          blames: ['/settings/hostKey'],
        },
        {
          what: 'no host',
          settings: { ...settings(at), host: undefined },
          secrets,
          blames: ['/settings/host'],
        },
        {
          what: 'pattern and folder',
          settings: { ...settings(at), ...BAD_PATTERN, folder: '/out' },
          secrets,
          blames: ['/settings/files/0/name', '/settings/folder'],
        },
      ],
      misbehave(what) {
        server.faults = what === 'busy' ? { refuses: true } : {}
        if (what === 'busy') server.drop()
      },
      stop: server.close,
    }
  },
  skips: { unavailable: 'SFTP has no word for a time after which to come again' },
}

const ftp: Way = {
  async start(disk) {
    const server: FtpServer = await startFtpServer(disk, { user: USER, password: PASSWORD })
    const settings = (at: At) => ({ protocol: 'ftp', ...at, user: USER, folder: '/in', ...READ })
    const given = { secrets, allow: ['127.0.0.1/32:1-65535'] }
    return {
      endpoint: { host: '127.0.0.1', port: server.port },
      given: (at) => ({ ...given, settings: settings(at) }),
      bad: (at) => [
        { ...given, ...NO_FOLDER, settings: { ...settings(at), folder: '/out' } },
        {
          ...given,
          what: 'another password',
          settings: settings(at),
          secrets: { password: 'another-Pa55word' },
          blames: ['/secrets/password'],
        },
        {
          ...given,
          what: 'TLS of a host that has none',
          settings: { ...settings(at), protocol: 'ftps' },
          blames: ['/settings/protocol'],
        },
        {
          ...given,
          what: 'no user',
          settings: { ...settings(at), user: undefined },
          blames: ['/settings/user'],
        },
        {
          ...given,
          what: 'passive ports that are not allowed',
          allow: [`${at.host}/32:${at.port}`],
          settings: settings(at),
          blames: ['/settings/host'],
        },
        {
          ...given,
          what: 'pattern and folder',
          settings: { ...settings(at), ...BAD_PATTERN, folder: '/out' },
          blames: ['/settings/files/0/name', '/settings/folder'],
        },
      ],
      misbehave(what) {
        server.faults = what === 'busy' ? { busy: true } : {}
      },
      stop: server.close,
    }
  },
  skips: { unavailable: 'FTP has no word for a time after which to come again' },
}

/** The bench of files over one way: folders on the disk, with a real server before them where there is one. */
export function filesBench(name: 'local' | 'sftp' | 'ftp', settings: object = {}): Bench {
  const way = { local, sftp, ftp }[name]
  return {
    adapter: files as Bench['adapter'],
    garbage: 'page',
    skips: {
      ...way.skips,
      caps: 'a page is a file, and has as many rows as its writer put there',
      keys: 'files tell what is new and never everything that there is',
      counts: 'files have no count beside their rows',
    },
    async start(rows) {
      const disk = await mkdtemp(join(tmpdir(), 'hub-files-bench-'))
      await mkdir(join(disk, 'in'))
      const server = await way.start(disk)
      const add = writer(join(disk, 'in'))
      await add(rows)
      const merged = <T extends { settings: object }>(given: T): T => ({
        ...given,
        settings: { ...given.settings, ...settings },
      })
      return {
        endpoint: server.endpoint,
        good: (at) => merged(server.given(at)),
        bad: (at) => server.bad(at),
        idsOf,
        add,
        misbehave: (what) => misbehaved(join(disk, 'in'), what, server.misbehave),
        future: (state) => ({
          ...state,
          taken: [...((state as { taken?: string[] }).taken ?? []), 'AAAAAAAAAAAA'],
        }),
        fingerprint: () => fingerprint(join(disk, 'in')),
        async stop() {
          await server.stop()
          await rm(disk, { recursive: true, force: true })
        },
      } satisfies BenchSource
    },
  }
}

/** Writes rows as files of five, each with the time of its first row. */
function writer(folder: string): (rows: readonly SourceRow[]) => Promise<void> {
  let number = 0
  return async (rows) => {
    for (let at = 0; at < rows.length; at += ROWS_A_FILE) {
      const some = rows.slice(at, at + ROWS_A_FILE)
      const path = join(folder, `rows_${String(number++).padStart(4, '0')}.ndjson`)
      await writeFile(path, some.map((row) => `${JSON.stringify(row)}\n`).join(''))
      const time = (some[0]?.atMs ?? 0) / 1000
      await utimes(path, time, time)
    }
  }
}

const idsOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => (JSON.parse(line) as { id: string }).id)

async function misbehaved(
  folder: string,
  what: Parameters<NonNullable<BenchSource['misbehave']>>[0],
  server: ((what: 'well' | 'busy') => void) | undefined,
): Promise<void> {
  const enormous = join(folder, 'rows_9999.ndjson')
  if (what === 'garbage') await writeFile(join(folder, 'rows_0000000.ndjson'), '<html>no rows</html>')
  if (what === 'enormous') {
    await writeFile(enormous, '')
    // With holes: it takes no room on the disk.
    await truncate(enormous, ENORMOUS_BYTES)
  }
  if (what === 'well') await rm(enormous, { force: true })
  if (what === 'well' || what === 'busy') server?.(what)
}

async function fingerprint(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).sort()
  const digest = createHash('sha256')
  for (const name of names) {
    const { mtimeMs, size } = await stat(join(folder, name))
    digest
      .update(`${name} ${mtimeMs} ${size} `)
      .update(size < 1e6 ? await readFile(join(folder, name)).catch(() => '') : '')
  }
  return digest.digest('hex')
}
