import { createServer as createHttpServer, request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { createGuardedAgents } from '#adapters/http/agents.ts'
import { createHttpDelivery, type HttpDelivery, type SendRequest } from '#adapters/http/deliver.ts'
import { failureOfError } from '#adapters/http/failure.ts'
import { verify } from '#adapters/http/signature.ts'
import { type ReceiverDouble, startReceiver, type Taken } from './receiver-double.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const BATCH =
  '{"link":"l1","changes":[{"event":"e1","operation":"upsert","kind":"sale","id":"x","version":1,"record":{"name":"番茄"}}]}'
const RESULTS = '{"results":[{"event":"e1","verdict":"ok"}]}'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

function delivery(parts: Parameters<typeof createHttpDelivery>[0] = {}): HttpDelivery {
  const made = createHttpDelivery({ timeoutMs: 2000, ...parts })
  open.push(made)
  return made
}

async function receiver(answer: (response: ServerResponse, taken: Taken) => void): Promise<ReceiverDouble> {
  const made = await startReceiver(answer)
  open.push(made)
  return made
}

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  receiver((response) => response.writeHead(status, headers).end(body))

const request = (to: { url: string; port: number }, changes: Partial<SendRequest> = {}): SendRequest => ({
  url: to.url,
  allow: [`127.0.0.1/32:${to.port}`],
  secret: SECRET,
  token: null,
  batch: BATCH,
  messageId: 'msg_1',
  timestamp: 1_713_138_131,
  signal: new AbortController().signal,
  ...changes,
})

describe('a batch is delivered', () => {
  test('with the headers of Standard Webhooks over the very bytes of the body, and the verdicts come back', async () => {
    const to = await answering(200, RESULTS)
    const outcome = await delivery().send(request(to))
    expect(outcome).toEqual({ kind: 'verdicts', verdicts: new Map([['e1', { verdict: 'ok' }]]) })
    const [taken] = to.taken
    expect(taken?.body).toBe(BATCH)
    expect(taken?.headers['content-type']).toBe('application/json')
    expect(taken?.headers['webhook-id']).toBe('msg_1')
    expect(verify([SECRET], taken?.headers ?? {}, taken?.body ?? '', 1_713_138_131)).toBeNull()
  })

  test('over one connection that is kept open', async () => {
    const to = await answering(200, RESULTS)
    const sender = delivery()
    for (let n = 0; n < 5; n++) await sender.send(request(to))
    expect(to.taken).toHaveLength(5)
    expect(to.connections()).toBe(1)
  })

  test('although forty others hang at the same host and port', async () => {
    const to = await receiver((response, { headers }) => {
      if (headers['webhook-id'] === 'msg_well') response.writeHead(200).end(RESULTS)
    })
    const sender = delivery({ timeoutMs: 20_000 })
    const stop = new AbortController()
    const hanging = Array.from({ length: 40 }, () => sender.send(request(to, { signal: stop.signal })))
    const well = await sender.send(
      request(to, { messageId: 'msg_well', signal: AbortSignal.timeout(10_000) }),
    )
    expect(well).toMatchObject({ kind: 'verdicts' })
    stop.abort()
    await Promise.all(hanging)
  })

  test('with two signatures while the secret is changed', async () => {
    const to = await answering(200, RESULTS)
    const next = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
    await delivery().send(request(to, { secret: `${next} ${SECRET}` }))
    expect(verify([SECRET], to.taken[0]?.headers ?? {}, BATCH, 1_713_138_131)).toBeNull()
  })

  test('a compressed answer is read', async () => {
    const to = await receiver((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(RESULTS)),
    )
    expect(await delivery().send(request(to))).toMatchObject({ kind: 'verdicts' })
  })
})

describe('what a receiver can answer', () => {
  test.each([
    [200, 'ok', 'retry'],
    [200, '', 'retry'],
    [204, '', 'retry'],
    [200, '<html>login</html>', 'retry'],
    [302, '', 'config'],
    [400, '{}', 'refused'],
    [401, '', 'auth'],
    [403, '', 'auth'],
    [404, '', 'config'],
    [410, '', 'config'],
    [413, '', 'refused'],
    [500, 'x', 'retry'],
  ])('%i with %j is %s', async (status, body, cls) => {
    const to = await answering(status, body)
    expect(await delivery().send(request(to))).toMatchObject({ kind: 'failed', class: cls, status })
  })

  test('Retry-After is handed on', async () => {
    const to = await answering(429, '', { 'retry-after': '7' })
    expect(await delivery().send(request(to))).toMatchObject({ class: 'retry', retryAfterMs: 7000 })
  })

  test.each([
    [0, 401, 'status 401'],
    [200, 401, 'status 401'],
    [-3600, 503, 'status 503'],
    [3600, 401, 'status 401; its clock is 3600 s behind that of this hub, and a signature counts for 300 s'],
    [-900, 403, 'status 403; its clock is 900 s ahead of that of this hub, and a signature counts for 300 s'],
  ])('where our clock is %i s ahead, %i says so if that may be why', async (ahead, status, detail) => {
    const now = Date.parse('2026-11-26T10:00:00Z')
    const to = await answering(status, '', { date: new Date(now).toUTCString() })
    const { send } = delivery({ clock: () => now + ahead * 1000 })
    expect(await send(request(to))).toMatchObject({ kind: 'failed', detail })
  })

  test('a Retry-After that is a date is a time by the clock of the hub', async () => {
    const now = Date.parse('2026-11-26T10:00:00Z')
    const until = async (ms: number) => {
      const to = await answering(503, '', { 'retry-after': new Date(now + ms).toUTCString() })
      return await delivery({ clock: () => now }).send(request(to))
    }
    expect(await until(90_000)).toMatchObject({ class: 'retry', retryAfterMs: 90_000 })
    expect(await until(-90_000)).toMatchObject({ class: 'retry', retryAfterMs: 0 })
  })

  test('a redirect to an inner address is not followed', async () => {
    const inner = await answering(200, RESULTS)
    const to = await answering(302, '', { location: inner.url })
    expect(
      await delivery().send(
        request(to, { allow: [`127.0.0.1/32:${to.port}`, `127.0.0.1/32:${inner.port}`] }),
      ),
    ).toMatchObject({
      class: 'config',
      status: 302,
    })
    const metadata = await answering(307, '', { location: 'http://169.254.169.254/latest/meta-data/' })
    expect(await delivery().send(request(metadata))).toMatchObject({ class: 'config', status: 307 })
    expect(inner.taken).toEqual([])
  })

  test('an endless answer is cut at the limit', async () => {
    const to = await receiver((response) => {
      response.writeHead(200)
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, '[')));
      }
      response.on('drain', pour)
      pour()
    })
    expect(await delivery({ maxResponseBytes: 100_000 }).send(request(to))).toMatchObject({
      class: 'retry',
      detail: 'the answer is too long',
    })
  })

  test('a small answer that inflates is cut at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '))
    const to = await receiver((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    expect(await delivery().send(request(to))).toMatchObject({
      class: 'retry',
      detail: 'the answer is too long',
    })
  })

  test('an answer that does not come in time, whole or in part', async () => {
    const silent = await receiver(() => undefined)
    const slow = await receiver((response) => {
      response.writeHead(200)
      response.write('{"results":[')
    })
    for (const to of [silent, slow]) {
      expect(await delivery({ timeoutMs: 150 }).send(request(to))).toEqual({
        kind: 'failed',
        class: 'retry',
        status: null,
        detail: 'no whole answer in time',
      })
    }
  })

  test('an answer that is cut', async () => {
    const to = await receiver((response) => {
      response.writeHead(200, { 'content-length': String(RESULTS.length) })
      response.write(RESULTS.slice(0, 10), () => response.destroy())
    })
    expect(await delivery().send(request(to))).toMatchObject({ kind: 'failed', class: 'retry' })
  })

  test('no HTTP at all', async () => {
    const server = createServer((socket) => {
      socket.write('hello\r\n\r\n')
      socket.destroySoon()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
    const { port } = server.address() as { port: number }
    expect(await delivery().send(request({ url: `http://127.0.0.1:${port}/`, port }))).toMatchObject({
      class: 'retry',
      status: null,
    })
  })

  test('nobody there', async () => {
    const to = await answering(200, RESULTS)
    await to.close()
    expect(await delivery().send(request(to))).toMatchObject({ class: 'retry', detail: 'ECONNREFUSED' })
  })

  test('one failure does not spoil the next batch', async () => {
    let calls = 0
    const to = await receiver((response) => (++calls === 1 ? response.destroy() : response.end(RESULTS)))
    const sender = delivery()
    expect(await sender.send(request(to))).toMatchObject({ kind: 'failed', class: 'retry' })
    expect(await sender.send(request(to))).toMatchObject({ kind: 'verdicts' })
  })
})

describe('where a batch may go', () => {
  test('a private address that is not allowed is never connected to', async () => {
    const to = await answering(200, RESULTS)
    expect(await delivery().send(request(to, { allow: [] }))).toMatchObject({
      kind: 'failed',
      class: 'config',
      status: null,
    })
    expect(await delivery().send(request(to, { allow: ['127.0.0.1/32:1'] }))).toMatchObject({
      class: 'config',
    })
    expect(to.connections()).toBe(0)
  })

  test('a name that resolves to a private address is refused', async () => {
    const to = await answering(200, RESULTS)
    const sender = delivery({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    const named = request({ ...to, url: `http://receiver.example:${to.port}/` })
    expect(await sender.send({ ...named, allow: [] })).toMatchObject({ class: 'config' })
    expect(to.connections()).toBe(0)
    expect(await sender.send(named)).toMatchObject({ kind: 'verdicts' })
    expect(to.taken[0]?.headers.host).toBe(`receiver.example:${to.port}`)
  })

  test('a connection that is kept of one link is not used by one with a list of networks, in which its address is not', async () => {
    const reached: string[] = []
    const server = createHttpServer((asked, response) => {
      reached.push(asked.socket.localAddress ?? '')
      response.end(RESULTS)
    })
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
    const { port } = server.address() as { port: number }
    let address = '127.0.0.1'
    const sender = delivery({ resolve: async () => [{ address, family: 4 as const }] })
    const asked = request({ url: `http://receiver.example:${port}/`, port })
    const allow = [`127.0.0.0/8:${port}`]
    await sender.send({ ...asked, allow })
    address = '127.0.0.2'
    await sender.send({ ...asked, allow: [...allow, 'only:-', 'only:127.0.0.2/32'] })
    expect(reached).toEqual(['127.0.0.1', '127.0.0.2'])
  })

  test('the connection goes to the address that was checked, whatever the name resolves to by then', async () => {
    const to = await answering(200, RESULTS)
    let calls = 0
    const rebinding = async () => {
      calls++
      return [{ address: calls === 1 ? '127.0.0.1' : '93.184.216.34', family: 4 as const }]
    }
    const sender = delivery({ resolve: rebinding })
    expect(await sender.send(request({ ...to, url: `http://receiver.example:${to.port}/` }))).toMatchObject({
      kind: 'verdicts',
    })
    expect(calls).toBe(1)
  })

  test.each(['http', 'https'] as const)(
    'a %s socket that reaches a private address in spite of all is closed before it says a word',
    async (scheme) => {
      const heard: Buffer[] = []
      const server = createServer((socket) =>
        socket.on('error', () => undefined).on('data', (bytes) => heard.push(bytes)),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      const agents = createGuardedAgents([])
      const failure = await new Promise((resolve) => {
        const send = scheme === 'http' ? httpRequest : httpsRequest
        const outgoing = send({ agent: agents[scheme], host: '127.0.0.1', port, method: 'POST' })
        outgoing.on('error', resolve)
        outgoing.end(BATCH)
      })
      expect(failureOfError(failure)).toMatchObject({
        class: 'config',
        detail: 'connected to an address that is not allowed',
      })
      await new Promise((resolve) => server.close(resolve))
      expect(Buffer.concat(heard).toString('latin1')).toBe('')
    },
  )

  test('a name that does not resolve is tried again', async () => {
    const failing = async () =>
      Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    const outcome = await delivery({ resolve: failing }).send(
      request({ url: 'https://receiver.example/', port: 443 }),
    )
    expect(outcome).toEqual({ kind: 'failed', class: 'retry', status: null, detail: 'ENOTFOUND' })
  })

  test('a name server that does not answer costs no more than the time limit', async () => {
    const outcome = await delivery({ timeoutMs: 100, resolve: () => new Promise(() => undefined) }).send(
      request({ url: 'https://receiver.example/', port: 443 }),
    )
    expect(outcome).toMatchObject({ class: 'retry' })
  })

  test('a wrong secret is a matter of configuration, and is not repeated', async () => {
    const outcome = await delivery().send(
      request({ url: 'https://receiver.example/', port: 443 }, { secret: 'topsecret' }),
    )
    expect(outcome).toMatchObject({ kind: 'failed', class: 'config' })
    expect(JSON.stringify(outcome)).not.toContain('topsecret')
  })
})

test('a delivery that is called off ends at once as a failure to be tried again', async () => {
  const to = await receiver(() => undefined)
  const controller = new AbortController()
  const sending = delivery().send(request(to, { signal: controller.signal }))
  setImmediate(() => controller.abort())
  expect(await sending).toMatchObject({ kind: 'failed', class: 'retry' })
  expect(await delivery().send(request(to, { signal: AbortSignal.abort() }))).toMatchObject({
    kind: 'failed',
    class: 'retry',
  })
})
