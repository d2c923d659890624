import type { AddressInfo } from 'node:net'
import fastify from 'fastify'

/** The baseline of the HTTP figures: a Fastify route that parses the same body and does nothing with it. */
const app = fastify({ logger: false, bodyLimit: 8 * 1024 * 1024 })
app.post('/noop', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` })
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
