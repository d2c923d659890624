/**
 * Receivers of several links in a process that nobody kills. Each has a port of its own and a mode; every change that comes is in the
 * ledger, on disk, before it is answered. Gets `{ ledger, seed, receivers }` as JSON in its first argument.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { openLedger, type ReceiverLine } from './ledger.ts'
import { seededRandom } from './random.ts'
import { type Mode, type Plan, planOf } from './receiver-modes.ts'
import { markOf, wordsOf } from './words.ts'

export interface ReceiverStart {
  readonly ledger: string
  readonly seed: number
  readonly receivers: number
}
export type ReceiverOrder =
  | { readonly receiver: number; readonly mode: Mode }
  | { readonly receiver: number; readonly secret: string }

interface Change {
  readonly event: string
  readonly operation: string
  readonly id: string
  readonly version: number
  readonly record: unknown
}

const start = JSON.parse(process.argv[2] ?? '') as ReceiverStart
const ledger = openLedger<ReceiverLine>(start.ledger)
const random = seededRandom(start.seed)
const receivers = await Promise.all(
  Array.from({ length: start.receivers }, async () => {
    const taken = new Set<string>()
    const one = { mode: 'well' as Mode, secret: '', taken, server: null as Server | null, port: 0 }
    await listen(one)
    return one
  }),
)
type Receiver = (typeof receivers)[number]

process.on('message', (order: ReceiverOrder) => {
  void obey(receivers[order.receiver] as Receiver, order).then(() => process.send?.({ done: true }))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ports: receivers.map(({ port }) => port) })

async function listen(one: { port: number; server: Server | null }): Promise<void> {
  const server = createServer((request, response) => {
    answer(one as Receiver, request, response).catch(() => request.socket.destroy())
  })
  server.listen(one.port, '127.0.0.1')
  await once(server, 'listening')
  one.server = server
  one.port = (server.address() as AddressInfo).port
}

async function obey(one: Receiver, order: ReceiverOrder): Promise<void> {
  if ('secret' in order) {
    one.secret = order.secret
    return
  }
  const { mode } = order
  if (mode === 'off' && one.server) {
    const closed = once(one.server, 'close')
    one.server.close()
    one.server.closeAllConnections()
    one.server = null
    await closed
  }
  if (mode !== 'off' && !one.server) await listen(one)
  one.mode = mode
}

async function answer(one: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { link, changes } = JSON.parse(body.toString()) as { link: string; changes: Change[] }
  const plan = planOf(one.mode, changes.length, random)
  if (plan.waitMs > 0) await pause(plan.waitMs)
  const signed = isSigned(one.secret, request, body)
  const lines = changes.map((change) => lineOf(one, link, change, signed, plan))
  ledger.note(...lines)
  if (plan.hangsUp) {
    request.socket.resetAndDestroy()
    return
  }
  if (plan.answer) {
    response.writeHead(plan.answer.status, plan.answer.headers).end(plan.answer.body)
    return
  }
  const results = lines.flatMap(({ event, verdict }) =>
    verdict === null
      ? []
      : [
          {
            event,
            verdict,
            ...(verdict === 'retry' ? { after: 1 } : {}),
            ...(verdict === 'reject' ? { code: 'no' } : {}),
          },
        ],
  )
  if (plan.shuffles) results.sort(() => random.next() - 0.5)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }))
}

function lineOf(one: Receiver, link: string, change: Change, signed: boolean, plan: Plan): ReceiverLine {
  const { event, id, version, operation, record } = change
  const effect = effectOf(one, event, plan)
  if (effect === 'taken') one.taken.add(event)
  const verdict = VERDICTS[effect]
  return {
    link,
    event,
    id,
    version,
    operation,
    mark: markOf(record),
    words: wordsOf(record),
    signed,
    effect,
    verdict: random.chance(plan.withholds) ? null : verdict,
  }
}

function effectOf(one: Receiver, event: string, plan: Plan): ReceiverLine['effect'] {
  if (!plan.looks) return 'not looked at'
  if (one.taken.has(event)) return 'known'
  if (random.chance(plan.putsOff)) return 'put off'
  return random.chance(plan.refuses) ? 'refused' : 'taken'
}

const VERDICTS = {
  taken: 'ok',
  known: 'duplicate',
  'put off': 'retry',
  refused: 'reject',
  'not looked at': null,
} as const

/** Standard Webhooks 1.0.0, written down here again: the hub's own reading of it must not vouch for the hub's own writing. */
function isSigned(secret: string, { headers }: IncomingMessage, body: Buffer): boolean {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const wanted = createHmac('sha256', key).update(signed).update(body).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .some((part) => {
      const given = Buffer.from(part.replace(/^v1,/, ''), 'base64')
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}
