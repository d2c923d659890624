import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { pipeline, Readable } from 'node:stream'
import { ENORMOUS_BYTES, type Misbehaviour, RETRY_AFTER_S, type SourceRow } from '#test/adapters/bench.ts'

export const EXAMPLE_PASSWORD = 'example-Pa55word'

export interface ExampleSource {
  readonly port: number
  readonly rows: SourceRow[]
  readonly behaves: { as: Misbehaviour; cap: number }
  stop(): Promise<void>
}

/** A server of the protocol of the example. */
export async function startExampleSource(rows: readonly SourceRow[]): Promise<ExampleSource> {
  const source = { rows: [...rows], behaves: { as: 'well' as Misbehaviour, cap: Number.POSITIVE_INFINITY } }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    let isIn = false
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', (line) => {
        const words = line.split(' ')
        if (words[0] === 'AUTH') {
          isIn = words[1] === EXAMPLE_PASSWORD
          socket.write(isIn ? '.\n' : '!NO\n.\n')
        } else if (isIn) answer(socket, source, words)
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...source,
    port: (server.address() as { port: number }).port,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(
  socket: Socket,
  { rows, behaves }: Pick<ExampleSource, 'rows' | 'behaves'>,
  [what, list, atMs = '', id = '', limit = '']: readonly string[],
): void {
  const inOrder = [...rows].sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
  if (list !== 'rows') socket.write('!UNKNOWN\n.\n')
  else if (behaves.as === 'busy') socket.write('!BUSY\n.\n')
  else if (behaves.as === 'unavailable') socket.write(`!LATER ${RETRY_AFTER_S}\n.\n`)
  else if (behaves.as === 'garbage') socket.write('<html>no rows</html>\n.\n')
  else if (behaves.as === 'enormous') pourOut(socket)
  else if (what === 'KEYS') socket.write(`${inOrder.map((row) => `${row.id}\n`).join('')}.\n`)
  else {
    const after = inOrder.filter(
      (row) => row.atMs > Number(atMs) || (row.atMs === Number(atMs) && row.id > id),
    )
    const page = after.slice(0, Math.min(Number(limit), behaves.cap))
    socket.write(`${page.map(({ atMs: at, ...row }) => `${JSON.stringify({ ...row, at })}\n`).join('')}.\n`)
  }
}

/** 10 GB, made only as far as the adapter reads. */
function pourOut(socket: Socket): void {
  const piece = Buffer.alloc(65_536, 'x')
  function* pieces(): Generator<Buffer> {
    for (let sent = 0; sent < ENORMOUS_BYTES; sent += piece.length) yield piece
  }
  pipeline(Readable.from(pieces()), socket, () => {})
}
