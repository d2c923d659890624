import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trade } from '#test/jiaxing.ts'

const ADMIN_KEY = 'hub_an-administrator-key-for-tests'
const TRADE = trade('JXSG2024041599001')

interface Running {
  child: ChildProcess
  url: string
  seconds: number
}

/** `hub start` as a person does it; settles when it says that it is ready. */
async function start(data: string, env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, ['bin/hub', 'start'], {
    env: {
      ...process.env,
      HUB_DATA: data,
      HUB_PORT: '0',
      HUB_LANG: 'en',
      HUB_ADMIN_KEY: ADMIN_KEY,
      HUB_LOG: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  return await new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      out += chunk
      const ready = /ready \((\d+\.\d) s\): (http:\S+)/.exec(out)
      if (ready) resolve({ child, seconds: Number(ready[1]), url: ready[2] as string })
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${out}`)))
  })
}

const push = (url: string, trade: object): Promise<Response> =>
  fetch(`${url}/v1/systems/jiaxing-wholesale/records/trade`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(trade),
  })
const saleCount = async (url: string): Promise<number> => {
  const answer = await fetch(`${url}/v1/records?kind=sale&limit=100`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  const { records } = (await answer.json()) as { records: unknown[] }
  return records.length
}

describe('hub start', () => {
  let data = ''
  let hub: Running
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'hub-start-'))
    // Root's PostgreSQL runs as another user: where that one cannot enter, the data would lie in /var/lib and stay there.
    await chmod(data, 0o755)
    hub = await start(data)
  })
  afterAll(async () => {
    hub.child.kill('SIGKILL')
    // Its PostgreSQL writes until the watchdog has ended it.
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  })

  it('is ready, says so at /readyz, and takes a record', async () => {
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200)
    const answer = await push(hub.url, TRADE)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ received: 1, accepted: 1, rejected: 0 })
  })

  it('a second hub on the same folder is refused with a sentence that names the folder', async () => {
    await expect(start(data)).rejects.toThrow(/hub-start-/)
  })

  it('after kill -9 it starts again on the same folder with everything that it had acknowledged', async () => {
    await push(hub.url, { ...TRADE, billNo: 'JXSG2024041599002' })
    const gone = once(hub.child, 'exit')
    hub.child.kill('SIGKILL')
    await gone
    hub = await start(data)
    expect(await saleCount(hub.url)).toBe(2)
  })

  it('SIGTERM under load stops within 5 s with exit 0 and loses nothing that was acknowledged', async () => {
    let acknowledged = 2
    let stopping = false
    const senders = Array.from({ length: 8 }, async (_, sender) => {
      for (let n = 0; !stopping; n++) {
        const billNo = `JXSG20240415${sender}${String(n).padStart(4, '0')}`
        const answer = await push(hub.url, { ...TRADE, billNo }).catch(() => null)
        if (answer?.status === 200) acknowledged++
        else break
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 700))
    const gone = once(hub.child, 'exit')
    const asked = performance.now()
    hub.child.kill('SIGTERM')
    const [code] = await gone
    stopping = true
    await Promise.all(senders)
    expect(code).toBe(0)
    expect(performance.now() - asked).toBeLessThan(5000)
    hub = await start(data)
    expect(await saleTotal(hub.url)).toBeGreaterThanOrEqual(acknowledged)
  })
})

/** All sales, page by page. */
async function saleTotal(url: string): Promise<number> {
  let total = 0
  let after = ''
  for (;;) {
    const answer = await fetch(
      `${url}/v1/records?kind=sale&limit=500${after && `&after=${encodeURIComponent(after)}`}`,
      {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      },
    )
    const page = (await answer.json()) as { records: unknown[]; next: string | null }
    total += page.records.length
    if (!page.next) return total
    after = page.next
  }
}
