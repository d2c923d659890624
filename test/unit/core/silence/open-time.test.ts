import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileExpectation, type Expectation, type Watch } from '#core/silence/expectation.ts'
import { openMs, overdueAt } from '#core/silence/open-time.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const shown = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16)

function watch(expected: Expectation): Watch {
  const compiled = compileExpectation(expected)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  return compiled.watches[0] as Watch
}
const overdue = (expected: Expectation, last: string): string | null =>
  shown(overdueAt(watch(expected), at(last)))

describe('a market that is closed is not a source that broke', () => {
  // 2026-03-02 is a Monday.
  test.each([
    ['within one morning', { every: '2h', hours: '03:00-11:00' }, '2026-03-02T04:10', '2026-03-02T06:10'],
    ['over the night', { every: '2h', hours: '03:00-11:00' }, '2026-03-02T10:30', '2026-03-03T04:30'],
    ['after hours', { every: '2h', hours: '03:00-11:00' }, '2026-03-02T18:00', '2026-03-03T05:00'],
    [
      'a night market into the next day',
      { every: '3h', hours: '20:00-04:00' },
      '2026-03-02T23:00',
      '2026-03-03T02:00',
    ],
    [
      'a night market over the day',
      { every: '3h', hours: '20:00-04:00' },
      '2026-03-03T03:00',
      '2026-03-03T22:00',
    ],
    [
      'the night of a last open day',
      { every: '2h', hours: '22:00-06:00', days: [1] },
      '2026-03-03T01:00',
      '2026-03-03T03:00',
    ],
    [
      'over the weekend',
      { every: '2h', hours: '08:00-12:00', days: [1, 2, 3, 4, 5] },
      '2026-03-06T11:00',
      '2026-03-09T09:00',
    ],
    [
      'over a holiday',
      { every: '2h', hours: '03:00-11:00', closed: ['2026-02-17/2026-02-23'] },
      '2026-02-16T10:00',
      '2026-02-24T04:00',
    ],
    [
      'a Saturday that is worked',
      { every: '2h', hours: '08:00-12:00', days: [1, 2, 3, 4, 5], open: ['2026-02-28'] },
      '2026-02-27T11:30',
      '2026-02-28T09:30',
    ],
    [
      'two windows of a day',
      { every: '3h', hours: '03:00-06:00, 14:00-18:00' },
      '2026-03-02T05:00',
      '2026-03-02T16:00',
    ],
    [
      'a daily file: by the end of the next open day',
      { every: '1d', days: [1, 2, 3, 4, 5] },
      '2026-03-06T09:00',
      '2026-03-10T00:00',
    ],
    [
      'a daily file with hours',
      { every: '1d', hours: '03:00-11:00' },
      '2026-03-02T04:00',
      '2026-03-03T11:00',
    ],
    [
      'a daily file that came before its hours',
      { every: '1d', hours: '03:00-11:00' },
      '2026-03-03T01:00',
      '2026-03-03T11:00',
    ],
    ['every other day', { every: '2d' }, '2026-03-02T04:00', '2026-03-05T00:00'],
  ] as const)('%s', (_, expected, last, due) => {
    expect(overdue(expected, last)).toBe(due)
  })

  test('a calendar that never opens expects nothing', () => {
    expect(overdue({ every: '1h', closed: ['2020-01-01/2099-12-31'] }, '2026-03-02T04:00')).toBeNull()
  })
})

test('what is overdue was preceded by exactly so much open time, whatever the calendar', () => {
  const hour = fc.integer({ min: 0, max: 23 })
  fc.assert(
    fc.property(
      fc.integer({ min: at('2026-01-01T00:00'), max: at('2027-01-01T00:00') }),
      fc.integer({ min: 1, max: 200 }),
      hour,
      hour,
      fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      (last, hours, from, to, days) => {
        fc.pre(from !== to)
        const clock = (h: number): string => `${String(h).padStart(2, '0')}:00`
        const one = watch({ every: `${hours}h`, hours: `${clock(from)}-${clock(to)}`, days })
        const due = overdueAt(one, last)
        if (due === null) {
          // So little is open that it takes years, and nobody waits so long.
          expect(openMs(one.times, last, last + 800 * 86_400_000)).toBeLessThan(hours * 3_600_000)
          return
        }
        expect(openMs(one.times, last, due)).toBe(hours * 3_600_000)
        expect(openMs(one.times, last, due - 1)).toBeLessThan(hours * 3_600_000)
      },
    ),
    { numRuns: 60 },
  )
})

describe('an expectation that cannot be understood is refused with the place', () => {
  test.each([
    [{ every: '90' }, '/expect/every'],
    [{ every: '0h' }, '/expect/every'],
    [{ every: '93d' }, '/expect/every'],
    [{ every: '1h', hours: '25:00-26:00' }, '/expect/hours'],
    [{ every: '1h', hours: '03:00-03:00' }, '/expect/hours'],
    [{ every: '1h', hours: '03:00-08:00,07:00-09:00' }, '/expect/hours'],
    [{ every: '1h', hours: '20:00-04:00,03:00-05:00' }, '/expect/hours'],
    [{ every: '1h', closed: ['2026-02-30'] }, '/expect/closed/0'],
    [{ every: '1h', closed: ['2026-02-23/2026-02-17'] }, '/expect/closed/0'],
    [{ every: '1h', days: [] }, '/expect/days'],
    [{ records: { 'a/b': { every: 'soon' } } }, '/expect/records/a~1b/every'],
    [{}, '/expect'],
    [{ hours: '03:00-11:00' }, '/expect'],
  ] as const)('%j', (expected, path) => {
    const compiled = compileExpectation(expected)
    expect(compiled.ok ? [] : compiled.issues.map((issue) => issue.path)).toEqual([path])
  })
})

test('a record has a rhythm of its own within the calendar of its system', () => {
  const compiled = compileExpectation({
    hours: '03:00-11:00',
    closed: ['2026-02-17'],
    records: { trade: { every: '1h' }, test: { every: '1d', hours: '00:00-24:00', days: [1] } },
  })
  if (!compiled.ok) throw new Error('refused')
  const [trade, tests] = compiled.watches as [Watch, Watch]
  expect([trade.record, tests.record]).toEqual(['trade', 'test'])
  expect(shown(overdueAt(trade, at('2026-02-16T10:30')))).toBe('2026-02-18T03:30')
  expect(shown(overdueAt(tests, at('2026-03-02T10:30')))).toBe('2026-03-10T00:00')
})
