import { beforeAll, describe, expect, it } from 'vitest'
import { readResults } from '#flow/intake/results-text.ts'
import { order, withOrders } from '#test/orders.ts'

const { hub, take, push, pushLarge, work, lines, versions } = withOrders()

const GONE = '整单已不再含此明细 · Its order tells this line no more'
const MORE = `  - kind: dispatch
    when: { lot: present }
    fields:
      occurredAt: { from: base.at, date: ['yyyy-MM-dd HH:mm:ss'] }
      parties.seller: { name: base.seller }
      product: { name: goods }
      lots:
        - { role: subject, from: lot, scheme: local }
        - { role: source, from: from, scheme: local }
`

describe('an order that is told with all its lines', () => {
  beforeAll(() => take({ version: 1 }))

  it('ends the line that it tells no more, which says why, and the receipt counts it and names its version', async () => {
    await push(order('A1', ['1', '2', '3']))
    const { accepted, unchanged, results } = await push(order('A1', ['1', { line: '3', kg: '90' }]))
    expect({ accepted, unchanged }).toEqual({ accepted: 1, unchanged: 1 })
    expect(results).toMatchObject([
      { result: 'unchanged', key: ['A1', '1'] },
      {
        result: 'updated',
        key: ['A1', '3'],
        ended: 1,
        records: [
          { id: 'urn:cnft:sale:stall:order:A1:3', version: 2 },
          { id: 'urn:cnft:sale:stall:order:A1:2', version: 2 },
        ],
      },
    ])
    expect(await lines('A1')).toEqual(['1', '3'])
    expect(await versions('A1', '2')).toEqual(['active@1', `void@2 ${GONE}`])
  })

  it('counts as accepted where all its lines are as they were, and ends nothing twice', async () => {
    await push(order('A2', ['1', '2']))
    expect(await push(order('A2', ['1']))).toMatchObject({
      accepted: 1,
      results: [{ result: 'updated', ended: 1 }],
    })
    const again = await push(order('A2', ['1'], { note: 'again' }))
    expect(again.results).toMatchObject([{ result: 'unchanged' }])
    expect(again.results[0]).not.toHaveProperty('ended')
    expect(await versions('A2', '2')).toEqual(['active@1', `void@2 ${GONE}`])
  })

  it('brings a line back that it tells again as it was, but not by a resend of the bytes before', async () => {
    const first = order('A3', ['1', '2'])
    await push(first)
    await push(order('A3', ['1']))
    expect(await push(first)).toMatchObject({ unchanged: 2 })
    expect(await lines('A3')).toEqual(['1'])
    expect(await push(order('A3', ['1', '2'], { note: 'back' }))).toMatchObject({ accepted: 1, unchanged: 1 })
    expect(await versions('A3', '2')).toEqual(['active@1', `void@2 ${GONE}`, 'active@3'])
  })

  it('ends nothing by a resend that came before the lines', async () => {
    const first = order('A4', ['1'])
    await push(first)
    await push(order('A4', ['1'], { note: 'made no version' }))
    await push(order('A4', ['1', '2']))
    await push(first)
    await push(order('A4', ['1'], { note: 'made no version' }))
    expect(await lines('A4')).toEqual(['1', '2'])
  })

  it('ends no line that it tells and that is rejected, and does not bring an old one in its place', async () => {
    await push(order('A5', ['1', '2']))
    expect(await push(order('A5', ['1', { line: '2', goods: '' }]))).toMatchObject({ rejected: 1 })
    expect(await lines('A5')).toEqual(['1', '2'])
    await push(order('A5', ['1', { line: '2', goods: '', kg: '80' }, '3']))
    expect(await lines('A5')).toEqual(['1', '2', '3'])
    expect((await push(order('A5', [{ line: '2', goods: '' }]))).results).toMatchObject([
      { result: 'rejected', ended: 2 },
    ])
    expect(await lines('A5')).toEqual(['2'])
  })

  it('ends nothing where the key of a line cannot be read', async () => {
    await push(order('A6', ['1', '2']))
    expect(await push(order('A6', ['1', { line: '' }]))).toMatchObject({ rejected: 1, unchanged: 1 })
    expect(await lines('A6')).toEqual(['1', '2'])
  })

  it('ends all lines where it has none any more, and is rejected where it has no list', async () => {
    await push(order('A7', ['1', '2']))
    for (const none of [null, undefined, 'none'])
      expect(await push(order('A7', [], { lines: none }))).toMatchObject({ received: 1, rejected: 1 })
    expect(await lines('A7')).toEqual(['1', '2'])
    const { received, accepted, results } = await push(order('A7', []))
    expect({ received, accepted }).toEqual({ received: 1, accepted: 1 })
    expect(results).toMatchObject([{ key: ['A7'], result: 'voided', ended: 2 }])
    expect(await lines('A7')).toEqual([])
    expect(await push(order('A7', [], { note: 'again' }))).toMatchObject({ unchanged: 1 })
  })

  it('says all there is of it each time that one message tells it, the last one counts, and a resend changes nothing', async () => {
    await push(order('A8', ['4']))
    const twice = [order('A8', ['1', '2']), order('A8', ['2', '3'])]
    await push(...twice)
    expect(await lines('A8')).toEqual(['2', '3'])
    expect(await push(...twice)).toMatchObject({ accepted: 0, rejected: 0 })
    expect(await lines('A8')).toEqual(['2', '3'])
    expect(await versions('A8', '1')).toHaveLength(2)
  })

  it('ends no line of another order, also where its number goes on as that one begins', async () => {
    await push(order('A9', ['1']), order('A9:1', ['1']), order('A9/', ['1']), order('A90', ['1']))
    await push(order('A9', []))
    expect(await lines('A9')).toEqual([])
    expect(await lines('A90')).toEqual(['1'])
    expect(await lines('A9%3A1')).toEqual(['1'])
    expect(await lines('A9%2F')).toEqual(['1'])
  })

  it('that is made void by its source ends its lines, also those that it does not name', async () => {
    await push(order('A10', ['1', '2']))
    await push(order('A10', ['1'], { state: '2' }))
    expect(await lines('A10')).toEqual([])
  })

  it('that is told in one message with others of which one is wrong is told as if it were alone', async () => {
    await push(order('A11', ['1', '2']), order('A12', ['1', '2']))
    expect(await push(order('A11', ['2']), { no: '', lines: [] }, order('A12', ['1']))).toMatchObject({
      received: 3,
      accepted: 2,
      rejected: 1,
    })
    expect([await lines('A11'), await lines('A12')]).toEqual([['2'], ['1']])
  })

  it('takes along the edges of the line that it tells no more, and what that line told beside', async () => {
    await take({ version: 2, more: MORE })
    const sold = (line: string) => ({ line, lot: `L${line}`, from: `F${line}` })
    await push(order('A13', [sold('1'), sold('2')]))
    expect(await push(order('A13', [sold('1')]))).toMatchObject({ results: [{ ended: 2 }] })
    const { rows } = await hub.pool.query(
      `select right(record_id, 1) as line, live from lot_edges where record_id like '%:A13:%' order by 1`,
    )
    expect(rows).toEqual([
      { line: '1', live: true },
      { line: '2', live: false },
    ])
  })
})

describe('messages that share a transaction', () => {
  beforeAll(() => take({ version: 3 }))

  it('are decided one after the other: each sees what those before it ended, brought back and told for the first time', async () => {
    const sent = [['1', '2'], ['2', '3'], ['1'], ['1', '3'], ['3']]
    const receipts = await Promise.all(sent.map((ids) => push(order('G1', ids))))
    const { rows } = await hub.pool.query(
      `select count(distinct xmin::text)::int as transactions from messages where id = any($1)`,
      [receipts.map(({ receipt }) => receipt)],
    )
    expect(rows[0].transactions).toBeLessThan(sent.length)
    expect(await lines('G1')).toEqual(['3'])
    expect(receipts.map(({ results }) => results.reduce((sum, { ended = 0 }) => sum + ended, 0))).toEqual([
      0, 1, 2, 0, 1,
    ])
  })

  it('keep one of an order that is wrong from no other', async () => {
    await Promise.all([push(order('G2', ['1', '2'])), push(order('G3', ['1', '2']))])
    await Promise.all([
      push(order('G2', ['1', { line: '' }])),
      push(order('G3', ['2'])),
      push(order('G4', [])),
    ])
    expect([await lines('G2'), await lines('G3')]).toEqual([['1', '2'], ['2']])
  })

  it('tell the same when their receipts are read again', async () => {
    await push(order('G5', ['1', '2', '3']))
    const told = await push(order('G5', ['1']))
    const [stored] = (await hub.pool.query('select results from messages where id = $1', [told.receipt])).rows
    expect(readResults(stored.results, 'stall', 'order')).toEqual(told.results)
  })
})

describe('a large message', () => {
  beforeAll(() => take({ version: 4 }))

  it('ends what an order tells no more at its last line, though the lines are stored in several transactions', async () => {
    const many = Array.from({ length: 600 }, (_, i) => `${i}`)
    await pushLarge([order('B1', many), order('B2', ['1', '2'])])
    expect(await lines('B1')).toHaveLength(600)
    await pushLarge([order('B2', ['1']), order('B1', many.slice(10))])
    expect(await lines('B1')).toHaveLength(590)
    expect(await lines('B2')).toEqual(['1'])
    expect(await versions('B1', '3')).toEqual(['active@1', `void@2 ${GONE}`])
  })

  it('that is stopped in the middle of an order ends the same once somebody goes on with it', async () => {
    const many = Array.from({ length: 1300 }, (_, i) => `${i}`)
    await pushLarge([order('B6', [...many, 'x', 'y'])])
    const waiting = await pushLarge([order('B6', many)], true)
    expect(await work(waiting, 2)).toBe('later')
    expect(await lines('B6')).toHaveLength(1302)
    expect(await work(waiting)).toBe('done')
    expect(await lines('B6')).toEqual(many.toSorted())
  })

  it('ends nothing that arrived after it, and what it alone tells ends at once', async () => {
    await push(order('B3', ['1', '2']))
    const waiting = await pushLarge([order('B3', ['1', '2', '9']), order('B4', ['1'])], true)
    await push(order('B3', ['1', '3']))
    await push(order('B4', ['2']))
    await work(waiting)
    expect(await lines('B3')).toEqual(['1', '3'])
    expect(await versions('B3', '9')).toEqual(['active@1', `void@2 ${GONE}`])
    expect(await lines('B4')).toEqual(['2'])
  })

  it('tells one order twice: the last one counts', async () => {
    const many = Array.from({ length: 400 }, (_, i) => `${i}`)
    await pushLarge([order('B5', many), order('B5', ['7', 'x'])])
    expect(await lines('B5')).toEqual(['7', 'x'])
  })
})

describe('with an order', () => {
  beforeAll(() => take({ version: 5, order: 'base.rev' }))

  it('an older one ends nothing, and what it alone tells ends at once', async () => {
    await push(order('C1', ['1'], { rev: 1 }))
    await push(order('C1', ['1', '3'], { rev: 3 }))
    expect((await push(order('C1', ['1', '2'], { rev: 2 }))).results).toMatchObject([
      { result: 'unchanged' },
      { result: 'voided', issues: [{ code: 'W_LATE' }] },
    ])
    expect(await lines('C1')).toEqual(['1', '3'])
    expect(await versions('C1', '2')).toEqual(['active@1', `void@2 ${GONE}`])
    await push(order('C1', ['1', '2'], { rev: 4 }))
    expect(await lines('C1')).toEqual(['1', '2'])
  })

  it('an empty one that came first ends an older one that comes late', async () => {
    await push(order('C2', [], { rev: 2 }))
    await push(order('C2', ['1'], { rev: 1 }))
    expect(await lines('C2')).toEqual([])
    await push(order('C2', ['1'], { rev: 3 }))
    expect(await lines('C2')).toEqual(['1'])
  })

  it('a line that was rejected in the newest is taken from an older one', async () => {
    await push(order('C3', ['1', { line: '2', goods: '' }], { rev: 2 }))
    await push(order('C3', ['1', '2', '3'], { rev: 1 }))
    expect(await lines('C3')).toEqual(['1', '2'])
    await push(order('C3', ['1', '2'], { rev: 3 }))
    expect(await versions('C3', '2')).toEqual(['active@1'])
  })

  it('one without its order ends nothing, and says so', async () => {
    await push(order('C4', ['1', '2'], { rev: 1 }))
    const { results } = await push(order('C4', ['1']))
    expect(results).toMatchObject([{ issues: [{ path: '/0/rev', target: 'order' }] }])
    expect(await lines('C4')).toEqual(['1', '2'])
  })

  it('ends the line also where the newer one changed nothing else, and an order between comes late', async () => {
    await push(order('C5', ['1', '2'], { rev: 1 }))
    await push(order('C5', ['1'], { rev: 3 }))
    await push(order('C5', ['1', '2', { line: '4', kg: '1' }], { rev: 2 }))
    expect(await lines('C5')).toEqual(['1'])
    await push(order('C5', ['1', '2'], { rev: 4 }))
    expect(await lines('C5')).toEqual(['1', '2'])
  })
})
