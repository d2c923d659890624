import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type CrashHub, killHub, startHub } from '../faults/crash.ts'
import { tradesJson } from './setting.ts'

const TRADES = 7_000
const headers = {
  authorization: 'Bearer hub_administrator-key-of-the-crash-tests',
  'content-type': 'application/json',
}

interface Receipt {
  receipt: string
  state: string
  received: number
  accepted: number
  unchanged: number
  rejected: number
  next: string | null
  results: { index: number; result: string; records: { id: string; version: number }[] }[]
}

it('kill -9 of the hub in the middle of a large message, twice: after the restart it is finished, with no record lost and none double', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hub-large-killed-'))
  // Root's PostgreSQL runs as another user: where that one cannot enter, the data would lie in /var/lib and stay there.
  await chmod(folder, 0o755)
  let hub: CrashHub = await startHub(folder)
  onTestFinished(async () => {
    await killHub(hub)
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  })
  const push = async (): Promise<Receipt> => {
    const answer = await fetch(`${hub.url}/v1/systems/jiaxing-wholesale/records/trade`, {
      method: 'POST',
      headers,
      body: tradesJson('K', TRADES),
    })
    expect(answer.status).toBe(202)
    return (await answer.json()) as Receipt
  }
  const read = async (id: string, query = '?limit=1'): Promise<Receipt> =>
    (await (await fetch(`${hub.url}/v1/receipts/${id}${query}`, { headers })).json()) as Receipt
  const until = (id: string, is: (receipt: Receipt) => boolean): Promise<void> =>
    expect.poll(async () => is(await read(id)), { timeout: 60_000, interval: 30 }).toBe(true)

  const { receipt } = await push()
  let reached = 0
  for (let kill = 0; kill < 2; kill++) {
    await until(receipt, ({ state, received }) => state === 'done' || received > reached)
    await killHub(hub)
    hub = await startHub(folder)
    reached = (await read(receipt)).received
    expect(reached).toBeGreaterThan(0)
  }
  await until(receipt, ({ state }) => state === 'done')
  const rejected = TRADES / 100
  expect(await read(receipt)).toMatchObject({
    received: TRADES,
    accepted: TRADES - rejected,
    unchanged: 0,
    rejected,
  })
  const ids = new Set<string>()
  let next = 0
  for (let page = await read(receipt, '?limit=5000'); ; ) {
    for (const { index, result, records } of page.results) {
      expect(index).toBe(next++)
      expect(result).toBe(index % 100 === 99 ? 'rejected' : 'created')
      for (const { id, version } of records) {
        expect(version).toBe(1)
        ids.add(id)
      }
    }
    if (!page.next) break
    page = await read(receipt, `?limit=5000&after=${page.next}`)
  }
  expect([next, ids.size]).toEqual([TRADES, 2 * (TRADES - rejected)])
  const again = await push()
  await until(again.receipt, ({ state }) => state === 'done')
  expect(await read(again.receipt)).toMatchObject({ accepted: 0, unchanged: TRADES - rejected, rejected })
}, 300_000)
