import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { checkDatabase } from '#adapters/database/check.ts'
import { optionalDriver } from '#adapters/database/optional.ts'
import { DRIVER_VERSION } from '#adapters/database/sqlserver/session.ts'
import { PASSWORD, partsOf, settingsOf } from './source.ts'

const isInstalled = await optionalDriver('tedious', DRIVER_VERSION).then(
  () => true,
  () => false,
)

const packet = (payload: Buffer): Buffer => {
  const head = Buffer.from([4, 1, 0, 0, 0, 0, 1, 0])
  head.writeUInt16BE(head.length + payload.length, 2)
  return Buffer.concat([head, payload])
}
const short = (value: number): Buffer => Buffer.from([value & 255, value >> 8])
const wide = (text: string): Buffer => Buffer.concat([short(text.length), Buffer.from(text, 'utf16le')])

/** A server of version 16 that encrypts nothing. */
const PRELOGIN = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 16, 0, 0, 0, 0, 0, 2])

/** Lets the client in, and sends it to another host: what a listener of an availability group says to those who only read. */
function sentOn(host: string, port: number): Buffer {
  const target = Buffer.concat([Buffer.from([0]), short(port), wide(host)])
  const change = Buffer.concat([Buffer.from([20]), short(target.length), target, short(0)])
  const program = Buffer.from('none', 'utf16le')
  const welcome = Buffer.concat([
    Buffer.from([1, 0x74, 0, 0, 4, program.length / 2]),
    program,
    Buffer.from([16, 0, 0, 0]),
  ])
  return Buffer.concat([
    ...[Buffer.from([0xe3]), short(change.length), change],
    ...[Buffer.from([0xad]), short(welcome.length), welcome],
    ...[Buffer.from([0xfd]), Buffer.alloc(12)],
  ])
}

if (!isInstalled)
  it.skip('not run: install tedious to test what an SQL Server says before it lets in', () => {})
describe.skipIf(!isInstalled)('an SQL Server', () => {
  it('that sends its readers on to another host is not followed: nobody has looked at that address', async () => {
    const met: string[] = []
    const elsewhere = createServer((socket) => {
      met.push('elsewhere')
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(packet(PRELOGIN))
        socket.once('data', () => {
          met.push('server')
          socket.write(packet(sentOn('127.0.0.1', (elsewhere.address() as AddressInfo).port)))
        })
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const source = { database: 'd', port, reader: { user: 'r', password: PASSWORD } } as never
      const checks = await checkDatabase(
        partsOf(settingsOf(source, { kind: 'sqlserver' }), { password: PASSWORD }),
      )
      expect(checks).toMatchObject([
        {
          ok: false,
          setting: '/settings/host',
          reason: { en: 'the server sends its readers on to another host: name that host itself' },
        },
      ])
      expect(met).toEqual(['server'])
    } finally {
      server.close()
      elsewhere.close()
    }
  })
})
