import { generateKeyPairSync } from 'node:crypto'
import { utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openPlace } from '#adapters/files/places/open.ts'
import { runFiles } from '#test/files/channel.ts'
import { openedPlace, PASSWORD, placeParts, textOf, USER, withDisk } from '#test/files/places.ts'
import { type SftpAccount, startSftpServer } from '#test/files/sftp-server.ts'
import { newSshKeys } from '#test/files/ssh-keys.ts'

const held = withDisk()
const at = (name: string): string => join(held.disk, 'in', name)

const sftpServer = async (account: Partial<SftpAccount> = { password: PASSWORD }) => {
  const server = await startSftpServer(held.disk, { user: USER, ...account })
  held.ends.push(server.close)
  return server
}
const opened = async (...given: Parameters<typeof openedPlace>) => {
  const place = await openedPlace(...given)
  held.ends.push(() => place.close())
  return place
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
    await writeFile(at('a.xml'), 'a')
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
      const keys = newSshKeys(passphrase)
      const { port, hostKey } = await sftpServer({ publicKey: keys.public })
      const settings = { protocol: 'sftp', port, hostKey } as const
      const secrets = { privateKey: keys.private, ...(passphrase === undefined ? {} : { passphrase }) }
      expect(await (await opened(settings, { secrets })).list('/in')).toEqual([])
      const other = newSshKeys().private
      await expect(opened(settings, { secrets: { privateKey: other } })).rejects.toMatchObject({
        class: 'auth',
        setting: '/secrets/privateKey',
      })
    }
  })

  test('a key that cannot be read, or needs a passphrase, is told as such', async () => {
    const { port, hostKey } = await sftpServer({
      publicKey: newSshKeys().public,
    })
    const settings = { protocol: 'sftp', port, hostKey } as const
    const locked = newSshKeys('open sesame').private
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
      held.ends.push(() => server.close())
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
    await writeFile(at('a'), text)
    server.faults = { shortReads: 10_000 }
    const place = await opened({ protocol: 'sftp', port: server.port, hostKey: server.hostKey })
    expect((await textOf(place.read('/in/a'))) === text).toBe(true)
  })

  test('a connection that is lost in the middle of a file is an error and no end', async () => {
    const server = await sftpServer()
    await writeFile(at('a'), Buffer.alloc(1_000_000))
    server.faults = { dropAfterBytes: 300_000 }
    const place = await opened({ protocol: 'sftp', port: server.port, hostKey: server.hostKey })
    await expect(textOf(place.read('/in/a'))).rejects.toMatchObject({ class: 'retry' })
    expect(place.isFree()).toBe(false)
  })

  test('a file that is written over while it is read, in the same length, is not taken for read', async () => {
    const server = await sftpServer()
    await writeFile(at('a.xml'), 'old')
    server.faults = {
      beforeRead: async () => {
        await writeFile(at('a.xml'), 'new')
        await utimes(at('a.xml'), 1_700_000_000, 1_700_000_000)
      },
    }
    const { port, hostKey } = server
    const settings = { protocol: 'sftp', host: '127.0.0.1', port, hostKey, user: USER, folder: '/in' }
    const given = {
      settings: { ...settings, finished: 'rename', files: [{ name: '*' }], after: 'delete' },
      secrets: { password: PASSWORD },
    }
    const first = await runFiles(given)
    expect(first.read).toEqual([])
    server.faults = {}
    expect((await runFiles({ ...given, state: first.state })).read).toEqual(['a.xml: new'])
  })

  test.each(['OPENDIR', 'OPEN', 'READ', 'STAT'])(
    'one that does not answer %s is given up in time',
    async (command) => {
      const server = await sftpServer()
      await writeFile(at('a'), 'a')
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

test('addresses that are not allowed are refused for each connection', async () => {
  const sftp = placeParts({ protocol: 'sftp', port: 22, host: '169.254.169.254' })
  await expect(openPlace(sftp)).rejects.toMatchObject({ class: 'config', setting: '/settings/host' })
})
