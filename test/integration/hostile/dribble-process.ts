import { connect } from 'node:net'

/** What a client says at once, and what it adds each second. */
export interface Dribble {
  readonly first: string
  readonly drop: string
}

/** How long a client was kept after it was connected, and the first line that it was answered with. */
export interface Closed {
  readonly ms: number
  readonly status: string
}

/** The kernel's queue of a listener is some hundreds long; a client that it has no room for would come a second later. */
const AT_ONCE = 200
const DROP_MS = 1000

/** Opens one client, dribbles until it is closed. */
function open(port: number, { first, drop }: Dribble): { connected: Promise<void>; closed: Promise<Closed> } {
  const connected = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<Closed>()
  let started = performance.now()
  let answer = ''
  const socket = connect(port, '127.0.0.1', () => {
    started = performance.now()
    if (first) socket.write(first)
    connected.resolve()
  })
  const drops = drop ? setInterval(() => socket.writable && socket.write(drop), DROP_MS) : undefined
  socket.on('data', (bytes) => {
    if (answer.length < 100) answer += bytes
  })
  socket.on('error', () => connected.resolve())
  socket.on('close', () => {
    clearInterval(drops)
    closed.resolve({ ms: performance.now() - started, status: answer.split('\r\n')[0] ?? '' })
  })
  return { connected: connected.promise, closed: closed.promise }
}

// A process of its own: server and clients together would need twice the file descriptors, and share one loop.
process.once('message', async ({ port, clients }: { port: number; clients: readonly Dribble[] }) => {
  const ends: Promise<Closed>[] = []
  for (let at = 0; at < clients.length; at += AT_ONCE) {
    const opened = clients.slice(at, at + AT_ONCE).map((one) => open(port, one))
    ends.push(...opened.map(({ closed }) => closed))
    await Promise.all(opened.map(({ connected }) => connected))
  }
  // Disconnected at once, a long message would be cut off.
  process.send?.(await Promise.all(ends), () => process.disconnect())
})
