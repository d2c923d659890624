import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { utils } from 'ssh2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPlace } from '#adapters/files/places/open.ts'
import type { FilePlace } from '#adapters/files/places/port.ts'
import type { PlaceSettings } from '#adapters/files/places/settings.ts'
import { runFiles } from '#test/files/channel.ts'
import { type FtpOptions, startFtpServer } from '#test/files/ftp-server.ts'
import { PASSWORD, placeParts, USER } from '#test/files/places.ts'
import { type SftpAccount, startSftpServer } from '#test/files/sftp-server.ts'

const ends: (() => unknown)[] = []
let disk: string
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-hosts-'))
  await mkdir(join(disk, 'in'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await rm(disk, { recursive: true, force: true })
})

const sftpServer = async (account: Partial<SftpAccount> = { password: PASSWORD }) => {
  const server = await startSftpServer(disk, { user: USER, ...account })
  ends.push(server.close)
  return server
}
const ftpServer = async (options: Partial<FtpOptions> = {}) => {
  const server = await startFtpServer(disk, { user: USER, password: PASSWORD, ...options })
  ends.push(server.close)
  return server
}
const opened = async (
  settings: Partial<PlaceSettings>,
  more: Parameters<typeof placeParts>[1] = {},
  pinned?: string,
): Promise<FilePlace> => {
  const place = await openPlace(placeParts(settings, more), pinned ?? null)
  ends.push(() => place.close())
  return place
}
const textOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}

describe('who an SFTP host is', () => {
  test('without a fingerprint nothing is sent, and the one that the host has is told', async () => {
    const { port, hostKey, asked } = await sftpServer()
    await expect(opened({ protocol: 'sftp', port })).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/hostKey',
      message: `no fingerprint is set; the host has ${hostKey}`,
    })
    expect(asked).toEqual([])
  })

  test('another key than the one that is set is refused before the password is sent', async () => {
    const { port } = await sftpServer()
    const hostKey = `SHA256:${'B'.repeat(43)}`
    await expect(opened({ protocol: 'sftp', port, hostKey })).rejects.toMatchObject({
      class: 'auth',
      setting: '/settings/hostKey',
    })
  })

  test('the first key is trusted when that is told, stays in the state, and another one is refused', async () => {
    await writeFile(join(disk, 'in', 'a.xml'), 'a')
    const first = await sftpServer()
    const settings = {
      protocol: 'sftp',
      host: '127.0.0.1',
      user: USER,
      folder: '/in',
      trustFirstHostKey: true,
      finished: 'rename',
      files: [{ name: '*' }],
    }
    const given = (port: number) => ({ settings: { ...settings, port }, secrets: { password: PASSWORD } })
    const run = await runFiles(given(first.port))
    expect(run.read).toEqual(['a.xml: a'])
    expect(run.state?.hostKey).toBe(first.hostKey)
    const second = await sftpServer()
    const other = await runFiles({ ...given(second.port), state: run.state })
    expect(other.error).toMatchObject({ class: 'auth', setting: '/settings/hostKey' })
    expect((await runFiles({ ...given(first.port), state: run.state })).error).toBeNull()
  })
})

describe('how an SFTP account is let in', () => {
  test('by a password that is asked for as a question', async () => {
    const { port, hostKey } = await sftpServer({ password: PASSWORD, asksOnly: true })
    expect(await (await opened({ protocol: 'sftp', port, hostKey })).list('/in')).toEqual([])
  })

  test('by a private key, with a passphrase or without', async () => {
    for (const passphrase of ['open sesame', undefined]) {
      const keys = utils.generateKeyPairSync(
        'ed25519',
        passphrase === undefined ? {} : { cipher: 'aes256-cbc', passphrase, rounds: 4 },
      )
      const { port, hostKey } = await sftpServer({ publicKey: keys.public })
      const settings = { protocol: 'sftp', port, hostKey } as const
      const secrets = { privateKey: keys.private, ...(passphrase === undefined ? {} : { passphrase }) }
      expect(await (await opened(settings, { secrets })).list('/in')).toEqual([])
      const other = utils.generateKeyPairSync('ed25519').private
      await expect(opened(settings, { secrets: { privateKey: other } })).rejects.toMatchObject({
        class: 'auth',
        setting: '/secrets/privateKey',
      })
    }
  })

  test('a key that cannot be read, or needs a passphrase, is told as such', async () => {
    const { port, hostKey } = await sftpServer({ publicKey: utils.generateKeyPairSync('ed25519').public })
    const settings = { protocol: 'sftp', port, hostKey } as const
    const locked = utils.generateKeyPairSync('ed25519', {
      cipher: 'aes256-cbc',
      passphrase: 'open sesame',
      rounds: 4,
    }).private
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    for (const privateKey of ['no key at all', locked]) {
      await expect(opened(settings, { secrets: { privateKey } })).rejects.toMatchObject({
        class: 'auth',
        setting: expect.stringMatching(/^\/secrets\//),
      })
    }
    await expect(opened(settings, { secrets: { privateKey: rsa } })).rejects.toMatchObject({ class: 'auth' })
  })

  test('what is no SSH server, and one that says nothing, is given up', async () => {
    const web = createServer(
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\nno\r\n'.repeat(2000)),
    )
    const mute = createServer(() => {})
    for (const server of [web, mute]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      ends.push(() => server.close())
    }
    const portOf = (server: typeof web): number => (server.address() as { port: number }).port
    await expect(opened({ protocol: 'sftp', port: portOf(web) })).rejects.toMatchObject({
      class: 'retry',
      message: 'the connection was lost before the host said who it is',
    })
    await expect(opened({ protocol: 'sftp', port: portOf(mute) }, { timeoutMs: 300 })).rejects.toMatchObject({
      class: 'retry',
    })
  })
})

describe('an SFTP host that misbehaves', () => {
  test('short answers make no holes', async () => {
    const server = await sftpServer()
    const text = Array.from({ length: 40_000 }, (_, i) => `${i};`).join('')
    await writeFile(join(disk, 'in', 'a'), text)
    server.faults = { shortReads: 10_000 }
    const place = await opened({ protocol: 'sftp', port: server.port, hostKey: server.hostKey })
    expect((await textOf(place.read('/in/a'))) === text).toBe(true)
  })

  test('a connection that is lost in the middle of a file is an error and no end', async () => {
    const server = await sftpServer()
    await writeFile(join(disk, 'in', 'a'), Buffer.alloc(1_000_000))
    server.faults = { dropAfterBytes: 300_000 }
    const place = await opened({ protocol: 'sftp', port: server.port, hostKey: server.hostKey })
    await expect(textOf(place.read('/in/a'))).rejects.toMatchObject({ class: 'retry' })
    expect(place.isFree()).toBe(false)
  })

  test.each(['OPENDIR', 'OPEN', 'READ', 'STAT'])(
    'one that does not answer %s is given up in time',
    async (command) => {
      const server = await sftpServer()
      await writeFile(join(disk, 'in', 'a'), 'a')
      server.faults = { silent: [command] }
      const place = await opened(
        { protocol: 'sftp', port: server.port, hostKey: server.hostKey },
        { timeoutMs: 300 },
      )
      const began = performance.now()
      await expect(
        (async () => {
          await place.list('/in')
          await place.stat('/in/a')
          await textOf(place.read('/in/a'))
        })(),
      ).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - began).toBeLessThan(1500)
    },
  )
})

describe('FTP', () => {
  test('an address in the answer to PASV is not gone to', async () => {
    let visits = 0
    const elsewhere = createServer((socket) => {
      visits++
      socket.destroy()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.2', resolve))
    ends.push(() => elsewhere.close())
    const server = await ftpServer({ old: true })
    server.faults = { pasvHost: '127.0.0.2' }
    await writeFile(join(disk, 'in', 'a'), 'content')
    const place = await opened({ protocol: 'ftp', port: server.port })
    expect(await textOf(place.read('/in/a'))).toBe('content')
    expect(visits).toBe(0)
  })

  test('a connection that breaks in the middle of a file is an error and no end', async () => {
    const server = await ftpServer()
    await writeFile(join(disk, 'in', 'a'), Buffer.alloc(1_000_000))
    server.faults = { dropAfterBytes: 300_000 }
    const place = await opened({ protocol: 'ftp', port: server.port })
    await expect(textOf(place.read('/in/a'))).rejects.toMatchObject({ class: 'retry' })
  })

  test.each(['MLSD', 'EPSV', 'RETR', 'SIZE'])(
    'a server that does not answer %s is given up in time',
    async (command) => {
      const server = await ftpServer()
      await writeFile(join(disk, 'in', 'a'), 'a')
      server.faults = { silent: [command] }
      const place = await opened({ protocol: 'ftp', port: server.port }, { timeoutMs: 300 })
      const began = performance.now()
      await expect(
        (async () => {
          await place.list('/in')
          await place.stat('/in/a')
          await textOf(place.read('/in/a'))
        })(),
      ).rejects.toMatchObject({ class: 'retry' })
      expect(performance.now() - began).toBeLessThan(1500)
    },
  )

  test('a file that is left in the middle does not disturb what comes after it', async () => {
    const server = await ftpServer()
    await writeFile(join(disk, 'in', 'a'), Buffer.alloc(5_000_000))
    const place = await opened({ protocol: 'ftp', port: server.port })
    for await (const _ of place.read('/in/a')) break
    // The connection is given up: whoever wants more opens another.
    expect(place.isFree()).toBe(false)
    await expect(place.list('/in')).rejects.toMatchObject({ class: 'retry' })
  })

  test('names in GBK are read, and written as they are', async () => {
    const server = await ftpServer({ encoding: 'gbk' })
    await writeFile(join(disk, 'in', '进场登记_岩.csv'), '名称')
    const place = await opened({ protocol: 'ftp', port: server.port, encoding: 'gb18030' })
    expect((await place.list('/in')).map(({ name, kind }) => [name, kind])).toEqual([
      ['进场登记_岩.csv', 'file'],
    ])
    expect(await textOf(place.read('/in/进场登记_岩.csv'))).toBe('名称')
    await place.makeFolder('/in/归档')
    expect(await place.rename('/in/进场登记_岩.csv', '/in/归档/进场登记_岩.csv', 'new')).toBe('done')
    expect(await readFile(join(disk, 'in', '归档', '进场登记_岩.csv'), 'utf8')).toBe('名称')
  })

  test('a server whose listing tells no exact time is asked for that of each file, and each is read once', async () => {
    const server = await ftpServer({ old: true })
    await writeFile(join(disk, 'in', 'a.xml'), 'a')
    const given = {
      settings: {
        protocol: 'ftp',
        host: '127.0.0.1',
        port: server.port,
        user: USER,
        folder: '/in',
        finished: 'rename',
        files: [{ name: '*' }],
      },
      secrets: { password: PASSWORD },
    }
    const first = await runFiles(given)
    expect(first.read).toEqual(['a.xml: a'])
    expect(server.asked.filter((line) => line.startsWith('MDTM')).length).toBeGreaterThan(0)
    expect((await runFiles({ ...given, state: first.state })).pages).toEqual([])
    server.faults = {}
  })

  test('a server that knows no times at all is read by names and sizes', async () => {
    const server = await ftpServer({ old: true, noTimes: true })
    await writeFile(join(disk, 'in', 'a.xml'), 'a')
    const given = {
      settings: {
        protocol: 'ftp',
        host: '127.0.0.1',
        port: server.port,
        user: USER,
        folder: '/in',
        stableSeconds: 2,
        after: 'archive',
        files: [{ name: '*' }],
      },
      secrets: { password: PASSWORD },
    }
    const first = await runFiles(given)
    expect(first.read).toEqual(['a.xml: a'])
    expect((await runFiles({ ...given, state: first.state })).read).toEqual([])
  })
})

describe('FTPS', () => {
  const TLS = new URL('../../../support/files/tls/', import.meta.url)
  const pem = (name: string): Promise<string> => readFile(new URL(name, TLS), 'utf8')
  const secureServer = async () =>
    ftpServer({ tls: createSecureContext({ cert: await pem('server.pem'), key: await pem('server.key') }) })

  test('a certificate that nobody vouches for is refused before user and password are sent', async () => {
    const server = await secureServer()
    await expect(opened({ protocol: 'ftps', port: server.port })).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/host',
    })
    expect(server.asked.filter((line) => line.startsWith('USER'))).toEqual([])
  })

  test('a certificate of another host is refused', async () => {
    const server = await secureServer()
    const parts = placeParts({
      protocol: 'ftps',
      port: server.port,
      host: 'other.test',
      ca: await pem('ca.pem'),
    })
    const connect = placeParts({}).connect
    const here = { open: () => connect.open({ host: '127.0.0.1', port: server.port }) }
    await expect(openPlace({ ...parts, connect: here })).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/ca',
    })
  })

  test('a file goes over TLS too', async () => {
    const server = await secureServer()
    await writeFile(join(disk, 'in', 'a'), 'content')
    const place = await opened({ protocol: 'ftps', port: server.port, ca: await pem('ca.pem') })
    expect(await textOf(place.read('/in/a'))).toBe('content')
    expect(server.asked).toContain('PROT P')
  })
})

test('addresses that are not allowed are refused for each connection', async () => {
  const sftp = placeParts({ protocol: 'sftp', port: 22, host: '169.254.169.254' })
  await expect(openPlace(sftp)).rejects.toMatchObject({ class: 'config', setting: '/settings/host' })
})

test('no error repeats what a server said, or a secret', async () => {
  const server = await ftpServer()
  const error: Error = await opened(
    { protocol: 'ftp', port: server.port },
    { secrets: { password: 'wrong-Pa55word' } },
  ).then(
    () => new Error('let in'),
    (caught: Error) => caught,
  )
  expect(error.message).toBe('the host does not let the user in (answer 530)')
  expect(JSON.stringify(error.cause ?? '')).not.toContain('wrong-Pa55word')
})
