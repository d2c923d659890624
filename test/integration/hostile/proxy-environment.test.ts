import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** What was asked of the receiver, and of a proxy that nobody wants. */
const taken: string[] = []
let [receiver, proxy]: Server[] = []
const listening = async (server: Server): Promise<Server> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}
const portOf = (server: Server | undefined): number =>
  (server?.address() as AddressInfo | undefined)?.port ?? 0

beforeAll(async () => {
  receiver = await listening(
    createServer((request, response) => {
      taken.push(`receiver ${request.method}`)
      response.end('{"results":[]}')
    }),
  )
  proxy = await listening(
    createServer((_request, response) => {
      taken.push('proxy')
      response.end()
    }),
  )
  proxy.on('connect', (_request, socket) => {
    taken.push('proxy')
    socket.destroy()
  })
})
afterAll(() => {
  for (const server of [receiver, proxy]) server?.close()
})

it('nothing that the hub calls goes through a proxy of the environment: it would connect to what the hub must not', async () => {
  const url = `http://127.0.0.1:${portOf(receiver)}/`
  const script = `
    import { createHttpDelivery } from '#adapters/http/deliver.ts'
    import { reach } from '#adapters/http/reach.ts'
    import { createHttpPort } from '#adapters/ports/http.ts'
    const [url, allow] = [${JSON.stringify(url)}, ['127.0.0.1/32:${portOf(receiver)}']]
    const signal = new AbortController().signal
    const delivery = createHttpDelivery()
    await delivery.post({ url, allow, signal, body: '{}', contentType: 'application/json' })
    await reach(url, allow)
    const limits = { timeoutMs: 5000, maxBytes: 1000, requestsPerSecond: 100 }
    const clock = { now: Date.now, pause: async () => {} }
    const port = createHttpPort({ allow, limits, clock, signal })
    await port.request({ method: 'GET', url })
    port.close()
    delivery.close()`
  const address = `http://127.0.0.1:${portOf(proxy)}`
  const proxies = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
  await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    env: {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      no_proxy: '',
      NO_PROXY: '',
      ...Object.fromEntries(proxies.map((name) => [name, address])),
    },
  })
  expect(taken).toEqual(['receiver POST', 'receiver HEAD', 'receiver GET'])
})
