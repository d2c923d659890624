import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { trade } from '#test/jiaxing.ts'

const KEY = 'hub_administrator-key-of-the-crash-tests'
export const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }

export interface CrashHub {
  readonly child: ChildProcess
  readonly url: string
}

/** `hub start` as a process of its own on a folder that outlives it. */
export async function startHub(folder: string): Promise<CrashHub> {
  const child = spawn(process.execPath, ['bin/hub', 'start'], {
    env: {
      ...process.env,
      HUB_DATA: folder,
      HUB_PORT: '0',
      HUB_LANG: 'en',
      HUB_ADMIN_KEY: KEY,
      HUB_LOG: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  return await new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk
      const ready = /ready \(\d+\.\d s\): (http:\S+)/.exec(said)
      if (ready) resolve({ child, url: ready[1] as string })
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)))
  })
}

/** SIGKILL of the hub. */
export async function killHub({ child }: CrashHub): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** SIGKILL of the hub's PostgreSQL, which the hub brings back. */
export async function killPostgres(folder: string): Promise<void> {
  const [data] = (await readdir(folder)).filter((name) => name.startsWith('postgres'))
  const pid = Number((await readFile(join(folder, data ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0])
  process.kill(pid, 'SIGKILL')
}

interface Result {
  readonly result: string
  readonly records: readonly { readonly id: string; readonly version: number }[]
}
interface Receipt {
  readonly receipt: string
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: readonly Result[]
}

/** What the senders know for themselves: the bodies they sent and the receipts they were given. */
export interface Ledger {
  readonly sent: Map<string, object[]>
  readonly acknowledged: Map<string, Receipt>
  readonly answers: Map<number, number>
  next: number
}

export const newLedger = (): Ledger => ({
  sent: new Map(),
  acknowledged: new Map(),
  answers: new Map(),
  next: 0,
})

const push = (url: string, key: string, body: object[]): Promise<Response> =>
  fetch(`${url}/v1/systems/jiaxing-wholesale/records/trade`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })

/** Eight senders until `done`; each notes what it sends before, and what it was answered after. */
export async function sendUntil(url: string, ledger: Ledger, done: Promise<unknown>): Promise<void> {
  let stopping = false
  void done.then(() => {
    stopping = true
  })
  const sender = async (): Promise<void> => {
    while (!stopping) {
      const number = ledger.next++
      const key = `B${String(number).padStart(7, '0')}`
      const body = Array.from({ length: 1 + (number % 3) }, (_, i) => trade(`${key}-${i}`))
      // One of a message in seven is rejected: counts must hold with rejections too.
      if (number % 7 === 0) body.push(trade('', { goodsName: key }))
      ledger.sent.set(key, body)
      const answer = await push(url, key, body).catch(() => null)
      const status = answer?.status ?? 0
      ledger.answers.set(status, (ledger.answers.get(status) ?? 0) + 1)
      const receipt = status === 200 ? await answer?.json().catch(() => null) : null
      if (receipt) ledger.acknowledged.set(key, receipt as Receipt)
      else await pause(20)
    }
  }
  await Promise.all(Array.from({ length: 8 }, sender))
}

/** A database that was killed may need longer to come back on a busy machine: until then the answer is 503. */
async function pushWhenUp(url: string, key: string, body: object[]): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await push(url, key, body)
    if (answer.status !== 503 || tries === UP_TRIES) return answer
    await pause(200)
  }
}
const UP_TRIES = 100

export interface Findings {
  readonly acknowledged: number
  readonly unknown: number
  /** Acknowledged receipts that the hub does not have, or has otherwise than it answered. */
  readonly lost: string[]
  /** Messages whose records have more than one version after they were sent again. */
  readonly double: string[]
  /** Receipts in which received = accepted + unchanged + rejected does not hold. */
  readonly uncounted: string[]
}

/** Compares the ledger with the hub, and sends again what had no answer. */
export async function compare(url: string, ledger: Ledger): Promise<Findings> {
  const found: Findings = {
    acknowledged: ledger.acknowledged.size,
    unknown: ledger.sent.size - ledger.acknowledged.size,
    lost: [],
    double: [],
    uncounted: [],
  }
  const check = async ([key, body]: [string, object[]]): Promise<void> => {
    const known = ledger.acknowledged.get(key)
    const again = (await (await pushWhenUp(url, key, body)).json()) as Receipt
    if (known) {
      const stored = await (await fetch(`${url}/v1/receipts/${known.receipt}`, { headers })).json()
      const told = JSON.stringify(known)
      if (JSON.stringify(stored) !== told || JSON.stringify(again) !== told) found.lost.push(key)
    }
    const { received, accepted, unchanged, rejected } = again
    if (received !== body.length || received !== accepted + unchanged + rejected) found.uncounted.push(key)
    const records = again.results.flatMap((result) => result.records)
    const expected = 2 * (body.length - rejected)
    if (records.length !== expected || records.some(({ version }) => version !== 1)) found.double.push(key)
    // Without the key: the content itself says that it is known.
    const plain = await fetch(`${url}/v1/systems/jiaxing-wholesale/records/trade`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const third = (await plain.json()) as Receipt
    if (third.accepted !== 0 || third.unchanged !== received - rejected) found.double.push(key)
    ledger.acknowledged.set(key, again)
  }
  const all = [...ledger.sent]
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = all.pop(); next; next = all.pop()) await check(next)
    }),
  )
  return found
}

/** Sales that the hub has, by key. */
export async function storedSales(url: string): Promise<Map<string, number>> {
  const sales = new Map<string, number>()
  let after = ''
  for (;;) {
    const query = `kind=sale&limit=500${after && `&after=${encodeURIComponent(after)}`}`
    const page = (await (await fetch(`${url}/v1/records?${query}`, { headers })).json()) as {
      records: { key: string[]; version: number }[]
      next: string | null
    }
    for (const { key, version } of page.records) sales.set(key[0] ?? '', version)
    if (!page.next) return sales
    after = page.next
  }
}
