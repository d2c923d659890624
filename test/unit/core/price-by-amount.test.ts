import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDecimal, divideDecimal, multiplyDecimal, roundDecimal } from '#core/decimal.ts'
import { parsePriceByAmount } from '#core/price-by-amount.ts'

const read = (up: string, massKg: string | undefined, amountYuan: string | undefined) =>
  parsePriceByAmount(up, { bases: ['kg', '500g'], scale: 'fen', massKg, amountYuan })

describe('the amount tells what a price is for', () => {
  test.each([
    ['2960', '1.25', '37', '29.6', 'a kilogram'],
    ['330', '2.256', '14.89', '6.6', '500 g'],
    ['290', '0.25', '0.72', '2.9', 'a kilogram, half a fen rounded down'],
    ['290', '0.25', '0.73', '2.9', 'a kilogram, half a fen rounded up'],
    ['2960', '-1.25', '-37', '29.6', 'a kilogram that was given back'],
  ])('%s fen, %s kg, %s yuan: %s yuan a kilogram, for %s', (up, massKg, amount, value) => {
    const price = { value, currency: 'CNY', per: 'KGM', raw: up }
    expect(read(up, massKg, amount)).toEqual({ price, flags: [] })
  })

  test.each<[string, string | undefined, string | undefined, string | null, string]>([
    ['5555', '1.25', '37', '29.6', 'fits neither: what was paid for a kilogram'],
    ['5555', '0.3', '10', '33.333333', 'fits neither, without end'],
    ['1', '0.001', '0', null, 'fits both: the amount is too small to tell'],
    ['2960', undefined, '37', null, 'the mass is not known'],
    ['2960', '1.25', undefined, null, 'the amount is not known'],
    ['5555', '0', '37', null, 'no mass'],
    ['x', '1.25', '37', '29.6', 'is no number'],
  ])('%s fen, %s kg, %s yuan is flagged: %s (%s)', (up, massKg, amount, value, _) => {
    const reading = read(up, massKg, amount)
    expect(reading.price).toMatchObject({ value, raw: up })
    expect(reading.flags).toEqual(['W_UNIT_SUSPECT'])
  })

  test('what a scale computes is told right, on either basis', () => {
    const basis = fc.constantFrom<'kg' | '500g'>('kg', '500g')
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 50_000 }),
        fc.integer({ min: 50, max: 90_000 }),
        basis,
        (g, up, per) => {
          const yuanPerKg = multiplyDecimal(divideDecimal(String(up), '100', 2), per === 'kg' ? '1' : '2')
          const massKg = divideDecimal(String(g), '1000', 3)
          const amount = roundDecimal(multiplyDecimal(massKg, yuanPerKg), 2)
          expect(read(String(up), massKg, amount)).toMatchObject({ price: { value: yuanPerKg }, flags: [] })
          const wrong = read(String(up), massKg, addDecimal(multiplyDecimal(amount, '5'), '1'))
          expect(wrong.flags).toEqual(['W_UNIT_SUSPECT'])
        },
      ),
    )
  })
})
