import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LedgerRow, type LedgerSheet, ledgerBook, withLedgers } from '#test/ledgers.ts'

const hub = withLedgers()
const { push, pushBytes, pushBeside, pushLarge, work, rows, versions } = hub

const NOVEMBER = '进货台账（2026年11月）'
const DECEMBER = '进货台账（2026年12月）'
const november = (stall: string, ...all: readonly LedgerRow[]): LedgerSheet => ({
  ...{ stall, month: NOVEMBER },
  rows: all,
})
const december = (stall: string, ...all: readonly LedgerRow[]): LedgerSheet => ({
  ...november(stall, ...all),
  month: DECEMBER,
})
const again = (sheet: LedgerSheet): LedgerSheet => ({ ...sheet, remark: `打印 ${said++}` })
let said = 0
const TOMATO: LedgerRow = ['1', '2026.11.20', '番茄', '100']
const CUCUMBER: LedgerRow = ['2', '2026.11.20', '黄瓜', '60', '合格']
const CABBAGE: LedgerRow = ['3', '2026.11.20', '小白菜', '40']
const LATER: LedgerRow = ['4', '2026.11.21', '番茄', '80']
const numbered = (no: string, [, ...rest]: LedgerRow): LedgerRow => [no, ...rest]

describe('the ledger of a month', () => {
  it('ends the row that its keeper deletes, with its test, and the receipt counts it', async () => {
    await push(november('A-1', TOMATO, CUCUMBER, CABBAGE, LATER))
    const { received, accepted, unchanged, results } = await push(november('A-1', TOMATO, CABBAGE, LATER))
    expect({ received, accepted, unchanged }).toEqual({ received: 3, accepted: 1, unchanged: 2 })
    expect(results.at(-1)).toMatchObject({ result: 'updated', ended: 2 })
    expect(await rows('A-1')).toEqual([
      '2026-11-20/1 番茄 100',
      '2026-11-20/3 小白菜 40',
      '2026-11-21/4 番茄 80',
    ])
    expect(await versions('A-1', '2026-11-20', '2')).toEqual(['active@1', 'void@2'])
    expect(await versions('A-1', '2026-11-20', '2', 'test')).toEqual(['active@1', 'void@2'])
  })

  it('counts each row once where he numbers the others anew', async () => {
    await push(november('A-2', TOMATO, CUCUMBER, CABBAGE, LATER))
    await push(november('A-2', TOMATO, numbered('2', CABBAGE), numbered('3', LATER)))
    expect(await rows('A-2')).toEqual([
      '2026-11-20/1 番茄 100',
      '2026-11-20/2 小白菜 40',
      '2026-11-21/3 番茄 80',
    ])
  })

  it('brings a row back that he writes again as it was, but not by a resend of the workbook from before', async () => {
    const first = november('A-3', TOMATO, CUCUMBER)
    await push(first)
    await push(november('A-3', TOMATO))
    expect(await push(first)).toMatchObject({ accepted: 0, unchanged: 2 })
    expect(await rows('A-3')).toEqual(['2026-11-20/1 番茄 100'])
    await push(again(first))
    expect(await rows('A-3')).toEqual(['2026-11-20/1 番茄 100', '2026-11-20/2 黄瓜 60'])
  })

  it('ends nothing by a workbook of an evening long ago that comes again', async () => {
    const first = november('A-4', TOMATO)
    await push(first)
    for (let evening = 0; evening < 40; evening++) await push(again(november('A-4', TOMATO, CUCUMBER)))
    await push(first)
    expect(await rows('A-4')).toHaveLength(2)
  })

  it('ends no row that it tells and that is rejected', async () => {
    await push(november('A-5', TOMATO, CUCUMBER, CABBAGE))
    const { results } = await push(november('A-5', TOMATO, ['2', '2026.11.20', '', '60']))
    expect(results).toMatchObject([{ result: 'unchanged' }, { result: 'rejected', ended: 1 }])
    expect(await rows('A-5')).toEqual(['2026-11-20/1 番茄 100', '2026-11-20/2 黄瓜 60'])
  })

  it('ends nothing where the key of a row cannot be read, and the receipt says where', async () => {
    await push(november('A-6', TOMATO, CUCUMBER, CABBAGE))
    const { results } = await push(november('A-6', ['', '2026.11.20', '黄瓜', '60'], CABBAGE))
    const issue = { code: 'E_SCHEMA', target: 'whole', path: 'row 3' }
    expect(results[1]?.issues).toContainEqual(expect.objectContaining(issue))
    expect(await rows('A-6')).toHaveLength(3)
    await push(november('A-6', CABBAGE))
    expect(await rows('A-6')).toEqual(['2026-11-20/3 小白菜 40'])
  })

  it('without any row ends all of them', async () => {
    await push(november('A-7', TOMATO, CUCUMBER))
    const { received, results } = await push(november('A-7'))
    expect(received).toBe(1)
    expect(results).toMatchObject([
      { key: ['潮鸣湾示例农贸市场', 'A-7', '进货台账(2026年11月)'], result: 'voided', ended: 3 },
    ])
    expect(await rows('A-7')).toEqual([])
    expect(await push(again(november('A-7')))).toMatchObject({ received: 1, unchanged: 1 })
  })

  it('that is cut on its way ends nothing', async () => {
    const sheet = november('A-8', TOMATO)
    await push(november('A-8', TOMATO, CUCUMBER))
    const bytes = ledgerBook([sheet])
    await expect(pushBytes(bytes.subarray(0, bytes.length - 30))).rejects.toThrow()
    expect(await rows('A-8')).toHaveLength(2)
  })

  it('ends no row of another stall, and what its keeper made void stays void', async () => {
    await push(november('A-9', TOMATO, CUCUMBER))
    await push(november('A-90', TOMATO))
    await push(november('A-9', TOMATO, ['2', '2026.11.20', '黄瓜', '60', '合格', '作废']))
    await push(november('A-9'))
    expect(await rows('A-90')).toHaveLength(1)
    expect(await versions('A-9', '2026-11-20', '2')).toEqual(['active@1', 'void@2'])
  })
})

describe('workbooks of several sheets', () => {
  const EVE: LedgerRow = ['1', '2026.11.30', '茄子', '25']
  const FIRST: LedgerRow = ['1', '2026.12.1', '辣椒', '15']

  it('tell of each month that they have, and nothing of one that they have not', async () => {
    await push(november('B-1', TOMATO, CUCUMBER))
    await push(november('B-1', TOMATO, CUCUMBER), december('B-1', FIRST))
    await push(december('B-1', FIRST, ['2', '2026.12.1', '黄瓜', '9']))
    expect(await rows('B-1')).toHaveLength(4)
    const { results } = await push(december('B-1'), november('B-1', TOMATO))
    expect(results.map(({ ended }) => ended)).toEqual([2, 2])
    expect(await rows('B-1')).toEqual(['2026-11-20/1 番茄 100'])
  })

  it('tell together what is under one title', async () => {
    await push(november('B-2', TOMATO, CUCUMBER), december('B-2'), november('B-2', CABBAGE))
    expect(await rows('B-2')).toHaveLength(3)
    await push(november('B-2', TOMATO), december('B-2'), november('B-2', CABBAGE))
    expect(await rows('B-2')).toEqual(['2026-11-20/1 番茄 100', '2026-11-20/3 小白菜 40'])
    await push(november('B-2', TOMATO), december('B-2'), november('B-2'))
    expect(await rows('B-2')).toEqual(['2026-11-20/1 番茄 100'])
    const title = NOVEMBER.replace('（', '(').replace('）', ')')
    await push({ ...november('B-2', TOMATO), month: title }, november('B-2', CABBAGE))
    expect(await rows('B-2')).toHaveLength(2)
    expect(await versions('B-2', '2026-11-20', '1')).toEqual(['active@1'])
  })

  it.each([
    ['before', true],
    ['behind', false],
  ])('move a row to a sheet %s the other, and it goes on', async (_, isBefore) => {
    const stall = isBefore ? 'B-3' : 'B-4'
    const book = (old: LedgerSheet, next: LedgerSheet) => push(...(isBefore ? [next, old] : [old, next]))
    await book(november(stall, TOMATO, EVE), december(stall, FIRST))
    await book(november(stall, TOMATO), december(stall, EVE, FIRST))
    expect(await rows(stall)).toContain('2026-11-30/1 茄子 25')
    await push(again(november(stall, TOMATO)))
    expect(await rows(stall)).toHaveLength(3)
    await push(december(stall, FIRST))
    expect(await rows(stall)).toEqual(['2026-11-20/1 番茄 100', '2026-12-01/1 辣椒 15'])
  })

  it('move a row also where each sheet is a workbook, whichever comes first', async () => {
    await push(november('B-5', EVE))
    await push(december('B-5', EVE))
    await push(november('B-5'))
    expect(await rows('B-5')).toHaveLength(1)
    await push(november('B-6', EVE))
    await push(again(november('B-6')))
    await push(december('B-6', EVE))
    expect(await rows('B-6')).toHaveLength(1)
    await push(december('B-6'))
    expect(await rows('B-6')).toEqual([])
  })

  it('move a row also where two processes take them at one time', async () => {
    for (let i = 0; i < 12; i++) {
      const stall = `B-8-${i}`
      await push(november(stall, EVE))
      await Promise.all([push(december(stall, EVE)), pushBeside(november(stall, TOMATO))])
      expect(await rows(stall)).toHaveLength(2)
      await push(december(stall))
      expect(await rows(stall)).toEqual(['2026-11-20/1 番茄 100'])
    }
  })

  it('have the rows of a title that is written otherwise from then on, and a resend of the old one takes none back', async () => {
    const old = november('B-7', TOMATO, CUCUMBER)
    const other = (...all: LedgerRow[]) => ({ ...november('B-7', ...all), month: '进货台账（2026.11）' })
    await push(old)
    await push(other(TOMATO, CUCUMBER))
    await push(old)
    await push(other(TOMATO))
    await push(old)
    expect(await rows('B-7')).toEqual(['2026-11-20/1 番茄 100'])
  })
})

/** What should count: each row as the sheets told it last that it is in, until these tell it no more. */
function shouldCount(books: readonly (readonly LedgerSheet[])[]): Set<string> {
  const teller = new Map<string, string>()
  for (const book of books) {
    for (const [i, { month, rows: told }] of book.entries()) {
      for (const [no] of told) teller.set(no, month)
      if (book.slice(i + 1).some((later) => later.month === month)) continue
      const all = new Set(
        book.filter((one) => one.month === month).flatMap((one) => one.rows.map(([no]) => no)),
      )
      for (const no of all) teller.set(no, month)
      for (const [no, of] of teller) if (of === month && !all.has(no)) teller.delete(no)
    }
  }
  return new Set(teller.keys())
}

describe('any workbooks one after the other', () => {
  const sheet = fc.record({
    month: fc.constantFrom(NOVEMBER, DECEMBER),
    rows: fc.subarray<LedgerRow>([TOMATO, CUCUMBER, CABBAGE, numbered('4', CUCUMBER)]),
  })
  const books = fc.array(fc.tuple(fc.array(sheet, { minLength: 1, maxLength: 3 }), fc.boolean()), {
    minLength: 2,
    maxLength: 6,
  })
  it('leave in force what the sheets tell that told it last', async () => {
    let next = 0
    await fc.assert(
      fc.asyncProperty(books, async (all) => {
        const stall = `R-${next++}`
        const told = all.map(([sheets]) => sheets.map((one) => again({ ...one, stall })))
        for (const [i, book] of told.entries()) {
          if (all[i]?.[1]) await pushLarge(book)
          else await push(...book)
          const found = (await rows(stall)).map((row) => row.split(/[/ ]/)[1])
          expect(new Set(found)).toEqual(shouldCount(told.slice(0, i + 1)))
        }
      }),
      { numRuns: 6 },
    )
  }, 120_000)
})

describe('a large workbook', () => {
  const many = (count: number): LedgerRow[] =>
    Array.from({ length: count }, (_, i) => [`${i}`, '2026.11.20', '番茄', '1'])

  it('ends at its last row what it tells no more, also where it was stopped in between', async () => {
    await pushLarge([november('C-1', ...many(2700))])
    const waiting = await pushLarge([november('C-1', ...many(2690))], true)
    expect(await work(waiting, 1)).toBe('later')
    expect(await rows('C-1')).toHaveLength(2700)
    expect(await work(waiting)).toBe('done')
    expect(await rows('C-1')).toHaveLength(2690)
  })

  it('ends nothing that arrived after it, and moves rows between its sheets', async () => {
    const waiting = await pushLarge([november('C-2', TOMATO)], true)
    await push(november('C-2', TOMATO, CUCUMBER))
    await work(waiting)
    expect(await rows('C-2')).toHaveLength(2)
    await pushLarge([november('C-3', ...many(600)), december('C-3')])
    await pushLarge([december('C-3', ...many(600).slice(300)), november('C-3', ...many(300))])
    expect(await rows('C-3')).toHaveLength(600)
    await pushLarge([november('C-3', ...many(600).slice(100)), december('C-3')])
    expect(await rows('C-3')).toHaveLength(500)
  })
})

describe('a replay of ledgers', () => {
  it('makes no version, whatever was told in whatever order', async () => {
    const { rows: before } = await hub.pool.query('select count(*)::int as count from record_versions')
    expect((await hub.replay()).counts).toMatchObject({ changed: 0, versions: 0 })
    const { rows: after } = await hub.pool.query('select count(*)::int as count from record_versions')
    expect(after).toEqual(before)
  })

  it('ends what was told before its mapping said that all is told', async () => {
    await push(november('D-1', TOMATO, CUCUMBER))
    await hub.pool.query('truncate wholes, whole_lines')
    await push(november('D-1', TOMATO, CABBAGE))
    expect(await rows('D-1')).toHaveLength(3)
    await hub.replay()
    expect(await rows('D-1')).toEqual(['2026-11-20/1 番茄 100', '2026-11-20/3 小白菜 40'])
  })
})
