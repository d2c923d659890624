import { describe, expect, test } from 'vitest'
import { compileExpectation } from '#core/silence/expectation.ts'
import { overdueAt } from '#core/silence/open-time.ts'
import { type ArrivalHour, proposeRhythm } from '#core/silence/propose.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const DAY = 86_400_000
const HOUR = 3_600_000

/** What came on each of so many days from a Monday on, in the given hours of the day. */
function arrivals(
  days: number,
  hours: readonly number[],
  isOpen: (day: number) => boolean = () => true,
): ArrivalHour[] {
  const monday = at('2026-03-02T00:00')
  return Array.from({ length: days }, (_, day) => day)
    .filter(isOpen)
    .flatMap((day) =>
      hours.map((hour) => {
        const firstMs = monday + day * DAY + hour * HOUR + 5 * 60_000
        return { firstMs, lastMs: firstMs + 40 * 60_000 }
      }),
    )
}
const nowAfter = (days: number): number => at('2026-03-02T00:00') + days * DAY + 12 * HOUR

describe('a rhythm is learned from what came', () => {
  test('a market that trades in the morning', () => {
    const { proposal } = proposeRhythm(arrivals(28, [3, 4, 5, 6, 7, 8, 9, 10]), nowAfter(28))
    expect(proposal).toEqual({ every: '1h', hours: '03:00-11:00' })
  })
  test('a market of the night', () => {
    const { proposal } = proposeRhythm(arrivals(28, [0, 1, 2, 3, 21, 22, 23]), nowAfter(28))
    expect(proposal).toEqual({ every: '1h', hours: '21:00-04:00' })
  })
  test('an office that rests on weekends', () => {
    const open = (day: number): boolean => day % 7 < 5
    const { proposal } = proposeRhythm(arrivals(28, [9, 10, 11, 13, 14, 15, 16], open), nowAfter(28))
    expect(proposal).toEqual({ every: '2h', hours: '09:00-17:00', days: [1, 2, 3, 4, 5] })
  })
  test('a file a day', () => {
    expect(proposeRhythm(arrivals(28, [8]), nowAfter(28)).proposal).toEqual({ every: '1d' })
  })
  test('one day of the week', () => {
    const { proposal } = proposeRhythm(
      arrivals(84, [8], (day) => day % 7 === 2),
      nowAfter(84),
    )
    expect(proposal).toEqual({ every: '1d', days: [3] })
  })
  test('all day and night', () => {
    const everyHour = Array.from({ length: 24 }, (_, hour) => hour)
    expect(proposeRhythm(arrivals(20, everyHour), nowAfter(20)).proposal).toEqual({ every: '1h' })
  })
})

test.each([
  ['nothing came yet', []],
  ['a week', arrivals(7, [3, 4, 5, 6])],
  ['now and then', arrivals(40, [8], (day) => day % 9 === 0)],
])('nothing is proposed where %s', (_, hours) => {
  expect(proposeRhythm(hours, nowAfter(hours.length > 10 ? 7 : 40)).proposal).toBeNull()
})

test('what came so far would not have been called silent by what is proposed', () => {
  const hours = arrivals(28, [3, 4, 5, 7, 8, 10], (day) => day % 7 !== 6)
  const { proposal } = proposeRhythm(hours, nowAfter(28))
  const compiled = compileExpectation(proposal ?? {})
  const watch = compiled.ok ? compiled.watches[0] : undefined
  if (!watch) throw new Error('nothing was proposed')
  hours.slice(1).forEach(({ firstMs }, i) => {
    expect(overdueAt(watch, hours[i]?.lastMs ?? 0)).toBeGreaterThanOrEqual(firstMs)
  })
})
