import { beforeAll, expect, it } from 'vitest'
import { sale, withVersions } from '#test/versions.ts'

const hub = withVersions()

/** Each test takes a pair of versions of its own: the odd one names the goods by `goods`, the even one by `fine`. */
let version = 0
const plain = () => hub.take({ version: ++version })
const fine = () => hub.take({ version: ++version, product: 'fine' })
const named = (no: string, name: string, more: object = {}) =>
  sale(no, { goods: name, fine: `精品${name}`, ...more })

beforeAll(plain)

it('a correction stays: a replay of the message before it does not bring the old content back', async () => {
  await plain()
  const a = await hub.push([named('A1', '番茄')])
  const b = await hub.push([named('A1', '黄瓜')])
  await fine()
  const old = await hub.replay('apply', { receipts: [a.receipt] })
  expect(old.counts).toMatchObject({ received: 1, keptOut: 1, changed: 0, versions: 0 })
  const both = await hub.replay('apply', { receipts: [a.receipt, b.receipt] })
  expect(both.counts).toMatchObject({ received: 2, keptOut: 1, changed: 1, versions: 1 })
  expect(await hub.versions('A1')).toEqual([
    `active@1 番茄 100 stall/sale@${version - 1}`,
    `active@2 黄瓜 100 stall/sale@${version - 1}`,
    `active@3 精品黄瓜 100 stall/sale@${version}`,
  ])
  const { rows } = await hub.pool.query(
    'select replay, message_id from record_versions where record_id = $1 and version = 3',
    ['urn:cnft:sale:stall:sale:A1'],
  )
  expect(rows).toEqual([{ replay: both.id, message_id: b.receipt }])
})

it('running twice gives nothing new, and a rolled back mapping brings its content back', async () => {
  await plain()
  const { receipt } = await hub.push([named('B1', '番茄'), named('B2', '黄瓜')])
  await fine()
  const scope = { receipts: [receipt] }
  expect((await hub.replay('apply', scope)).counts).toMatchObject({ changed: 2, versions: 2 })
  expect((await hub.replay('apply', scope)).counts).toMatchObject({ same: 2, changed: 0, versions: 0 })
  await hub.goBack()
  expect((await hub.replay('apply', scope)).counts).toMatchObject({ changed: 2, versions: 2 })
  expect(await hub.versions('B1')).toEqual([
    `active@1 番茄 100 stall/sale@${version - 1}`,
    `active@2 精品番茄 100 stall/sale@${version}`,
    `active@3 番茄 100 stall/sale@${version - 1}`,
  ])
})

it('the first message sent again after its correction is as old as the first time', async () => {
  await plain()
  const first = [named('C1', '番茄')]
  await hub.push(first)
  await hub.push([named('C1', '黄瓜')])
  const again = await hub.push(first)
  expect(again).toMatchObject({ unchanged: 1 })
  await fine()
  const { counts } = await hub.replay('apply', { receipts: [again.receipt] })
  expect(counts).toMatchObject({ keptOut: 1, versions: 0 })
  expect((await hub.versions('C1')).at(-1)).toBe(`active@2 黄瓜 100 stall/sale@${version - 1}`)
})

it('bytes sent again after the mapping changed: the newest are made anew, those before a correction are not', async () => {
  await plain()
  const [first, second] = [
    [named('I1', '番茄')],
    [named('I1', '黄瓜'), named('I2', '番茄'), named('I2', '黄瓜')],
  ]
  await hub.push(first)
  await hub.push(second)
  await fine()
  expect(await hub.push(first)).toMatchObject({ unchanged: 1 })
  await hub.push(second)
  expect(await hub.push(first)).toMatchObject({ unchanged: 1 })
  expect(await hub.push(second)).toMatchObject({ unchanged: 3 })
  expect((await hub.versions('I1')).at(-1)).toBe(`active@3 精品黄瓜 100 stall/sale@${version}`)
  expect((await hub.versions('I2')).at(-1)).toMatch(/精品黄瓜/)
})

it('a void stays void, whichever of its messages is replayed', async () => {
  await plain()
  const receipts: string[] = []
  const push = async (rows: object[]) => void receipts.push((await hub.push(rows)).receipt)
  await push([named('D1', '番茄')])
  await push([{ no: 'D1', state: '2' }])
  await push([named('D1', '番茄')])
  // Void first, original later; and both in one message.
  await push([{ no: 'D2', state: '2' }])
  await push([named('D2', '番茄')])
  await push([named('D3', '番茄'), { no: 'D3', state: '2' }])
  await fine()
  for (const receipt of [...receipts, ...receipts.toReversed()]) {
    const { counts } = await hub.replay('apply', { receipts: [receipt] })
    expect(counts).toMatchObject({ versions: 0 })
  }
  expect((await hub.replay('apply', { receipts })).counts).toMatchObject({ received: 7, versions: 0 })
  for (const no of ['D1', 'D2', 'D3']) expect((await hub.versions(no)).at(-1)).toMatch(/^void@2 番茄/)
})

it('a key that a message names twice ends with its last word, once', async () => {
  await plain()
  const { receipt } = await hub.push([named('E1', '番茄'), named('E1', '黄瓜')])
  await fine()
  const { counts } = await hub.replay('apply', { receipts: [receipt] })
  expect(counts).toMatchObject({ received: 2, changed: 1, keptOut: 1, versions: 1 })
  const again = await hub.replay('apply', { receipts: [receipt] })
  expect(again.counts).toMatchObject({ received: 2, same: 1, keptOut: 1, versions: 0 })
  expect((await hub.versions('E1')).at(-1)).toBe(`active@3 精品黄瓜 100 stall/sale@${version}`)
})

it('what was late by the order of the source stays late, also when the new mapping knows no order', async () => {
  await hub.take({ version: ++version, order: 'rev' })
  const newer = await hub.push([named('F1', '番茄', { rev: '7' })])
  const late = await hub.push([named('F1', '黄瓜', { rev: '3' })])
  expect(late).toMatchObject({ unchanged: 1 })
  await fine()
  const receipts = [newer.receipt, late.receipt]
  const { counts } = await hub.replay('apply', { receipts })
  expect(counts).toMatchObject({ changed: 1, keptOut: 1, versions: 1 })
  expect((await hub.versions('F1')).at(-1)).toMatch(/^active@2 精品番茄/)
})

it('messages of one millisecond are told apart by what they made', async () => {
  await plain()
  const atMs = hub.nowMs
  const receipts: string[] = []
  for (const name of ['番茄', '黄瓜', '茄子', '白菜', '萝卜', '冬瓜']) {
    hub.nowMs = atMs
    receipts.push((await hub.push([named('G1', name)])).receipt)
  }
  hub.nowMs = atMs + 1
  await fine()
  for (const receipt of receipts.slice(0, -1))
    expect((await hub.replay('apply', { receipts: [receipt] })).counts).toMatchObject({ versions: 0 })
  expect((await hub.replay('apply', { receipts })).counts).toMatchObject({
    changed: 1,
    keptOut: 5,
    versions: 1,
  })
  expect((await hub.versions('G1')).at(-1)).toMatch(/^active@7 精品冬瓜/)
})

it('the same content sent twice is made anew by either message', async () => {
  await plain()
  const first = await hub.push([named('H1', '番茄')])
  const second = await hub.push([named('H1', '番茄'), named('H2', '番茄')])
  expect(second).toMatchObject({ accepted: 1, unchanged: 1 })
  await fine()
  expect((await hub.replay('apply', { receipts: [second.receipt] })).counts).toMatchObject({ changed: 2 })
  expect((await hub.replay('apply', { receipts: [first.receipt] })).counts).toMatchObject({ versions: 0 })
  expect(await hub.versions('H1')).toHaveLength(2)
})
