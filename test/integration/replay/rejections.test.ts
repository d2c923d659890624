import { expect, it } from 'vitest'
import { sale, withVersions } from '#test/versions.ts'

const hub = withVersions()

const open = async () =>
  (await hub.pool.query('select state, mapping, group_key, seen from rejections order by received_at, index'))
    .rows

it('a rejection that becomes a record is mended; one that still fails says why now', async () => {
  await hub.take({ version: 1, product: 'fine' })
  // No product by that name: neither product, lot nor document.
  const first = await hub.push([sale('A1'), sale('A2', { fine: '番茄' }), sale('A3', { seller: '' })])
  expect(first).toMatchObject({ accepted: 1, rejected: 2 })
  await hub.take({ version: 2 })
  const group = (await open())[0].group_key
  const dry = await hub.replay('dry-run')
  expect(dry.counts).toMatchObject({ messages: 1, received: 3, same: 1, newlyOk: 1, stillFailing: 1 })
  expect(await hub.versions('A1')).toEqual([])
  expect((await open()).map(({ state }) => state)).toEqual(['open', 'open'])
  const { counts } = await hub.replay('apply', { rejectionGroup: group })
  expect(counts).toMatchObject({ received: 3, same: 1, newlyOk: 1, stillFailing: 1, versions: 1, mended: 1 })
  expect(await hub.versions('A1')).toEqual(['active@1 番茄 100 stall/sale@2'])
  expect(await open()).toMatchObject([
    { state: 'mended', seen: 1 },
    { state: 'open', mapping: 'stall/sale@2', seen: 1, group_key: expect.stringContaining('@2') },
  ])
  expect((await hub.replay('apply')).counts).toMatchObject({
    same: 2,
    newlyOk: 0,
    stillFailing: 1,
    versions: 0,
  })
})

it('a rejected record whose correction came since is mended without touching it', async () => {
  await hub.take({ version: 3, product: 'fine' })
  const wrong = await hub.push([sale('B1')])
  await hub.push([sale('B1', { fine: '黄瓜' })])
  await hub.take({ version: 4 })
  const { counts } = await hub.replay('apply', { receipts: [wrong.receipt] })
  expect(counts).toMatchObject({ newlyOk: 1, mended: 1, versions: 0 })
  expect(await hub.versions('B1')).toEqual(['active@1 黄瓜 100 stall/sale@3'])
})

it('what fails newly keeps its record, and is shown with its issues', async () => {
  const { receipt } = await hub.push([sale('C1')])
  await hub.take({ version: 5, product: 'fine' })
  const { counts, samples } = await hub.replay('apply', { receipts: [receipt] })
  expect(counts).toMatchObject({ newlyFailing: 1, versions: 0 })
  expect(samples).toMatchObject([
    { outcome: 'newlyFailing', message: receipt, index: 0, issues: [{ code: 'E_SCHEMA' }] },
  ])
  expect(await hub.versions('C1')).toEqual(['active@1 番茄 100 stall/sale@4'])
  const { rows } = await hub.pool.query("select count(*)::int as n from rejections where state = 'open'")
  expect(rows[0].n).toBe(1)
})

it('by flag: the messages whose records have it', async () => {
  await hub.take({ version: 6 })
  const odd = await hub.push([sale('D1', { goods: '没人听说过的东西' })])
  await hub.push([sale('D2')])
  const { counts } = await hub.replay('dry-run', { flag: 'W_PRODUCT_UNKNOWN' })
  expect(odd.results[0]?.issues?.[0]?.code).toBe('W_PRODUCT_UNKNOWN')
  expect(counts).toMatchObject({ messages: 1, received: 1, same: 1 })
})

it('a dry run and a comparison of versions write nothing but their counts', async () => {
  const before = await hub.pool.query(
    'select count(*)::int as n, max(position)::text as p from record_versions',
  )
  await hub.take({ version: 7, more: '      vehicle: plate\n' })
  const { receipt } = await hub.push([
    sale('E1', { plate: '浙F00X00' }),
    sale('E2'),
    sale('E3', { seller: '' }),
  ])
  const compared = await hub.replay(
    'compare',
    { record: 'sale', receipts: [receipt] },
    { versions: { from: 6, to: 7 } },
  )
  expect(compared.counts).toMatchObject({ received: 3, changed: 1, same: 1, stillFailing: 1, versions: 0 })
  expect(compared.samples).toMatchObject([
    { outcome: 'changed', index: 0, records: [{ differences: [{ at: 'vehicle', after: '***' }] }] },
  ])
  const newest = await hub.replay('compare', { record: 'sale', newest: 1 }, { versions: { from: 6, to: 5 } })
  expect(newest.counts).toMatchObject({ messages: 1, received: 3, newlyFailing: 2, stillFailing: 1 })
  const after = await hub.pool.query(
    'select count(*)::int as n, max(position)::text as p from record_versions',
  )
  expect(after.rows[0].n).toBe(before.rows[0].n + 2)
})
