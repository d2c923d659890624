import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { At } from './bench.ts'

/**
 * `pass`: it is not noticed. `refuse`: nobody listens. `mute`: a connection is made, and nothing comes over it. `half-close`: it ends after
 * half of the next bytes, and the other half stays open. `reset`: the same with a reset.
 */
export type ProxyMode = 'pass' | 'refuse' | 'mute' | 'half-close' | 'reset'

export interface FaultProxy {
  readonly at: At
  /** Holds for connections that are there too; those that were spoilt by a former mode end. */
  set(mode: ProxyMode): Promise<void>
  /** Connections of the adapter that it has not ended. */
  open(): number
  stop(): Promise<void>
}

/** Connections that say nothing are ended after this, where they are to be ended. */
const QUIET_MS = 50

interface Way {
  readonly client: Socket
  upstream: Socket | undefined
  spoilt: boolean
}

/** A proxy over TCP before a real server, which ends, resets or silences its connections. */
export async function startFaultProxy(target: At): Promise<FaultProxy> {
  let mode: ProxyMode = 'pass'
  const ways = new Set<Way>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const way: Way = { client, upstream: undefined, spoilt: mode === 'mute' }
    ways.add(way)
    client.on('error', () => {})
    // Its own end is enough: the half that we keep open is not the adapter's.
    client.once('end', () => {
      ways.delete(way)
      // In order: what was written last still goes on its way.
      if (way.upstream && !way.spoilt) way.upstream.end()
      else finish(way)
    })
    client.once('close', () => finish(way))
    if (mode === 'mute') {
      client.resume()
      return
    }
    const upstream = connect(target.port, target.host)
    way.upstream = upstream
    upstream.on('error', () => client.resetAndDestroy())
    upstream.once('close', () => {
      if (!way.spoilt) client.end()
    })
    client.on('data', (bytes: Buffer) => {
      if (!way.spoilt) upstream.write(bytes)
    })
    upstream.on('data', (bytes: Buffer) => {
      if (way.spoilt) return
      if (mode === 'half-close' || mode === 'reset') {
        client.write(bytes.subarray(0, Math.floor(bytes.length / 2)))
        spoil(way)
      } else if (!client.write(bytes)) {
        upstream.pause()
        client.once('drain', () => upstream.resume())
      }
    })
  })
  const finish = (way: Way): void => {
    ways.delete(way)
    way.upstream?.destroy()
    way.client.end()
  }
  const spoil = (way: Way): void => {
    if (way.spoilt) return
    way.spoilt = true
    if (mode === 'half-close') way.client.end()
    if (mode === 'reset') way.client.resetAndDestroy()
  }
  const drop = (which: (way: Way) => boolean): void => {
    for (const way of ways) if (which(way)) way.client.destroy()
  }
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }
  const port = await listen(0)
  return {
    at: { host: '127.0.0.1', port },
    async set(next) {
      const was = mode
      mode = next
      if (was === 'refuse' && next !== 'refuse') await listen(port)
      if (next === 'pass') drop(({ spoilt }) => spoilt)
      if (next === 'mute') for (const way of ways) way.spoilt = true
      if (next === 'half-close' || next === 'reset') {
        const there = [...ways]
        setTimeout(() => there.forEach(spoil), QUIET_MS).unref()
      }
      if (next === 'refuse' && was !== 'refuse') {
        drop(() => true)
        const closed = once(server, 'close')
        server.close()
        await closed
      }
    },
    open: () => ways.size,
    async stop() {
      drop(() => true)
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
