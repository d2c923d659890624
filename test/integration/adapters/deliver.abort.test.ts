import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpDelivery } from '#adapters/http/deliver.ts'

const server = createServer((request, response) => {
  request.resume().on('end', () => response.end('{"results":[{"event":"e1","verdict":"ok"}]}'))
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => server.close())

it('a signal that is aborted after the answer was read ends nothing, least of all the process', async () => {
  const { port } = server.address() as AddressInfo
  const stop = new AbortController()
  const delivery = createHttpDelivery()
  const outcome = await delivery.send({
    url: `http://127.0.0.1:${port}/`,
    allow: [`127.0.0.1/32:${port}`],
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    token: null,
    batch: '{"link":"l","changes":[{"event":"e1"}]}',
    messageId: 'msg_1',
    timestamp: Math.floor(Date.now() / 1000),
    signal: stop.signal,
  })
  expect(outcome.kind).toBe('verdicts')
  const unheard: unknown[] = []
  const hear = (error: unknown): void => void unheard.push(error)
  process.on('uncaughtException', hear)
  stop.abort()
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  process.off('uncaughtException', hear)
  expect(unheard).toEqual([])
  delivery.close()
})
