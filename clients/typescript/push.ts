/** Pushes a file to Trace Hub and prints what became of it. Node 24, no packages. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

interface Issue {
  readonly path: string
  readonly code: string
  readonly reason: string
  readonly fix?: string
}
interface Receipt {
  readonly receipt: string
  readonly state: 'done' | 'waiting' | 'running' | 'refused'
  readonly received: number
  readonly accepted: number
  readonly unchanged: number
  readonly rejected: number
  readonly results: readonly { readonly result: string; readonly issues?: readonly Issue[] }[]
}

const TRIES = 8
const [system, record, file, contentType] = process.argv.slice(2)
const { HUB_URL: hub, HUB_KEY: key } = process.env
if (!system || !record || !file || !contentType || !hub || !key) {
  console.error('usage: HUB_URL=… HUB_KEY=… node push.ts SYSTEM RECORD FILE CONTENT-TYPE')
  process.exit(64)
}
const body = await readFile(file)
const authorization = { authorization: `Bearer ${key}` }

/** The answer to the push: tried again while the hub is busy or cannot be reached. */
async function push(): Promise<Response> {
  // The same file has the same key: sent twice, it is stored once.
  const idempotencyKey = createHash('sha256').update(body).digest('hex')
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${hub}/v1/systems/${system}/records/${record}`, {
      method: 'POST',
      body,
      headers: { ...authorization, 'content-type': contentType as string, 'idempotency-key': idempotencyKey },
      signal: AbortSignal.timeout(60_000),
    }).catch(() => null)
    if (answer && answer.status !== 429 && answer.status !== 503) return answer
    if (attempt === TRIES) throw new Error(`gave up: ${answer?.status ?? 'no answer'}`)
    const seconds = Number(answer?.headers.get('retry-after')) || 2 ** (attempt - 1)
    await pause(seconds * 1000)
  }
}

/** The receipt of a large file, when it is done. */
async function finished(location: string): Promise<Receipt> {
  for (;;) {
    await pause(1000)
    const answer = await fetch(new URL(location, hub), { headers: authorization })
    if (!answer.ok) continue
    const receipt = (await answer.json()) as Receipt
    if (receipt.state === 'done' || receipt.state === 'refused') return receipt
  }
}

const answer = await push()
if (!answer.ok) {
  console.error(`refused with ${answer.status}:\n${await answer.text()}`)
  process.exit(1)
}
const receipt =
  answer.status === 202
    ? await finished(answer.headers.get('location') ?? '')
    : ((await answer.json()) as Receipt)
const { received, accepted, unchanged, rejected } = receipt
console.log(
  `receipt ${receipt.receipt}: ${received} received, ${accepted} accepted, ${unchanged} unchanged, ${rejected} rejected`,
)
for (const { result, issues } of receipt.results) {
  const [first] = issues ?? []
  if (result === 'rejected' && first)
    console.log(`  ${first.code} ${first.path}: ${first.reason}. ${first.fix ?? ''}`)
}
process.exit(receipt.state === 'refused' ? 1 : rejected > 0 ? 2 : 0)
