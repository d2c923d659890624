import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Settings } from '#cli/settings.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { type Figure, median } from './figures.ts'
import { answerLength, sendLoad } from './load.ts'
import { openStage, type Stage } from './stage.ts'
import { batchBody, tradeMaker } from './trades.ts'

const CONNECTIONS = 16
const BATCH = 500
/** Codes of the pages that are asked for again and again: fewer than are kept. */
const HOT = 100

/** Pages a second of codes that were asked for before, of codes that were not, and of one code that all ask for, against a no-op route. */
export async function benchPublic(settings: Settings, quick: boolean): Promise<Figure[]> {
  // The bench comes from many addresses through one proxy: one address alone would be limited.
  const stage = await openStage({ ...settings, trustedProxies: ['127.0.0.1'], publicUrl: 'http://127.0.0.1' })
  try {
    return await measure(stage, quick)
  } finally {
    await stage.close()
  }
}

async function measure(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 3 : 5
  const uncachedAtOnce = quick ? 600 : 1500
  const codes = await store(stage, HOT + uncachedAtOnce * rounds + BATCH)
  const origin = new URL(stage.pushUrl).origin
  const hot = codes.slice(0, HOT)
  const rates = {
    cached: [] as number[],
    data: [] as number[],
    noop: [] as number[],
    uncached: [] as number[],
  }
  const cachedPages = quick ? 6000 : 20_000
  const again = Array.from({ length: cachedPages }, (_, i) => hot[i % HOT] as string)
  await ask(origin, '/t/', hot)
  for (let round = 0; round < rounds; round++) {
    rates.cached.push(cachedPages / (await ask(origin, '/t/', again)))
    rates.data.push(cachedPages / (await ask(origin, '/public/v1/trace/', again)))
    rates.noop.push(cachedPages / (await noop(stage.noopUrl, cachedPages)))
    const fresh = codes.slice(HOT + round * uncachedAtOnce, HOT + (round + 1) * uncachedAtOnce)
    rates.uncached.push(fresh.length / (await ask(origin, '/t/', fresh)))
  }
  const client = await stage.pool.connect()
  await emptyTables(client).finally(() => client.release())
  const figure = (name: string, of: readonly number[], baseline: string, to: number | null): Figure => ({
    name,
    value: median(of),
    unit: 'pages/s',
    baseline,
    ratio: to === null ? null : median(of) / to,
  })
  return [
    figure('public pages, kept', rates.cached, 'goal of 2,000', 2000),
    figure('public pages, kept', rates.cached, 'no-op route', median(rates.noop)),
    figure('public JSON, kept', rates.data, 'no-op route', median(rates.noop)),
    figure('public pages, asked for the first time', rates.uncached, 'goal of 300', 300),
    figure('public pages, asked for the first time', rates.uncached, 'kept ones', median(rates.cached)),
    figure('no-op route, 16 connections', rates.noop, '', null),
  ]
}

/** Stores trades with their certificates; gives the vouchers by which they are asked for. */
async function store(stage: Stage, trades: number): Promise<string[]> {
  const make = tradeMaker(`P${Date.now().toString(36)}`)
  const bodies: Buffer[] = []
  const codes: string[] = []
  while (codes.length < trades) {
    const body = batchBody(() => {
      const trade = make()
      codes.push(trade['billNo'] as string)
      return trade
    }, BATCH)
    bodies.push(body)
  }
  await sendLoad({ url: stage.pushUrl, key: stage.pushKey, connections: 2, bodies })
  return codes
}

const noop = (url: string, requests: number): Promise<number> =>
  sendLoad({
    url,
    connections: CONNECTIONS,
    bodies: Array.from({ length: requests }, () => Buffer.from('{}')),
  })

/** Asks for the pages over kept-alive connections, each as another visitor; seconds. Any answer but 200 is an error. */
async function ask(origin: string, path: string, codes: readonly string[]): Promise<number> {
  const { hostname, port } = new URL(origin)
  const sockets = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      await once(socket, 'connect')
      return socket
    }),
  )
  let next = 0
  const request = (): string | undefined => {
    const code = codes[next++]
    if (code === undefined) return undefined
    const visitor = `10.${(next >> 16) & 255}.${(next >> 8) & 255}.${next & 255}`
    return `GET ${path}${encodeURIComponent(code)} HTTP/1.1\r\nHost: ${hostname}\r\nX-Forwarded-For: ${visitor}\r\n\r\n`
  }
  const started = performance.now()
  try {
    await Promise.all(sockets.map((socket) => visit(socket, request)))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  return (performance.now() - started) / 1000
}

/** One connection: asks for the next page as soon as the one before has come whole. */
function visit(socket: Socket, request: () => string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = 0
    const send = (): void => {
      const text = request()
      if (text === undefined) resolve()
      else socket.write(text, 'latin1')
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (chunk: Buffer) => {
      if (missing === 0) missing = answerLength(chunk, reject)
      missing -= chunk.length
      if (missing === 0) send()
    })
    send()
  })
}
