import { EventEmitter } from 'node:events'
import type { Server } from 'node:net'
import { expect, test } from 'vitest'
import { boundConnections } from '#api/connections.ts'
import { trustOf } from '#api/public/client-address.ts'

/** A connection from an address, and whether it was closed at once. */
class Connection extends EventEmitter {
  isClosed = false
  readonly remoteAddress: string
  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy(): void {
    this.isClosed = true
    this.emit('close')
  }
}

function opened(server: EventEmitter, address: string): Connection {
  const connection = new Connection(address)
  server.emit('connection', connection)
  return connection
}

function bounded(): EventEmitter {
  const server = new EventEmitter()
  boundConnections(server as Server, { perAddress: 2, isTrusted: trustOf(['10.0.0.5']) })
  return server
}

test('one address has so many connections and no more, by whatever way it is written, until one of them ends', () => {
  const server = bounded()
  const first = opened(server, '192.0.2.7')
  const others = ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.8'].map((address) => opened(server, address))
  expect([first, ...others].map(({ isClosed }) => isClosed)).toEqual([false, false, true, false])
  first.destroy()
  expect(opened(server, '192.0.2.7').isClosed).toBe(false)
  expect(opened(server, '192.0.2.7').isClosed).toBe(true)
})

test('addresses of one IPv6 network count as one; a trusted proxy is not counted', () => {
  const server = bounded()
  const addresses = ['2001:db8:1:2::1', '2001:db8:1:2:3::4', '2001:db8:1:2:ffff::', '2001:db8:1:3::1']
  expect(addresses.map((address) => opened(server, address).isClosed)).toEqual([false, false, true, false])
  for (let i = 0; i < 5; i++) expect(opened(server, '::ffff:10.0.0.5').isClosed).toBe(false)
})
