/**
 * The sources, in a process that nobody kills: pushes what `workload.ts` makes up to one of several addresses, and keeps a ledger of
 * what it sent and what it was answered, each line on disk before it goes on. Gets `DriverStart` as JSON in its first argument.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type DriverLine, openLedger } from './ledger.ts'
import { seededRandom } from './random.ts'
import { createWorkload, type KnownRecord, type Message } from './workload.ts'

export interface DriverStart {
  readonly ledger: string
  readonly seed: number
  readonly urls: readonly string[]
  readonly key: string
  readonly senders: number
}
/** `settle`: send nothing new, and everything without an acknowledgement again until it has one, for so long. */
export type DriverOrder =
  | { readonly send: true }
  | { readonly tell: true }
  | { readonly settle: true; readonly withinMs: number }
export interface DriverState {
  readonly sent: number
  readonly unsettled: number
  /** Answers that no fault excuses. */
  readonly incidents: readonly string[]
}

interface Sending {
  readonly key: string
  readonly message: Message
  readonly touched: readonly KnownRecord[]
  readonly url: string
  readonly async: boolean
}

const TIMEOUT_MS = 10_000
const start = JSON.parse(process.argv[2] ?? '') as DriverStart
const ledger = openLedger<DriverLine>(start.ledger)
const random = seededRandom(start.seed)
const workload = createWorkload(random, 'F')
const unsettled = new Map<string, Sending>()
const incidents: string[] = []
let sent = 0
let sending = false
let senders: Promise<unknown> = Promise.resolve()

process.on('message', (order: DriverOrder) => {
  void obey(order).then(() => {
    const state: DriverState = { sent, unsettled: unsettled.size, incidents }
    process.send?.(state)
  })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })

async function obey(order: DriverOrder): Promise<void> {
  if ('tell' in order) return
  if ('send' in order) {
    sending = true
    senders = Promise.all(Array.from({ length: start.senders }, sendUntilTold))
    return
  }
  sending = false
  await senders
  await settleAll(performance.now() + order.withinMs)
}

async function sendUntilTold(): Promise<void> {
  while (sending) {
    const made = compose()
    // The same bytes by another way: nothing may come of it. Until that is answered too nobody speaks of its records again, or the second way
    // would rightly bring the first state back.
    const again = !made.async && random.chance(0.1)
    const one = again ? { ...made, touched: [] } : made
    await attempt(one, true)
    // Most sources say it again until they are answered; some leave it for the end of the day.
    while (unsettled.has(one.key) && sending && random.chance(0.85)) {
      await pause(random.whole(50, 500))
      await attempt(one)
    }
    if (again && !unsettled.has(one.key)) await attempt({ ...made, key: `${made.key}-again` }, true)
    await pause(random.whole(0, 20))
  }
}

function compose(): Sending {
  const { message, touched } = workload.next()
  const async = message.tellsReceipt && random.chance(0.06)
  return { key: `K${++sent}`, message, touched, url: random.pick(start.urls), async }
}

async function attempt(one: Sending, isFirst = false): Promise<void> {
  const { key, message, touched } = one
  const { system, sha256, sources, states } = message
  if (isFirst) ledger.note({ what: 'SENT', key, system, sha256, sources, states })
  unsettled.set(key, one)
  const answer = await push(one)
  if (answer.what === 'REFUSED') {
    if (![429, 503].includes(answer.status))
      incidents.push(`${key} was answered ${answer.status} ${answer.code}`)
    ledger.note({ key, ...answer })
  } else if (answer.what === 'UNKNOWN') ledger.note({ key, ...answer })
  else {
    ledger.note({ key, ...answer })
    unsettled.delete(key)
    // What waits in the hub is decided later: its records are left alone.
    if (!answer.later) workload.settle(touched)
  }
}

type Outcome<L = DriverLine> = L extends { readonly what: 'SENT' }
  ? never
  : L extends DriverLine
    ? Omit<L, 'key'>
    : never

async function push({ key, message, url, async }: Sending): Promise<Outcome> {
  try {
    const response = await fetch(`${url}${message.path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${start.key}`,
        'content-type': message.contentType,
        'idempotency-key': key,
        ...(async ? { prefer: 'respond-async' } : {}),
      },
      body: message.body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await response.text()
    if (!response.ok)
      return { what: 'REFUSED', status: response.status, code: /"code":"(\w+)"/.exec(text)?.[1] ?? '' }
    const { receipt } = JSON.parse(text) as { receipt?: string }
    return {
      what: 'ACKED',
      receipt: message.tellsReceipt ? (receipt ?? '') : null,
      later: response.status === 202,
    }
  } catch (error) {
    return { what: 'UNKNOWN', why: error instanceof Error ? error.name : String(error) }
  }
}

async function settleAll(untilMs: number): Promise<void> {
  while (unsettled.size > 0 && performance.now() < untilMs) {
    const open = [...unsettled.values()]
    await Promise.all(
      Array.from({ length: start.senders }, async () => {
        for (let one = open.pop(); one; one = open.pop()) await attempt(one)
      }),
    )
    if (unsettled.size > 0) await pause(200)
  }
}
