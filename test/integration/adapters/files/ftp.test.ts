import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { openPlace } from '#adapters/files/places/open.ts'
import { runFiles } from '#test/files/channel.ts'
import { type FtpOptions, startFtpServer } from '#test/files/ftp-server.ts'
import { openedPlace, PASSWORD, placeParts, textOf, USER, withDisk } from '#test/files/places.ts'

const held = withDisk()
const at = (...names: string[]): string => join(held.disk, 'in', ...names)

const ftpServer = async (options: Partial<FtpOptions> = {}) => {
  const server = await startFtpServer(held.disk, { user: USER, password: PASSWORD, ...options })
  held.ends.push(server.close)
  return server
}
const opened = async (...given: Parameters<typeof openedPlace>) => {
  const place = await openedPlace(...given)
  held.ends.push(() => place.close())
  return place
}

describe('FTP', () => {
  test('an address in the answer to PASV is not gone to', async () => {
    let visits = 0
    const elsewhere = createServer((socket) => {
      visits++
      socket.destroy()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.2', resolve))
    held.ends.push(() => elsewhere.close())
    const server = await ftpServer({ old: true })
    server.faults = { pasvHost: '127.0.0.2' }
    await writeFile(at('a'), 'content')
    const place = await opened({ protocol: 'ftp', port: server.port })
    expect(await textOf(place.read('/in/a'))).toBe('content')
    expect(visits).toBe(0)
  })

  test('a connection that breaks in the middle of a file is an error and no end', async () => {
    const server = await ftpServer()
    await writeFile(at('a'), Buffer.alloc(1_000_000))
    server.faults = { dropAfterBytes: 300_000 }
    const place = await opened({ protocol: 'ftp', port: server.port })
    await expect(textOf(place.read('/in/a'))).rejects.toMatchObject({ class: 'retry' })
  })

  test.each(['MLSD', 'EPSV', 'RETR', 'SIZE'])(
    'a server that does not answer %s is given up in time',
    async (command) => {
      const server = await ftpServer()
      await writeFile(at('a'), 'a')
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
    await writeFile(at('a'), Buffer.alloc(5_000_000))
    const place = await opened({ protocol: 'ftp', port: server.port })
    for await (const _ of place.read('/in/a')) break
    // The connection is given up: whoever wants more opens another.
    expect(place.isFree()).toBe(false)
    await expect(place.list('/in')).rejects.toMatchObject({ class: 'retry' })
  })

  test('names in GBK are read, and written as they are', async () => {
    const server = await ftpServer({ encoding: 'gbk' })
    await writeFile(at('进场登记_岩.csv'), '名称')
    const place = await opened({ protocol: 'ftp', port: server.port, encoding: 'gb18030' })
    expect((await place.list('/in')).map(({ name, kind }) => [name, kind])).toEqual([
      ['进场登记_岩.csv', 'file'],
    ])
    expect(await textOf(place.read('/in/进场登记_岩.csv'))).toBe('名称')
    await place.makeFolder('/in/归档')
    expect(await place.rename('/in/进场登记_岩.csv', '/in/归档/进场登记_岩.csv', 'new')).toBe('done')
    expect(await readFile(at('归档', '进场登记_岩.csv'), 'utf8')).toBe('名称')
  })

  test('a server whose listing tells no exact time is asked for that of each file, and each is read once', async () => {
    const server = await ftpServer({ old: true })
    await writeFile(at('a.xml'), 'a')
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
    await writeFile(at('a.xml'), 'a')
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
    await writeFile(at('a'), 'content')
    const place = await opened({ protocol: 'ftps', port: server.port, ca: await pem('ca.pem') })
    expect(await textOf(place.read('/in/a'))).toBe('content')
    expect(server.asked).toContain('PROT P')
  })
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
