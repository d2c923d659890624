import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberText } from '#adapters/push/xlsx/number.ts'
import { isPrecisionLost } from '#core/text.ts'

describe('the digits of a number are those of the file', () => {
  test.each([
    ['45397', '45397'],
    ['4.5397E4', '45397'],
    ['4.5397e+04', '45397'],
    ['2.6000000000000001', '2.6'],
    ['45397.354166666664', '45397.354166666664'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['-12.5', '-12.5'],
    ['-0', '0'],
    ['0.00', '0'],
    ['1E-7', '0.0000001'],
    ['1.50E2', '150'],
    ['123456789012345', '123456789012345'],
    ['00123', '123'],
  ])('%s is %s', (raw, text) => expect(numberText(raw)).toBe(text))
})

describe('zeros at the end of a fraction are of the program that wrote it, and make no other number, price or key', () => {
  test.each([
    ['7.0', '7'],
    ['160.0', '160'],
    ['5.20', '5.2'],
    ['-12.50', '-12.5'],
    ['0.10', '0.1'],
    ['100', '100'],
  ])('%s is %s', (raw, text) => expect(numberText(raw)).toBe(text))
})

describe('a whole number of more digits than a spreadsheet keeps is shown as one that lost them', () => {
  test.each([
    ['33010900424041497000', '3.3010900424041497E+19'],
    ['3.30109E+19', '3.30109E+19'],
    ['1234567890123456', '1.234567890123456E+15'],
    ['1E+15', '1E+15'],
    ['-1E+20', '-1E+20'],
  ])('%s is %s', (raw, text) => {
    expect(numberText(raw)).toBe(text)
    expect(isPrecisionLost(text.replace('-', ''))).toBe(true)
  })
})

describe('what is no number is given as it stands', () => {
  test.each(['', 'NaN', '1e9999', 'INF', '.', '+', 'e5', '12abc', '1'.repeat(400)])('%s', (raw) => {
    expect(numberText(raw)).toBe(raw)
  })
})

test('every double comes out as the same double, however it is written', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, 2),
      (value, way) => {
        const raw = [String(value), value.toExponential(), value.toPrecision(17)][way] as string
        expect(Number(numberText(raw))).toBe(value === 0 ? 0 : value)
      },
    ),
    { numRuns: 2000 },
  )
})
