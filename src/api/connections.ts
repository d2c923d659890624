import type { Server, Socket } from 'node:net'
import { clientOf } from './public/client-address.ts'

/** Connections that the whole process holds at once; beyond them the kernel's queue waits. */
const CONNECTIONS_MAX = 20_000

/**
 * Bounds what one address can hold open: a connection more is closed before a byte of it is read. Proxies that are trusted hold those of
 * many and are not counted.
 */
export function boundConnections(
  server: Server,
  {
    perAddress,
    isTrusted,
  }: { readonly perAddress: number; readonly isTrusted: (address: string) => boolean },
): void {
  const held = new Map<string, number>()
  server.maxConnections = CONNECTIONS_MAX
  server.prependListener('connection', (socket: Socket) => {
    const connection = socket.remoteAddress ?? ''
    if (isTrusted(connection)) return
    // Of IPv6 one subscriber has a whole network.
    const address = clientOf(connection, undefined, isTrusted)
    const count = held.get(address) ?? 0
    if (count >= perAddress) {
      socket.destroy()
      return
    }
    held.set(address, count + 1)
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1
      if (left === 0) held.delete(address)
      else held.set(address, left)
    })
  })
}
