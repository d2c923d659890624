import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { order, withOrders } from '#test/orders.ts'

const { hub, take, push, pushLarge, replay, lines, versions } = withOrders()

const GONE = '整单已不再含此明细 · Its order tells this line no more'
const rows = async (): Promise<number> =>
  (await hub.pool.query('select count(*)::int as count from record_versions')).rows[0].count

describe('a replay of orders with all their lines', () => {
  it('by the same mapping makes no version, whatever was told in whatever order', async () => {
    await take({ version: 1 })
    const many = Array.from({ length: 300 }, (_, i) => `${i}`)
    const first = [order('A1', ['1', '2', '3']), order('A2', ['1'])]
    await push(...first)
    await push(order('A1', ['1', '3']), order('A2', ['1', '2']))
    await push(order('A1', ['1', '2', '3'], { note: 'back' }))
    await push(order('A1', ['2']), order('A1', ['2', '3']))
    await push(...first)
    await push(order('A2', []))
    await pushLarge([order('A3', many), order('A3', many.slice(5))])
    const before = await rows()
    expect((await replay('apply')).counts).toMatchObject({ changed: 0, versions: 0 })
    expect(await rows()).toBe(before)
    expect([await lines('A1'), await lines('A2')]).toEqual([['2', '3'], []])
    expect(await lines('A3')).toHaveLength(295)
  })

  it('ends a line that a newer mapping can read, where its order was told without it since', async () => {
    await take({ version: 2, product: 'product' })
    const wrong = { line: '2', goods: '', product: '' }
    await push(
      order('B1', [
        { line: '1', product: '番茄' },
        { ...wrong, other: '黄瓜' },
      ]),
    )
    await push(
      order('B2', [
        { line: '1', product: '番茄' },
        { ...wrong, other: '黄瓜' },
      ]),
    )
    await push(order('B1', [{ line: '1', product: '番茄' }]))
    expect(await lines('B1')).toEqual(['1'])
    await take({ version: 3, product: '[product, other]' })
    expect((await replay('dry-run')).counts).toMatchObject({ newlyOk: 2 })
    await replay('apply')
    expect(await versions('B1', '2')).toEqual(['active@1', `void@2 ${GONE}`])
    expect(await lines('B2')).toEqual(['1', '2'])
  })

  it('ends what was told before its mapping said that all is told, where the source names which is newer', async () => {
    await take({ version: 4, whole: false, order: 'base.rev' })
    await push(order('C1', ['1', '2'], { rev: 1 }), order('C2', ['1', '2'], { rev: 1 }))
    await push(order('C1', ['1'], { rev: 2 }), order('C2', ['1'], { rev: 2 }))
    await push(order('C2', ['1', '2'], { rev: 3 }))
    expect(await lines('C1')).toEqual(['1', '2'])
    await take({ version: 5, order: 'base.rev' })
    await replay('apply')
    expect(await lines('C1')).toEqual(['1'])
    expect(await lines('C2')).toEqual(['1', '2'])
    expect(await versions('C2', '2')).toEqual(['active@1'])
    await push(order('C1', ['1', '2'], { rev: 1, note: 'late' }))
    expect(await lines('C1')).toEqual(['1'])
  })

  it('ends without that only by a message that is known to have said something', async () => {
    await take({ version: 6, whole: false })
    await push(order('D1', ['1', '2']))
    await push(order('D1', [{ line: '1', kg: '90' }]))
    await push(order('D2', ['1', '2']))
    await push(order('D2', ['1']))
    await push(order('D2', ['1', '2'], { note: 'made no version' }))
    await take({ version: 7 })
    await replay('apply')
    expect(await lines('D1')).toEqual(['1'])
    expect(await lines('D2')).toEqual(['1', '2'])
  })

  it('takes for the newest what told lines of which one could not be told from others, once it can', async () => {
    await take({ version: 8, no: 'a' })
    await push(
      order('G1', [
        { line: '0', a: '1' },
        { line: '0', a: '2' },
      ]),
    )
    const { receipt } = await push(
      order('G1', [
        { line: '0', a: '1' },
        { line: '0', b: '3' },
      ]),
    )
    await push(
      order('G2', [
        { line: '0', a: '1' },
        { line: '0', b: '3' },
      ]),
    )
    await push(order('G2', [{ line: '0', a: '2' }]))
    await take({ version: 9, no: '[a, b]' })
    await replay('apply', { receipts: [receipt] })
    expect(await lines('G1')).toEqual(['1', '3'])
    await replay('apply')
    expect(await lines('G1')).toEqual(['1', '3'])
    expect(await lines('G2')).toEqual(['2'])
  })

  it('of one old message changes nothing of what was told since', async () => {
    await take({ version: 10 })
    const { receipt } = await push(order('E1', ['1', '2']))
    await push(order('E1', ['1', '3']))
    const before = await rows()
    await replay('apply', { receipts: [receipt] })
    expect(await rows()).toBe(before)
  })

  it('gives what would have come of it from the start, where the source names which is newer', async () => {
    const one = fc.subarray(['1', '2', '3'])
    let next = 0
    let version = 10
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(4)),
        async (all, first) => {
          const no = `F${next++}`
          const orders = all.map((some, rev) => order(no, some, { rev }))
          await take({ version: ++version, whole: false, order: 'base.rev' })
          for (const at of first) await push(orders[at % orders.length] as object)
          for (const some of orders) await push(some)
          await take({ version: ++version, order: 'base.rev' })
          await replay('apply')
          expect(await lines(no)).toEqual(all.at(-1))
        },
      ),
      { numRuns: 8 },
    )
  }, 120_000)
})
