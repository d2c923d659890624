import { expect, test } from 'vitest'
import { isOpening } from '#core/cases/open.ts'
import type { Body } from '#core/model/body.ts'
import { chinaTime } from '#core/model/china-time.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2024-04-15T12:00:00+08:00')
const tested = (daysAgo: number, screening?: boolean): Body => ({
  occurredAt: chinaTime(NOW - daysAgo * DAY_MS),
  test: { item: '有机磷', verdict: 'fail', ...(screening === undefined ? {} : { screening }) },
  flags: [],
})

test('a failed test opens a case however old it says it is, but for those before the day from which they do', () => {
  for (const days of [0, 100, 10_000]) expect(isOpening(tested(days), undefined)).toBe(true)
  expect(isOpening(tested(0), '2024-04-15')).toBe(true)
  expect(isOpening(tested(1), '2024-04-15')).toBe(false)
  expect(isOpening({ flags: [] }, '2024-04-15')).toBe(true)
})
