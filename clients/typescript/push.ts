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
const body = await readFile(file).catch((error: unknown) => fail(`cannot read ${file}: ${error}`))
const authorization = { authorization: `Bearer ${key}` }

function fail(reason: string): never {
  console.error(reason)
  process.exit(1)
}

/** An answer: asked for again while the hub is busy or cannot be reached. */
async function ask(
  path: string,
  options: RequestInit,
): Promise<{ status: number; headers: Headers; text: string }> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${hub}${path}`, { ...options, signal: AbortSignal.timeout(60_000) })
      .then(async (got) => ({ status: got.status, headers: got.headers, text: await got.text() }))
      .catch(() => null)
    if (answer && answer.status !== 429 && answer.status !== 503) return answer
    if (attempt === TRIES) fail(`gave up: ${answer?.status ?? 'no answer'}`)
    const seconds = Number(answer?.headers.get('retry-after')) || 2 ** (attempt - 1)
    await pause(seconds * 1000)
  }
}

const refused = (status: number, text: string): never => fail(`refused with ${status}:\n${text}`)

/** The receipt of a large file, when it is done. */
async function finished(location: string): Promise<Receipt> {
  for (;;) {
    await pause(1000)
    const { status, text } = await ask(location, { headers: authorization })
    if (status !== 200) return refused(status, text)
    const receipt = JSON.parse(text) as Receipt
    if (receipt.state === 'done' || receipt.state === 'refused') return receipt
  }
}

// The same file has the same key: sent twice, it is stored once.
const idempotencyKey = createHash('sha256').update(body).digest('hex')
const { status, headers, text } = await ask(`/v1/systems/${system}/records/${record}`, {
  method: 'POST',
  body,
  headers: { ...authorization, 'content-type': contentType, 'idempotency-key': idempotencyKey },
})
if (status !== 200 && status !== 202) refused(status, text)
const receipt = status === 202 ? await finished(headers.get('location') ?? '') : (JSON.parse(text) as Receipt)
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
