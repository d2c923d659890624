import { describe, expect, it } from 'vitest'
import { sweepWaiting } from '#jobs/sweep-waiting.ts'
import { countWaiting, listWaiting } from '#store/waiting.ts'
import { base, detail, withPartsIntake } from '#test/parts.ts'

const hub = withPartsIntake()
const movement = (no: string, more: object) => ({
  no,
  day: '2024-04-15',
  owner: '示例冷库',
  kg: '10',
  ...more,
})
const id = (no: string): string => `urn:cnft:dispatch:parts:movement:${no}`
const flagsOf = async (no: string): Promise<(readonly string[])[]> =>
  (await hub.versions(id(no))).map(({ flags }) => flags)
const waits = async (): Promise<string[]> =>
  (await listWaiting(hub.pool, { system: 'parts', waits: 'reference', limit: 100 })).map(
    ({ id: record, key }) => `${record?.split(':').at(-1)} ${key}`,
  )

describe('a lot that must have a record of its own', () => {
  it('and has none marks the record, and waits until it comes, from whichever record', async () => {
    const receipt = await hub.move([movement('A1', { lot: 'A-NEW0', prev: 'A-OLD0' })])
    expect(receipt.results[0]?.result).toBe('created')
    expect(await flagsOf('A1')).toEqual([['W_DANGLING_REF']])
    expect(await listWaiting(hub.pool, { system: 'parts', limit: 9 })).toMatchObject([
      {
        waits: 'reference',
        record: 'movement',
        key: 'A-OLD0',
        receipt: receipt.receipt,
        index: 0,
        place: '/0/prev',
        id: id('A1'),
        since: receipt.receivedAt,
      },
    ])
    await hub.push(base('A-OLD0') + detail('A-OLD0'))
    expect(await waits()).toEqual([])
    // The flag says what was so when the version came; a version does not change.
    expect(await flagsOf('A1')).toEqual([['W_DANGLING_REF']])
    await hub.move([movement('A1', { lot: 'A-NEW0', prev: 'A-OLD0', kg: '11' })])
    expect(await flagsOf('A1')).toEqual([['W_DANGLING_REF'], []])
  })

  it('and is known already, or comes in the same message before or behind, marks nothing', async () => {
    await hub.push(base('B-OLD0') + detail('B-OLD0'))
    await hub.move([
      movement('B1', { lot: 'B-1', prev: 'B-OLD0' }),
      movement('B2', { lot: 'B-2', prev: 'B-3' }),
      movement('B3', { lot: 'B-3', prev: 'B-2' }),
      movement('B4', { lot: 'B-4' }),
    ])
    for (const no of ['B1', 'B2', 'B3', 'B4']) expect(await flagsOf(no), no).toEqual([[]])
    expect(await waits()).toEqual([])
  })

  it('is not there because another record mentions it too, or had it as its subject before a correction', async () => {
    await hub.move([movement('C1', { lot: 'C-1', prev: 'C-0' })])
    await hub.move([movement('C2', { lot: 'C-2', prev: 'C-0' })])
    expect(await flagsOf('C2')).toEqual([['W_DANGLING_REF']])
    await hub.move([movement('C3', { lot: 'C-0' })])
    expect(await waits()).toEqual([])
    await hub.move([movement('C3', { lot: 'C-OTHER0' })])
    expect(await waits()).toEqual(['C1 C-0', 'C2 C-0'])
    await hub.move([movement('C3', { lot: 'C-0' })])
  })

  it('waits as long as the newest version refers to it; a resend of an old one changes nothing', async () => {
    await hub.move([movement('D1', { lot: 'D-1', prev: 'D-X0' })])
    await hub.move([movement('D1', { lot: 'D-1', prev: 'D-Y0' })])
    expect((await waits()).filter((one) => one.startsWith('D'))).toEqual(['D1 D-Y0'])
    await hub.move([movement('D1', { lot: 'D-1', prev: 'D-X0' })])
    expect((await waits()).filter((one) => one.startsWith('D'))).toEqual(['D1 D-Y0'])
    const { rows } = await hub.pool.query(
      `select received_at, last_seen from dangling_references where record_id = $1`,
      [id('D1')],
    )
    await hub.move([movement('D1', { lot: 'D-1', prev: 'D-Y0' }), movement('D2', {})])
    const after = await hub.pool.query(
      `select received_at, last_seen from dangling_references where record_id = $1`,
      [id('D1')],
    )
    expect(after.rows[0].received_at).toEqual(rows[0].received_at)
    expect(after.rows[0].last_seen > rows[0].last_seen).toBe(true)
    await hub.move([movement('D1', { lot: 'D-1' })])
    expect((await waits()).filter((one) => one.startsWith('D'))).toEqual([])
  })

  it('the sweep takes out what has ended and leaves the rest, however much there is', async () => {
    const many = Array.from({ length: 2500 }, (_, i) =>
      movement(`E${i}`, { lot: `E-${i}`, prev: i < 2000 ? 'E-NONE0' : 'E-COMES0' }),
    )
    await hub.move(many)
    await hub.move([movement('EE', { lot: 'E-COMES0' })])
    const before = await waits()
    await sweepWaiting(hub.pool, hub.nowMs)
    const counted = (await countWaiting(hub.pool)).find(({ waits: what }) => what === 'reference')
    expect(counted?.count).toBe(2000 + before.filter((one) => !one.startsWith('E')).length)
    expect(await waits()).toEqual(before)
  })

  it('texts that are no codes, and codes that look like SQL or JSON, are taken as they are', async () => {
    const odd = ['"},{"role":"subject', "1'; drop table x; --", '1\\b', '1%_', 'X1'.repeat(75)]
    await hub.move(odd.map((prev, i) => movement(`F${i}`, { lot: `F-${i}`, prev })))
    await hub.move(odd.map((lot, i) => movement(`G${i}`, { lot })))
    expect((await waits()).filter((one) => one.startsWith('F'))).toEqual([])
  })
})
