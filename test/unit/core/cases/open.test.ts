import { expect, test } from 'vitest'
import { isOfToday, OPENING_DAYS } from '#core/cases/open.ts'
import type { Body } from '#core/model/body.ts'
import { chinaTime } from '#core/model/china-time.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2024-04-15T12:00:00+08:00')
const tested = (daysAgo: number, screening?: boolean): Body => ({
  occurredAt: chinaTime(NOW - daysAgo * DAY_MS),
  test: { item: '有机磷', verdict: 'fail', ...(screening === undefined ? {} : { screening }) },
  flags: [],
})

test('a rapid test of fresh goods opens a case for a week; of stored goods, and by a laboratory, for the six months of which sellers keep records', () => {
  for (const [screening, days] of [
    [undefined, OPENING_DAYS.fresh],
    [true, OPENING_DAYS.fresh],
    [false, OPENING_DAYS.others],
  ] as const) {
    expect(isOfToday(tested(days, screening), NOW)).toBe(true)
    expect(isOfToday(tested(days + 0.01, screening), NOW)).toBe(false)
  }
  expect([OPENING_DAYS.fresh, OPENING_DAYS.others]).toEqual([7, 183])
  const frozen = { ...tested(100), product: { name: '冷冻牛腱', class: 'cold_chain_import' as const } }
  expect(isOfToday(frozen, NOW)).toBe(true)
  expect(isOfToday({ ...frozen, product: { name: '菠菜' } }, NOW)).toBe(false)
  // A clock that goes before, and a record without a time, stop no case.
  expect(isOfToday(tested(-2), NOW)).toBe(true)
  expect(isOfToday({ flags: [] }, NOW)).toBe(true)
})
