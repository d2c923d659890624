import { type AddressInfo, connect } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
let port = 0
beforeAll(async () => {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  port = (api.app.server.address() as AddressInfo).port
})

const CONNECTIONS = 8
const REQUESTS = 40
/** Of an answer to somebody else, on a machine with other work. */
const ANSWERED_WITHIN_MS = 2000

it.each(['/docs/scalar.js', '/openapi.json', '/docs/errors', '/readyz', '/v1/records'])(
  'who asks for %s without a key, many times behind each other, and reads no answer, holds up nobody',
  async (path) => {
    // Whatever is made at the first asking is there.
    await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer()
    const sockets = Array.from({ length: CONNECTIONS }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.pause()
      socket.write(`GET ${path} HTTP/1.1\r\nhost: hub\r\n\r\n`.repeat(REQUESTS))
      return socket
    })
    try {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const from = performance.now()
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
      expect(answer.status).toBe(200)
      expect(performance.now() - from).toBeLessThan(ANSWERED_WITHIN_MS)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  },
)
