import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readPage } from '#flow/large/read-page.ts'
import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { createReplay } from '#flow/replay/create-replay.ts'
import { addDraft } from '#flow/systems/versions.ts'
import { readReceipt, type StoredReceipt } from '#store/receipts.ts'
import { readReplay } from '#store/replays.ts'
import { sale, saleMapping, withVersions } from '#test/versions.ts'
import { follow } from '../reference/setting.ts'

/** As `bin/hub` starts it. */
const HEAP_OF_THE_HUB = [
  '--max-semi-space-size=4',
  '--heap-growing-percent=10',
  '--incremental-marking-soft-trigger=50',
  '--incremental-marking-hard-trigger=80',
]

const hub = withVersions()
const states = async (): Promise<string[]> =>
  (await hub.pool.query('select state from rejections order by index')).rows.map(({ state }) => state)
const resultsOf = async (id: string, from: number, limit: number) => {
  const receipt = (await readReceipt(hub.pool, id)) as StoredReceipt
  return await readPage(hub.pool, receipt, from, limit)
}

it('a large message is mapped anew with what was told of it: rejections that become records are mended', async () => {
  await hub.take({ version: 1, product: 'fine' })
  const id = await hub.pushLarge([sale('A1'), sale('A2', { fine: '番茄' }), sale('A3', { seller: '' })])
  await hub.take({ version: 2 })
  const { counts } = await hub.replay('apply', { receipts: [id] })
  expect(counts).toMatchObject({ received: 3, same: 1, newlyOk: 1, stillFailing: 1, mended: 1, versions: 1 })
  expect(await hub.versions('A1')).toEqual(['active@1 番茄 100 stall/sale@2'])
  expect(await states()).toEqual(['mended', 'open'])
})

it('one of any size is mapped anew part by part: what it says last of a record counts, wherever it said it first', async () => {
  await hub.take({ version: 3, product: 'fine' })
  const fine = { fine: '精品番茄' }
  const rows = Array.from({ length: 2001 }, (_, i) => sale(`B${i}`, fine))
  rows[3] = sale('B3')
  rows[1800] = sale('B1800')
  // Two records are named twice, far from each other and near.
  rows[1801] = sale('B1', { ...fine, kg: '7', goods: '黄瓜' })
  rows[11] = sale('B10', { ...fine, kg: '7', goods: '黄瓜' })
  const id = await hub.pushLarge(rows)
  const told = await resultsOf(id, 1800, 2)
  await hub.push([sale('B5', { ...fine, kg: '5' })])
  await hub.take({ version: 4 })
  const outcomes = { received: 2001, changed: 1996, newlyOk: 2, keptOut: 3, stillFailing: 0, newlyFailing: 0 }
  const dry = await hub.replay('dry-run', { receipts: [id] })
  expect(dry.counts).toMatchObject({ ...outcomes, messages: 1, versions: 0 })
  const differences = [{ at: 'product.name', before: '精品番茄', after: '番茄' }]
  expect(dry.samples).toContainEqual(
    expect.objectContaining({ outcome: 'changed', records: [expect.objectContaining({ differences })] }),
  )
  const applied = await hub.replay('apply', { receipts: [id] })
  expect(applied.counts).toMatchObject({ ...outcomes, messages: 1, versions: 1998, mended: 2 })
  const again = await hub.replay('apply', { receipts: [id] })
  expect(again.counts).toMatchObject({ received: 2001, same: 1998, keptOut: 3, versions: 0, mended: 0 })
  expect((await hub.versions('B1')).at(-1)).toBe('active@3 黄瓜 7 stall/sale@4')
  expect((await hub.versions('B10')).at(-1)).toBe('active@3 黄瓜 7 stall/sale@4')
  expect((await hub.versions('B5')).at(-1)).toBe('active@2 精品番茄 5 stall/sale@3')
  expect(await hub.versions('B3')).toEqual(['active@1 番茄 100 stall/sale@4'])
  // The receipt says what the sender was told, and is read as before.
  expect(await resultsOf(id, 1800, 2)).toEqual(told)
  const { rows: left } = await hub.pool.query('select from replay_mentions')
  expect(left).toHaveLength(0)
})

it('two versions are compared on a message of more than 10,000, source record by source record', {
  timeout: 60_000,
}, async () => {
  const rows = Array.from({ length: 10_001 }, (_, i) => sale(i === 9999 ? 'B3' : '', { fine: '精品番茄' }))
  const id = await hub.pushLarge(rows)
  const scope = { receipts: [id], record: 'sale' }
  const { counts, samples, state } = await hub.replay('compare', scope, { versions: { from: 3, to: 4 } })
  expect(state).toBe('done')
  expect(counts).toMatchObject({ messages: 1, received: 10_001, changed: 1, stillFailing: 10_000 })
  expect(samples).toMatchObject([{ message: id, index: 9999, outcome: 'changed' }])
})

it('what was rejected in a large message is counted in the quality of its system', async () => {
  await hub.pushLarge([sale('C1', { seller: '', goods: '' })])
  await follow(hub.pool, qualityMessagesFollower)
  const { rows } = await hub.pool.query(
    "select sum(count)::int as n from quality_reasons where system = 'stall' and code like 'E\\_%'",
  )
  expect(rows[0].n).toBeGreaterThanOrEqual(3)
})

it('a message that only a new version reads as very many is gone through too, and those around it are taken as before', async () => {
  await hub.take({ version: 5, ignore: 'sales' })
  const first = await hub.push([sale('D1')])
  const one = { ...sale('D2'), sales: Array.from({ length: 10_200 }, () => ({ no: '' })) }
  const many = await hub.push(one as never)
  const last = await hub.push([sale('D3')])
  const text = saleMapping({ version: 6 }).replace('format: json', 'format: json, rows: sales')
  await addDraft({ pool: hub.pool, registry: hub.registry }, { system: 'stall', text, who: 'test' })
  const receipts = [first.receipt, many.receipt, last.receipt]
  const versions = { from: 5, to: 6 }
  const { counts, state } = await hub.replay('compare', { receipts, record: 'sale' }, { versions })
  expect(state).toBe('done')
  // The first and the last have no such list.
  expect(counts).toMatchObject({ messages: 3, received: 10_202, newlyFailing: 3, stillFailing: 10_199 })
})

it('a message larger than the heap of the process is gone through', { timeout: 300_000 }, async () => {
  await hub.take({ version: 7, ignore: 'pad' })
  const pad = 'x'.repeat(200_000)
  const rows = async function* () {
    for (let i = 0; i < 500; i++)
      yield Buffer.from(`${i === 0 ? '[' : ','}${JSON.stringify(sale(`H${i}`, { pad }))}`)
    yield Buffer.from(']')
  }
  const id = await hub.pushLarge(rows())
  await hub.take({ version: 8, product: 'fine', ignore: 'pad' })
  const { pool, registry } = hub
  const wish = { mode: 'dry-run', scope: { system: 'stall', receipts: [id] } } as const
  const replay = await createReplay({ pool, registry, clock: Date.now }, wish, 'test')
  const url = (pool as unknown as { options: { connectionString: string } }).options.connectionString
  const script = fileURLToPath(new URL('./replay-process.ts', import.meta.url))
  // The heap grows as that of the hub (bin/hub): V8 takes for living what dies while it marks, and on a quick machine that alone reached the bound.
  const flags = ['--max-old-space-size=80', ...HEAP_OF_THE_HUB]
  await promisify(execFile)(process.execPath, [...flags, script, url, replay.id])
  const done = await readReplay(pool, replay.id)
  expect(done).toMatchObject({ state: 'done', counts: { messages: 1, received: 500, newlyFailing: 500 } })
})
