import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS } from '#core/calendar.ts'
import { afterWorkingDays, isSurelyWorked } from '#core/cases/working-days.ts'

const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / DAY_MS
const textOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
/** Days off by the notices of the Council of State on holidays of 2024, 2025 and 2026, as they were announced. */
const OFF: readonly (readonly [from: string, to: string])[] = [
  ['2024-01-01', '2024-01-01'],
  ['2024-02-10', '2024-02-17'],
  ['2024-04-04', '2024-04-06'],
  ['2024-05-01', '2024-05-05'],
  ['2024-06-08', '2024-06-10'],
  ['2024-09-15', '2024-09-17'],
  ['2024-10-01', '2024-10-07'],
  ['2025-01-01', '2025-01-01'],
  ['2025-01-28', '2025-02-04'],
  ['2025-04-04', '2025-04-06'],
  ['2025-05-01', '2025-05-05'],
  ['2025-05-31', '2025-06-02'],
  ['2025-10-01', '2025-10-08'],
  ['2026-01-01', '2026-01-03'],
  ['2026-02-15', '2026-02-23'],
  ['2026-04-04', '2026-04-06'],
  ['2026-05-01', '2026-05-05'],
  ['2026-06-19', '2026-06-21'],
  ['2026-09-25', '2026-09-27'],
  ['2026-10-01', '2026-10-07'],
]
const isOff = (day: number): boolean =>
  OFF.some(([from, to]) => textOf(day) >= from && textOf(day) <= to) ||
  [0, 6].includes(new Date(day * DAY_MS).getUTCDay())

test('no day that was off in 2024 to 2026 is taken for a working day', () => {
  for (let day = dayOf('2024-01-01'); day <= dayOf('2026-12-31'); day++)
    if (isOff(day)) expect([textOf(day), isSurelyWorked(day)]).toEqual([textOf(day), false])
})

test('a span of working days is never shorter than by the announced calendar, and at most two weeks longer', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: dayOf('2024-01-01'), max: dayOf('2026-11-15') }),
      fc.integer({ min: 1, max: 10 }),
      (day, count) => {
        let announced = day
        for (let left = count; left > 0; ) {
          announced++
          if (!isOff(announced)) left--
        }
        const end = afterWorkingDays(day, count)
        expect(end).toBeGreaterThanOrEqual(announced + 1)
        expect(end - (announced + 1)).toBeLessThanOrEqual(14)
      },
    ),
    { numRuns: 1000 },
  )
})

test('weeks without a holiday are five days, and a leap month has none', () => {
  expect(textOf(afterWorkingDays(dayOf('2024-04-15'), 7))).toBe('2024-04-25')
  // 2025 had a sixth month twice; the fifteenth of the eighth was 6 October.
  expect(isSurelyWorked(dayOf('2025-07-28'))).toBe(true)
  expect(textOf(afterWorkingDays(dayOf('2025-09-30'), 1))).toBe('2025-10-10')
})
