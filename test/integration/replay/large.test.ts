import { expect, it } from 'vitest'
import { qualityMessagesFollower } from '#flow/quality/follow-messages.ts'
import { sale, withVersions } from '#test/versions.ts'
import { follow } from '../reference/setting.ts'

const hub = withVersions()
const states = async (): Promise<string[]> =>
  (await hub.pool.query('select state from rejections order by index')).rows.map(({ state }) => state)

it('a large message is mapped anew with what was told of it: rejections that become records are mended', async () => {
  await hub.take({ version: 1, product: 'fine' })
  const id = await hub.pushLarge([sale('A1'), sale('A2', { fine: '番茄' }), sale('A3', { seller: '' })])
  await hub.take({ version: 2 })
  const { counts } = await hub.replay('apply', { receipts: [id] })
  expect(counts).toMatchObject({ received: 3, same: 1, newlyOk: 1, stillFailing: 1, mended: 1, versions: 1 })
  expect(await hub.versions('A1')).toEqual(['active@1 番茄 100 stall/sale@2'])
  expect(await states()).toEqual(['mended', 'open'])
})

it('one with more records than are mapped anew at once stays as it is, and is counted as that', async () => {
  await hub.take({ version: 3 })
  const id = await hub.pushLarge(Array.from({ length: 10_001 }, (_, i) => sale(`B${i}`)))
  await hub.take({ version: 4, product: 'fine' })
  const { counts, state } = await hub.replay('apply', { receipts: [id] })
  expect(state).toBe('done')
  expect(counts).toMatchObject({ received: 10_001, keptOut: 10_001, newlyFailing: 0, versions: 0 })
})

it('what was rejected in a large message is counted in the quality of its system', async () => {
  await hub.pushLarge([sale('C1', { seller: '', goods: '' })])
  await follow(hub.pool, qualityMessagesFollower)
  const { rows } = await hub.pool.query(
    "select sum(count)::int as n from quality_reasons where system = 'stall' and code like 'E\\_%'",
  )
  expect(rows[0].n).toBeGreaterThanOrEqual(3)
})
