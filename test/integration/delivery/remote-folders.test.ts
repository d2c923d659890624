import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createFolderDrop } from '#adapters/files/drop.ts'
import { createRemoteDrop } from '#adapters/files/remote-drop.ts'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { backwardMappings } from '#flow/delivery/backward-mapping.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { folderProtocols } from '#flow/delivery/folder-protocol.ts'
import { relatedSources } from '#flow/delivery/related.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { readLink } from '#store/links.ts'
import { withApi } from '#test/api.ts'
import { startFtpServer } from '#test/files/ftp-server.ts'
import { startSftpServer } from '#test/files/sftp-server.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const USER = 'city'
const PASSWORD = 'a secret of 2024'
const ANY_PORT = '127.0.0.1/32:1-65535'
const registry = await loadRegistry('mappings')
const root = await realpath(await mkdtemp(join(tmpdir(), 'hub-remote-')))
const api = withApi((found) => found, { dropFolders: [root] })
const tls = (name: string): string => readFileSync(`test/support/files/tls/${name}`, 'utf8')
const secure = createSecureContext({ cert: tls('server.pem'), key: tls('server.key') })

const disk = join(root, 'disk')
await mkdir(disk)
const sftp = await startSftpServer(disk, { user: USER, password: PASSWORD })
const ftp = await startFtpServer(disk, { user: USER, password: PASSWORD })
const ftps = await startFtpServer(disk, { user: USER, password: PASSWORD, tls: secure })
afterAll(async () => {
  await Promise.all([sftp.close(), ftp.close(), ftps.close()])
  await rm(root, { recursive: true, force: true })
})
beforeEach(async () => {
  sftp.faults = {}
  ftp.faults = {}
  for (const name of await readdir(disk)) await rm(join(disk, name), { recursive: true, force: true })
})

const sftpUrl = (folder: string, port = sftp.port): string =>
  `sftp://${USER}@127.0.0.1:${port}${folder}?hostKey=${sftp.hostKey}`
const PLACES = {
  sftp: { url: sftpUrl, secrets: { password: PASSWORD } },
  ftp: {
    url: (folder: string) => `ftp://${USER}@127.0.0.1:${ftp.port}${folder}`,
    secrets: { password: PASSWORD },
  },
  ftps: {
    url: (folder: string) => `ftps://${USER}@127.0.0.1:${ftps.port}${folder}`,
    secrets: { password: PASSWORD, ca: tls('ca.pem') },
  },
} as const

const clock = { time: Date.now(), now: () => clock.time }
const http = createHttpDelivery({ clock: clock.now })
afterAll(() => http.close())
/** A worker of its own, as another process would have it. */
const worker = (timeoutMs = 3000) =>
  createDelivery({
    pool: api.pool,
    send: http.send,
    clock,
    random: () => 0.5,
    mappingOf: backwardMappings(registry, relatedSources(api.pool)),
    folderOf: folderProtocols({
      registry,
      pool: api.pool,
      drop: createFolderDrop({ roots: [root] }),
      remote: createRemoteDrop({ timeoutMs, now: clock.now }),
    }),
  })

async function linkTo(more: object): Promise<string> {
  const made = await api.call('POST', '/v1/links', {
    body: { name: 'city', allowAddress: ANY_PORT, ...more },
  })
  expect([made.statusCode, made.json()]).toMatchObject([201, {}])
  const { id } = made.json() as { id: string }
  const { rows } = await api.pool.query('select coalesce(max(position), 0) as head from record_versions')
  await api.pool.query('update link_lanes set cursor = $2 where link_id = $1', [id, rows[0].head])
  return id
}
const toSftp = (folder: string, more: object = {}): Promise<string> =>
  linkTo({ url: sftpUrl(folder), secrets: { password: PASSWORD }, ...more })
let number = 0
const bill = () => trade(`R${++number}`)
const push = async (...trades: readonly object[]): Promise<void> => {
  expect((await api.push(TRADES, JSON.stringify(trades))).json()).toMatchObject({ rejected: 0 })
}
const deliver = async (id: string, by = worker()): Promise<void> => {
  await by.deliverLink(id)
}
const again = async (id: string): Promise<void> => {
  await api.call('POST', `/v1/links/${id}/resume`)
}
const shown = async (folder: string): Promise<string[]> =>
  (await readdir(join(disk, folder)).catch(() => [])).filter((name) => !name.startsWith('.')).sort()

describe.each(['sftp', 'ftp', 'ftps'] as const)('a link to a folder over %s', (kind) => {
  const { url, secrets } = PLACES[kind]

  test('writes whole files, makes the folders on the way, and leaves nothing hidden behind', async () => {
    const id = await linkTo({ url: url('/in/hangzhou'), secrets })
    await push(bill(), bill())
    await deliver(id)
    await push(bill())
    await deliver(id)
    const names = await readdir(join(disk, 'in/hangzhou'))
    expect(names).toHaveLength(2)
    const files = await Promise.all(names.map((name) => readFile(join(disk, 'in/hangzhou', name), 'utf8')))
    const events = files.flatMap((text) =>
      JSON.parse(text).changes.map(({ event }: { event: string }) => event),
    )
    expect(new Set(events).size).toBe(3)
    expect(await readLink(api.pool, id)).toMatchObject({ delivered: 3, lastError: null })
  })

  test('replaces a file by its newer state', async () => {
    const id = await cityLink({ url: url('/replaced'), secrets })
    await pushRecords('a', ...records.slice(0, 2))
    await deliver(id)
    expect(await shown('replaced')).toEqual([FILE])
    expect(await readFile(join(disk, 'replaced', FILE), 'utf8')).toContain('count="2"')
    await pushRecords('a', ...records.slice(2))
    await deliver(id)
    expect(await readdir(join(disk, 'replaced'))).toEqual([FILE])
    expect(await readFile(join(disk, 'replaced', FILE), 'utf8')).toContain('count="5"')
  })
})

const RETAIL = 'mappings/mofcom-city/samples/outbound'
const FILE = 'retail_market_in_info_330105012_20240415.xml'
interface Sent {
  readonly key: readonly string[]
}
const records = JSON.parse(readFileSync(`${RETAIL}/retail-entry-out.records.json`, 'utf8')) as Sent[]
const golden = readFileSync(`${RETAIL}/${FILE}`, 'utf8')
let round = 0
/** As a system of the city would send them, by the canonical door; each `of` has keys of its own. */
async function pushRecords(of: string, ...sent: readonly Sent[]): Promise<void> {
  const around = ['id', 'version', 'schema', 'receivedAt', 'message', 'mapping', 'record']
  round++
  const bodies = sent.map((one) => ({
    ...Object.fromEntries(Object.entries(one).filter(([name]) => !around.includes(name))),
    ...(of === '' ? {} : { key: [...one.key, `${of}${round}`] }),
    system: 'stall-ledger',
  }))
  expect((await api.call('POST', '/v1/records', { body: bodies })).json()).toMatchObject({ rejected: 0 })
}
const cityLink = (more: object): Promise<string> =>
  linkTo({
    mapping: 'mofcom-city/retail-entry-out',
    sees: ['public', 'partner', 'restricted', 'personal'],
    ...more,
  })

test('the city platform gets its file of the day over SFTP as it is written by hand, through a connection that broke', async () => {
  const id = await cityLink({ url: sftpUrl('/city'), secrets: { password: PASSWORD } })
  await pushRecords('', ...records.slice(0, 2))
  await deliver(id)
  const first = await readFile(join(disk, 'city', FILE))
  await pushRecords('', ...records.slice(2))
  sftp.faults = { dropAfterWritten: 600 }
  await deliver(id)
  expect(await readFile(join(disk, 'city', FILE))).toEqual(first)
  expect((await readLink(api.pool, id))?.lastError).toMatchObject({ class: 'retry' })
  sftp.faults = {}
  await again(id)
  await deliver(id)
  expect(await readFile(join(disk, 'city', FILE), 'utf8')).toBe(golden)
  expect(await readLink(api.pool, id)).toMatchObject({ delivered: 5, refused: 0, lastError: null })
})

describe('a connection that breaks', () => {
  test('in the middle of a file leaves no part of it under its name, over SFTP', async () => {
    const id = await toSftp('/broken')
    await push(bill(), bill())
    for (const bytes of [0, 1, 100, 1000]) {
      sftp.faults = { dropAfterWritten: bytes }
      await deliver(id)
      expect(await shown('broken')).toEqual([])
      await again(id)
    }
    sftp.faults = {}
    await deliver(id)
    const [name, ...more] = await shown('broken')
    expect(more).toEqual([])
    expect(JSON.parse(await readFile(join(disk, 'broken', name as string), 'utf8')).changes).toHaveLength(2)
  })

  test('and over FTP', async () => {
    const id = await linkTo({ url: PLACES.ftp.url('/broken'), secrets: PLACES.ftp.secrets })
    await push(bill(), bill())
    for (const bytes of [0, 100, 1000]) {
      ftp.faults = { dropAfterStored: bytes }
      await deliver(id)
      expect(await shown('broken')).toEqual([])
      expect((await readLink(api.pool, id))?.lastError).toMatchObject({ class: 'retry' })
      await again(id)
    }
    ftp.faults = {}
    await deliver(id)
    expect(await shown('broken')).toHaveLength(1)
  })

  test('behind the rename is no second file: the same bytes stand there, and nothing is written', async () => {
    const id = await toSftp('/renamed')
    await push(bill())
    sftp.faults = { dropAfter: 'RENAME' }
    await deliver(id)
    expect((await readLink(api.pool, id))?.lastError).toMatchObject({ class: 'retry' })
    expect(await shown('renamed')).toHaveLength(1)
    sftp.faults = {}
    sftp.asked.length = 0
    await again(id)
    await deliver(id)
    expect(await readdir(join(disk, 'renamed'))).toHaveLength(1)
    expect(sftp.asked.filter((one) => /^(WRITE|RENAME)/.test(one))).toEqual([])
    expect(await readLink(api.pool, id)).toMatchObject({ delivered: 1, lastError: null })
  })

  test('leaves a hidden file, which is taken away a day later', async () => {
    const id = await toSftp('/left')
    await push(bill())
    sftp.faults = { dropAfterWritten: 0 }
    await deliver(id)
    const [left] = await readdir(join(disk, 'left'))
    expect(left).toMatch(/^\..*\.part$/)
    sftp.faults = {}
    const old = Date.now() / 1000 - 25 * 3600
    await utimes(join(disk, 'left', left as string), old, old)
    await again(id)
    await deliver(id, worker())
    expect((await readdir(join(disk, 'left'))).some((name) => name.startsWith('.'))).toBe(false)
  })
})

describe('a host', () => {
  test('that keeps less than it says, as one with a full disk, gets no name for what it has', async () => {
    const id = await toSftp('/full')
    await push(bill())
    sftp.faults = { keepsBytes: 10 }
    await deliver(id)
    expect(await readdir(join(disk, 'full'))).toEqual([])
    expect((await readLink(api.pool, id))?.lastError).toMatchObject({
      class: 'retry',
      detail: expect.stringContaining('kept 10 of'),
    })
  })

  test('of FTP that replaces no file gets the newer one all the same', async () => {
    ftp.faults = { noReplace: true }
    const id = await cityLink({ url: PLACES.ftp.url('/strict'), secrets: PLACES.ftp.secrets })
    await pushRecords('s', ...records.slice(0, 2))
    await deliver(id)
    await pushRecords('s', ...records.slice(2))
    await deliver(id)
    expect(await readdir(join(disk, 'strict'))).toEqual([FILE])
    expect(await readFile(join(disk, 'strict', FILE), 'utf8')).toContain('count="5"')
  })

  test('that does not answer is given up in time, and others are served meanwhile', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const slow = await toSftp('/x', { url: sftpUrl('/x', port) })
    const local = await linkTo({ folder: join(root, 'local') })
    const good = await toSftp('/good')
    await push(bill())
    const by = worker(1500)
    let isOver = false
    const waiting = by.deliverLink(slow).finally(() => {
      isOver = true
    })
    await Promise.all([deliver(local, by), deliver(good, by)])
    expect(isOver).toBe(false)
    expect(await readdir(join(root, 'local'))).toHaveLength(1)
    expect(await shown('good')).toHaveLength(1)
    await waiting
    expect((await readLink(api.pool, slow))?.lastError).toMatchObject({ class: 'retry' })
    silent.close()
  })

  test('that hangs in the middle is left within a second when the hub stops', async () => {
    const id = await toSftp('/hangs')
    await push(bill())
    sftp.faults = { silent: ['WRITE'] }
    const stop = new AbortController()
    const begun = performance.now()
    setTimeout(() => stop.abort(), 300)
    await worker(20_000).deliverLink(id, { signal: stop.signal })
    expect(performance.now() - begun).toBeLessThan(1300)
    expect(await shown('hangs')).toEqual([])
  })

  test.each<[string, object, string, RegExp]>([
    ['does not know the password', { secrets: { password: 'not this one' } }, 'auth', /password/],
    [
      'has another key',
      { url: `sftp://${USER}@127.0.0.1:${sftp.port}/x?hostKey=SHA256:${'A'.repeat(43)}` },
      'auth',
      /key/,
    ],
    ['is not there', { url: sftpUrl('/x', 9) }, 'retry', /./],
  ])('that %s is told to who must act', async (_, more, what, detail) => {
    const id = await toSftp('/x', more)
    await push(bill())
    await deliver(id)
    const { lastError } = (await api.call('GET', `/v1/links/${id}`)).json()
    expect(lastError).toMatchObject({ class: what, detail: expect.stringMatching(detail) })
    expect(JSON.stringify(lastError)).not.toContain('not this one')
  })
})

describe('secrets of a folder', () => {
  test('are never given back, and stand nowhere in the open', async () => {
    const id = await toSftp('/sealed')
    for (const path of ['/v1/links?limit=1000', `/v1/links/${id}`])
      expect((await api.call('GET', path)).payload).not.toContain(PASSWORD)
    const { rows } = await api.pool.query('select * from links where id = $1', [id])
    expect(JSON.stringify(rows)).not.toContain(PASSWORD)
    expect((await api.call('GET', `/v1/links/${id}`)).json()).toMatchObject({
      hasToken: true,
      url: sftpUrl('/sealed'),
    })
  })

  test('can be changed, and go to no address of another kind', async () => {
    const id = await toSftp('/changed', { secrets: { password: 'another' } })
    await push(bill())
    await deliver(id)
    expect((await readLink(api.pool, id))?.lastError).toMatchObject({ class: 'auth' })
    await api.call('PATCH', `/v1/links/${id}`, { body: { secrets: { password: PASSWORD } } })
    await deliver(id)
    expect(await shown('changed')).toHaveLength(1)
    const moved = await api.call('PATCH', `/v1/links/${id}`, { body: { url: 'http://127.0.0.1:9/in' } })
    expect(moved.json()).toMatchObject({ hasToken: false })
    const back = await api.call('PATCH', `/v1/links/${id}`, {
      body: { url: sftpUrl('/changed'), secrets: { password: PASSWORD } },
    })
    expect(back.json()).toMatchObject({ hasToken: true })
    expect((await api.call('PATCH', `/v1/links/${id}`, { body: { secrets: null } })).json()).toMatchObject({
      hasToken: false,
    })
  })
})

test.each<[string, object, number, string]>([
  ['an address without a user', { url: `sftp://127.0.0.1/x?hostKey=SHA256:${'A'.repeat(43)}` }, 400, '/url'],
  ['a password in the address', { url: `ftp://u:p@127.0.0.1/x` }, 400, '/url'],
  ['SFTP without the key of its host', { url: 'sftp://u@127.0.0.1/x' }, 400, '/url'],
  ['a key that is none', { url: 'sftp://u@127.0.0.1/x?hostKey=MD5:1' }, 400, '/url'],
  ['an option that nobody knows', { url: 'ftp://u@127.0.0.1/x?mode=active' }, 400, '/url'],
  ['a path that leads upwards', { url: 'ftp://u@127.0.0.1/%2e%2e%2fx' }, 400, '/url'],
  ['a token', { url: 'ftp://u@127.0.0.1/x', token: 'abc' }, 400, '/token'],
  [
    'secrets of an address of HTTP',
    { url: 'http://127.0.0.1:9/x', secrets: { password: 'p' } },
    400,
    '/secrets',
  ],
])('a link is not made for %s', async (_, more, status, path) => {
  const made = await api.call('POST', '/v1/links', { body: { name: 'x', allowAddress: ANY_PORT, ...more } })
  expect([made.statusCode, made.json().issues?.[0]?.path]).toEqual([status, path])
})

test('a host of a private network must be allowed, and is asked for by name where it is', async () => {
  const body = { name: 'x', url: 'ftp://u@127.0.0.1:2121/x' }
  const made = await api.call('POST', '/v1/links', { body })
  expect(made.json()).toMatchObject({ code: 'address_refused' })
  expect(made.json().detail).toContain('127.0.0.1/32:2121')
})
