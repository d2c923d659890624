import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { chineseReason } from '#core/mapping/reasons.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { sale, withVersions } from '#test/versions.ts'

const hub = withVersions()
beforeAll(() => hub.take({ version: 1, order: 'rev' }))

const push = async (no: string, rev: unknown, kg: string, more: object = {}) => {
  const { results } = await hub.push([sale(no, { kg, ...(rev === undefined ? {} : { rev }), ...more })])
  return results[0]
}
const word = async (...given: Parameters<typeof push>) => (await push(...given))?.result
const masses = async (no: string) =>
  (await hub.versions(no)).map((line) => line.split(' ').slice(0, 3).join(' '))

it('a record that lacks its order never replaces one that has it: it is refused, and waits with its reason', async () => {
  for (const [rev, kg] of [
    [1, '10'],
    [3, '30'],
  ])
    await push('A1', rev, String(kg))
  expect(await push('A1', 2, '20')).toMatchObject({
    result: 'unchanged',
    issues: [{ code: 'W_LATE', reason: expect.stringContaining('than 2 is known') }],
  })
  expect(await push('A1', undefined, '40')).toMatchObject({
    result: 'rejected',
    records: [],
    issues: [{ path: '/0/rev', code: 'E_SCHEMA', reason: expect.stringContaining('has one') }],
  })
  expect(await masses('A1')).toEqual(['active@1 番茄 10', 'active@2 番茄 30'])
  const { rows } = await hub.pool.query(
    `select code, place, source from rejections where source like '%"40"%'`,
  )
  expect(rows).toEqual([{ code: 'E_SCHEMA', place: '/0/rev', source: expect.stringContaining('A1') }])
})

it.each([
  ['a letter', 'B'],
  ['a decimal', '1.5'],
  ['a decimal of no fraction', 3.5],
  ['a negative number', '-5'],
  ['more digits than any version has', '123456789012345678901'],
  ['text that was destroyed', '\ufffd'],
])('an order that cannot be read refuses, whether the record is known or not: %s', async (_name, rev) => {
  const no = `B-${String(rev).codePointAt(0)}${String(rev).length}`
  const refused = {
    result: 'rejected',
    issues: [{ path: '/0/rev', reason: expect.any(String), fix: expect.any(String) }],
  }
  expect(await push(no, rev, '10')).toMatchObject(refused)
  expect(await word(no, 9, '10')).toBe('created')
  expect(await push(no, rev, '20')).toMatchObject(refused)
  expect(await masses(no)).toEqual(['active@1 番茄 10'])
})

it('a record that is void stays void for what lacks its order or has an older one', async () => {
  await push('C1', 3, '30')
  expect(await word('C1', 4, '30', { state: '2' })).toBe('voided')
  expect(await word('C1', undefined, '31')).toBe('rejected')
  expect(await push('C1', 3, '32')).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
  expect(await word('C1', 5, '33')).toBe('updated')
  expect(await push('C1', 4, '30', { state: '2' })).toMatchObject({
    result: 'unchanged',
    issues: [{ code: 'W_LATE' }],
  })
  expect(await masses('C1')).toEqual(['active@1 番茄 30', 'void@2 番茄 30', 'active@3 番茄 33'])
})

it('a record that was made void is there again when its source sends the same content with a higher order, and not with the same', async () => {
  await push('C3', 3, '30')
  expect(await word('C3', undefined, '30', { state: '2' })).toBe('voided')
  // The same bytes again, and the same content in others.
  expect(await push('C3', 3, '30')).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
  const { results } = await hub.push([sale('C3', { kg: '30', rev: 3 }), sale('C4', { kg: '1', rev: 1 })])
  expect(results[0]).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
  expect(await word('C3', 4, '30')).toBe('updated')
  expect(await word('C3', 5, '30', { state: '2' })).toBe('voided')
  expect(await word('C3', 4, '30')).toBe('unchanged')
  expect(await word('C3', 6, '30')).toBe('updated')
  expect((await masses('C3')).map((line) => line.split('@')[0])).toEqual([
    ...['active', 'void', 'active', 'void', 'active'],
  ])
})

it('a void that only names its record needs no order', async () => {
  await push('C2', 3, '30')
  expect(await word('C2', undefined, '30', { state: '2' })).toBe('voided')
})

it('without an order on either side the last one to arrive counts, and the receipt says that the order is missing', async () => {
  const first = await push('D1', undefined, '10')
  expect(first).toMatchObject({ result: 'created', issues: [{ path: '/0/rev', code: 'E_SCHEMA' }] })
  expect(await push('D1', undefined, '10')).toEqual({ ...first, result: 'unchanged', issues: undefined })
  expect(await push('D1', undefined, '11')).toMatchObject({ result: 'updated', issues: [{ path: '/0/rev' }] })
  expect(await push('D1', 1, '12')).toMatchObject({ result: 'updated' })
  expect(await push('D1', undefined, '13')).toMatchObject({ result: 'rejected' })
  // The first message once more is no new statement.
  expect(await push('D1', undefined, '10')).toMatchObject({ result: 'unchanged' })
  expect(await masses('D1')).toEqual(['active@1 番茄 10', 'active@2 番茄 11', 'active@3 番茄 12'])
})

it('the order is known within one message too', async () => {
  const rows = [sale('E1', { rev: 3, kg: '30' }), sale('E1', { kg: '40' }), sale('E1', { rev: 2, kg: '20' })]
  const words = async () => (await hub.push(rows)).results.map(({ result }) => result)
  expect(await words()).toEqual(['created', 'rejected', 'unchanged'])
  expect(await words()).toEqual(['unchanged', 'rejected', 'unchanged'])
  expect(await masses('E1')).toEqual(['active@1 番茄 30'])
})

it('wide digits are digits, and 10 is newer than 9', async () => {
  await push('F1', '９', '9')
  expect(await word('F1', '10', '10')).toBe('updated')
  expect(await word('F1', '9', '8')).toBe('unchanged')
})

describe('by whatever way it comes', () => {
  it('a large message is refused the same records', async () => {
    await push('G1', 3, '30')
    const receipt = await hub.pushLarge([
      sale('G1', { kg: '40' }),
      sale('G1', { rev: 'x', kg: '50' }),
      sale('G2'),
    ])
    const { rows } = await hub.pool.query('select accepted, rejected from messages where id = $1', [receipt])
    expect(rows).toEqual([{ accepted: 1, rejected: 2 }])
    expect(await masses('G1')).toEqual(['active@1 番茄 30'])
  })

  it('a replay lets in nothing that was refused, and makes nothing of what came before the order', async () => {
    const before = await hub.push([sale('H1', { kg: '10' })])
    await pause(2)
    await push('H1', 3, '30')
    const refused = await hub.push([sale('H1', { kg: '40' })])
    await hub.take({ version: 2, order: 'rev', more: '      note: { const: anew }\n' })
    const { counts } = await hub.replay('apply', { receipts: [before.receipt, refused.receipt] })
    expect(counts).toMatchObject({ received: 2, keptOut: 1, stillFailing: 1, versions: 0 })
    expect(await masses('H1')).toEqual(['active@1 番茄 10', 'active@2 番茄 30'])
  })
})

describe('what was said again with a higher order is as new as that', () => {
  it('and an older version that comes behind it is kept out, though no version has the higher order', async () => {
    await push('J1', 1, '10')
    expect(await word('J1', 3, '10')).toBe('unchanged')
    expect(await push('J1', 2, '20')).toMatchObject({
      result: 'unchanged',
      issues: [{ code: 'W_LATE', reason: expect.stringContaining('than 2 is known') }],
    })
    expect(await word('J1', undefined, '20')).toBe('rejected')
    expect(await word('J1', 3, '30')).toBe('updated')
    expect(await masses('J1')).toEqual(['active@1 番茄 10', 'active@2 番茄 30'])
  })

  it('inside one message, and of one that had no order before', async () => {
    await push('J2', undefined, '10')
    const rows = [sale('J2', { rev: 3, kg: '10' }), sale('J2', { rev: 2, kg: '20' })]
    expect((await hub.push(rows)).results.map(({ result }) => result)).toEqual(['unchanged', 'unchanged'])
    expect(await word('J2', 2, '20')).toBe('unchanged')
    expect(await masses('J2')).toEqual(['active@1 番茄 10'])
  })

  it('also of a void', async () => {
    await push('J3', 1, '10')
    await push('J3', 2, '10', { state: '2' })
    expect(await word('J3', 5, '10', { state: '2' })).toBe('unchanged')
    expect(await push('J3', 4, '40')).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
    expect(await masses('J3')).toEqual(['active@1 番茄 10', 'void@2 番茄 10'])
  })

  it('also where two processes take them at the same moment', async () => {
    const { pool, registry } = hub
    const other = createIntake({ pool, registry, clock: () => hub.nowMs++, onCommitted: () => {} })
    const said = (rev: number, kg: string) => ({
      system: 'stall',
      record: 'sale',
      bytes: Buffer.from(JSON.stringify(Array.from({ length: 200 }, (_, i) => sale(`J4-${i}`, { rev, kg })))),
      contentType: 'application/json',
      keyId: null,
    })
    await hub.intake.push(said(1, '10'))
    for (let round = 1; round <= 20; round++) {
      await Promise.all([hub.intake.push(said(round * 10 + 3, '10')), other.push(said(round * 10 + 2, '7'))])
      const { rows } = await hub.pool.query(
        `select distinct on (record_id) body from record_versions where record_id like '%:J4-%' order by record_id, version desc`,
      )
      const masses = new Set(rows.map(({ body }) => JSON.parse(body).quantity.value))
      expect([...masses], `round ${round}`).toEqual(['10'])
    }
    await other.close()
  })

  it('and a replay keeps it so, of what it makes anew as well', async () => {
    const receipts: string[] = []
    for (const change of [{ rev: 1 }, { rev: 2, kg: '20', goods: '' }, { rev: 3 }])
      receipts.push((await hub.push([sale('J5', { kg: '10', other: '番茄', ...change })])).receipt)
    await hub.take({ version: 3, order: 'rev', product: 'other', more: '      note: { const: once more }\n' })
    const { counts } = await hub.replay('apply', { receipts })
    expect(counts).toMatchObject({ received: 3, newlyFailing: 0 })
    expect(await hub.versions('J5')).toEqual([
      'active@1 番茄 10 stall/sale@2',
      'active@2 番茄 10 stall/sale@3',
    ])
  })
})

describe('a mapping that changes what its order is', () => {
  const time = "at, date: ['yyyy-MM-dd HH:mm:ss']"
  const takes = {
    number: () => hub.take({ version: ++version, order: 'rev' }),
    time: () => hub.take({ version: ++version, order: time }),
  }
  let version = 10

  it.each([
    ['number', 'time'],
    ['time', 'number'],
  ] as const)(
    'from a %s to a %s: what comes next is taken and told so, once; then the new order counts',
    async (before, after) => {
      const no = `I-${before}`
      const row = (day: number, kg: string) => push(no, day, kg, { at: `2024-04-${day} 03:42:10` })
      await takes[before]()
      expect((await row(13, '13'))?.issues).toBeUndefined()
      await takes[after]()
      expect((await row(13, '13'))?.issues).toBeUndefined()
      const next = await row(14, '14')
      expect(next).toMatchObject({
        result: 'updated',
        issues: [
          {
            path: '/0',
            code: 'E_SCHEMA',
            target: 'order',
            reason: expect.stringContaining('cannot be compared'),
          },
        ],
      })
      for (const text of [next?.issues?.[0]?.reason, next?.issues?.[0]?.fix])
        expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
      expect(await row(13, '12')).toMatchObject({ result: 'unchanged', issues: [{ code: 'W_LATE' }] })
      const last = await row(15, '15')
      expect(last).toMatchObject({ result: 'updated' })
      expect(last?.issues).toBeUndefined()
      expect(await masses(no)).toEqual(['active@1 番茄 13', 'active@2 番茄 14', 'active@3 番茄 15'])
    },
  )

  it('also where the order of before was said again', async () => {
    for (const [before, after] of [
      ['time', 'number'],
      ['number', 'time'],
    ] as const) {
      const no = `I-again-${before}`
      const row = (day: number, kg: string) => push(no, day, kg, { no, at: `2024-04-${day} 03:42:10` })
      await takes[before]()
      await push(no, 13, '13', { at: '2024-04-13 03:42:10' })
      const again = sale(no, { rev: 19, kg: '13', at: '2024-04-13 03:42:10' })
      await hub.push([again])
      await takes[after]()
      expect((await row(14, '14'))?.result).toBe('updated')
      expect((await row(15, '15'))?.result).toBe('updated')
      expect((await row(14, '14.5'))?.result).toBe('unchanged')
      expect((await row(15, '15'))?.result).toBe('unchanged')
    }
  })

  it('a void is told so too', async () => {
    const row = { at: '2024-04-15 03:42:10' }
    await takes.time()
    await push('I-void', 1, '10', row)
    await takes.number()
    expect(await push('I-void', 2, '10', { ...row, state: '2' })).toMatchObject({
      result: 'voided',
      issues: [{ target: 'order', reason: expect.stringContaining('cannot be compared') }],
    })
  })

  it('a replay goes by the time of receipt: what was refused before a record came does not replace it', async () => {
    await hub.take({ version: ++version, order: 'rev', product: 'fine' })
    const refused = await hub.push([sale('I-late', { kg: '5', rev: 1 })])
    await pause(2)
    await push('I-late', 1, '10', { fine: '番茄' })
    await takes.time()
    const { counts } = await hub.replay('apply', { receipts: [refused.receipt] })
    expect(counts).toMatchObject({ received: 1, newlyOk: 1, versions: 0 })
    expect(await masses('I-late')).toEqual(['active@1 番茄 10'])
  })
})
