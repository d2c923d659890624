import { connect, type Socket } from 'node:net'
import { AdapterError, type ConnectPort } from '#adapters/adapter.ts'
import { mayConnect } from '#adapters/http/addresses.ts'
import { pinnedLookup } from '#adapters/http/agents.ts'
import { AddressRefused, checkHost } from '#adapters/http/guard.ts'
import { networkError } from './failed.ts'
import type { PortParts } from './http.ts'

const KEEP_ALIVE_MS = 30_000

/** TCP connections of one channel, to addresses that were checked as resolved and are checked as connected. */
export function createConnectPort({ allow, limits, signal, resolve }: PortParts): ConnectPort {
  return {
    async open({ host, port }) {
      try {
        signal.throwIfAborted()
        const checked = await checkHost(host, port, allow, resolve)
        const socket = connect({
          host,
          port,
          lookup: pinnedLookup(checked),
          keepAlive: true,
          keepAliveInitialDelay: KEEP_ALIVE_MS,
        })
        await connected(socket, limits.timeoutMs, signal)
        if (!mayConnect(socket.remoteAddress ?? '', socket.remotePort ?? 0, checked.allow)) {
          socket.destroy()
          throw new AddressRefused('connected to an address that is not allowed')
        }
        const end = (): void => void socket.destroy()
        signal.addEventListener('abort', end, { once: true })
        socket.once('close', () => signal.removeEventListener('abort', end))
        return socket
      } catch (error) {
        throw networkError(error)
      }
    },
  }
}

function connected(socket: Socket, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      socket.removeListener('error', settle)
      socket.removeListener('connect', done)
      if (!error) {
        resolve()
        return
      }
      // Whatever else it emits while it closes is heard by nobody.
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const done = (): void => settle()
    const aborted = (): void => settle(new AdapterError('retry', 'the work has to end'))
    const timer = setTimeout(
      () => settle(new AdapterError('retry', `no connection within ${timeoutMs} ms`)),
      timeoutMs,
    )
    signal.addEventListener('abort', aborted, { once: true })
    socket.once('error', settle)
    socket.once('connect', done)
  })
}
