import { describe, expect, test } from 'vitest'
import { shownBy } from '#adapters/push/xlsx/formats.ts'
import { serialText } from '#adapters/push/xlsx/serial.ts'

describe('a number format tells whether its cells are dates', () => {
  test.each([
    ['yyyy/m/d', 'date'],
    ['yyyy"年"m"月"d"日"', 'date'],
    ['[$-804]yyyy\\-mm\\-dd;@', 'date'],
    ['m/d/yy h:mm', 'date'],
    ['mmm-yy', 'date'],
    ['h:mm AM/PM', 'time'],
    ['上午/下午h"时"mm"分"', 'time'],
    ['mm:ss.0', 'time'],
    ['[h]:mm:ss', 'number'],
    ['General', 'number'],
    ['0.00', 'number'],
    ['#,##0.00_);[Red](#,##0.00)', 'number'],
    ['0.00E+00', 'number'],
    ['@', 'number'],
    ['"day "0', 'number'],
    ['0"斤"', 'number'],
    ['', 'number'],
    ['"'.repeat(5000), 'number'],
  ])('%s', (code, shown) => expect(shownBy(code)).toBe(shown))
})

describe('a serial is the day that the sheet shows', () => {
  test.each([
    [45397, '2024-04-15'],
    [45397.5, '2024-04-15T12:00:00'],
    [45397.354166666664, '2024-04-15T08:30:00'],
    [45396.999999999, '2024-04-15'],
    [1, '1900-01-01'],
    [59, '1900-02-28'],
    [60, null],
    [61, '1900-03-01'],
    [2958465, '9999-12-31'],
    [2958466, null],
    [-1, null],
    [0, null],
    [Number.NaN, null],
  ])('1900: %s', (serial, text) => expect(serialText(serial, 'date', false)).toBe(text))

  test.each([
    [43935, '2024-04-15'],
    [0, '1904-01-01'],
    [60, '1904-03-01'],
  ])('1904: %s', (serial, text) => expect(serialText(serial, 'date', true)).toBe(text))

  test('a time of day alone has no day', () => {
    expect(serialText(0.354166666666667, 'time', false)).toBe('08:30:00')
    expect(serialText(45397.25, 'time', false)).toBe('2024-04-15T06:00:00')
  })
})
