import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  epochToLocal,
  isLeapYear,
  isValidDate,
  localToEpoch,
  zoneOffset,
} from '#core/calendar.ts'

describe('civil calendar', () => {
  it('counts days from 1970-01-01 as the Gregorian calendar does', () => {
    expect(daysFromCivil(1970, 1, 1)).toBe(0)
    expect(daysFromCivil(1969, 12, 31)).toBe(-1)
    expect(daysFromCivil(2000, 2, 29)).toBe(11_016)
    expect(daysFromCivil(2017, 4, 1)).toBe(17_257)
    expect(daysFromCivil(1900, 3, 1) - daysFromCivil(1900, 2, 28)).toBe(1)
  })

  it('agrees with the calendar of the language on every day from 1600 to 2400', () => {
    fc.assert(
      fc.property(fc.integer({ min: -135_140, max: 157_054 }), (days) => {
        const date = new Date(days * 86_400_000)
        const civil = civilFromDays(days)
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        })
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days)
      }),
      { numRuns: 2000 },
    )
  })

  it('knows leap years by the rule of 4, 100 and 400', () => {
    expect([1900, 2000, 2023, 2024, 2100].map(isLeapYear)).toEqual([false, true, false, true, false])
    expect([2, 4, 12, 0, 13].map((month) => daysInMonth(2024, month))).toEqual([29, 30, 31, 0, 0])
  })

  it('refuses days that do not exist', () => {
    expect(isValidDate(2024, 2, 29)).toBe(true)
    expect(isValidDate(2023, 2, 29)).toBe(false)
    expect(isValidDate(2024, 4, 31)).toBe(false)
    expect(isValidDate(2024, 13, 1)).toBe(false)
    expect(isValidDate(2024, 0, 1)).toBe(false)
    expect(isValidDate(2024, 1, 0)).toBe(false)
    expect(isValidDate(0, 1, 1)).toBe(false)
  })
})

describe('local time', () => {
  it('shows an instant as a clock in China shows it, also before 1970', () => {
    expect(epochToLocal(1_492_214_400_000)).toEqual({
      year: 2017,
      month: 4,
      day: 15,
      hour: 8,
      minute: 0,
      second: 0,
    })
    expect(epochToLocal(-1, 0)).toEqual({ year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59 })
  })

  it('goes from the clock to the instant and back', () => {
    const instants = fc.integer({ min: -2_000_000_000, max: 8_000_000_000 })
    const offsets = fc.integer({ min: -840, max: 840 })
    fc.assert(
      fc.property(instants, offsets, (seconds, offset) => {
        expect(localToEpoch(epochToLocal(seconds * 1000, offset), offset)).toBe(seconds * 1000)
      }),
    )
  })

  it('reads fixed zones and refuses all others', () => {
    expect(zoneOffset('Asia/Shanghai')).toBe(480)
    expect(zoneOffset('UTC')).toBe(0)
    expect(zoneOffset('+08:00')).toBe(480)
    expect(zoneOffset('-0330')).toBe(-210)
    for (const zone of ['Europe/Berlin', '+8', '+08:60', '+15:00', '', 'constructor']) {
      expect(zoneOffset(zone), zone).toBeNull()
    }
  })
})
