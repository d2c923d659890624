import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const MOST = 5
const api = withApi((registry) => registry, { connectionsPerAddress: MOST })
let port = 0
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
})

const GET = 'GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n'

/** A connection on which one request was answered, or null where it was closed instead. */
async function answered(): Promise<Socket | null> {
  const socket = connect(port, '127.0.0.1', () => socket.write(GET))
  socket.on('error', () => {})
  const came = await Promise.race([
    once(socket, 'data').then(() => true),
    once(socket, 'close').then(() => false),
  ])
  return came ? socket : null
}

it('one address holds so many connections and no more; one that is closed makes room', async () => {
  const held: Socket[] = []
  for (let i = 0; i < MOST; i++) {
    const socket = await answered()
    expect(socket).not.toBeNull()
    held.push(socket as Socket)
  }
  expect(await answered()).toBeNull()
  const [first] = held
  first?.destroy()
  await expect.poll(answered).not.toBeNull()
  for (const socket of held) socket.destroy()
})
