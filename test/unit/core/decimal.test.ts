import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDecimal,
  compareDecimal,
  divideDecimal,
  isZero,
  maxDecimal,
  minDecimal,
  multiplyDecimal,
  negateDecimal,
  parseDecimal,
  roundDecimal,
  subtractDecimal,
} from '#core/decimal.ts'

/** Model: a decimal is a whole number and how many of its digits stand after the point. */
interface Model {
  readonly text: string
  readonly unscaled: bigint
  readonly scale: number
}

function write(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(digits.length - scale)}` : ''}`
}

const decimal: fc.Arbitrary<Model> = fc
  .tuple(
    fc.oneof(
      fc.bigInt(-10_000n, 10_000n),
      fc.bigInt(-(10n ** 24n), 10n ** 24n),
      fc.bigInt(-(10n ** 15n), 10n ** 15n),
    ),
    fc.nat(9),
  )
  .map(([unscaled, scale]) => ({ text: write(unscaled, scale), unscaled, scale }))

function plain(text: string): string {
  const canonical = parseDecimal(text)
  if (canonical === null) throw new Error(`not read: ${text}`)
  return canonical
}

describe('parseDecimal reads', () => {
  it.each([
    ['123.40', '123.4'],
    ['300.000', '300'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['000', '0'],
    ['007.50', '7.5'],
    ['-007.50', '-7.5'],
    ['-12', '-12'],
    ['0.001', '0.001'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    [' 12.5 ', '12.5'],
    ['\u300012\u00a0', '12'],
    ['１８６．５', '186.5'],
    ['－３', '-3'],
    ['−3', '-3'],
    ['1,234.5', '1234.5'],
    ['１，２３４', '1234'],
    ['12,345,678', '12345678'],
    ['-1,000', '-1000'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ])('%j as %s', (raw, value) => {
    expect(parseDecimal(raw)).toBe(value)
  })

  it.each([
    '',
    ' ',
    '.',
    '-',
    '+',
    '-.',
    '12,5',
    '1,2345',
    '0,123',
    '1234,567',
    ',123',
    '1,234,56',
    '1.2.3',
    '1e5',
    '3.3E+19',
    '--5',
    '+-5',
    '5-',
    '12 5',
    '50kg',
    '5²',
    '①',
    '½',
    '١٢',
    'NaN',
    'Infinity',
    '0x10',
    '约100',
    '9'.repeat(65),
  ])('nothing in %j', (raw) => {
    expect(parseDecimal(raw)).toBeNull()
  })

  it('its own answers unchanged', () => {
    fc.assert(
      fc.property(decimal, ({ text }) => {
        const canonical = plain(text)
        expect(canonical).toMatch(/^(?:0|-?(?:[1-9]\d*|0(?=\.))(?:\.\d*[1-9])?)$/)
        expect(parseDecimal(canonical)).toBe(canonical)
        expect(compareDecimal(canonical, text)).toBe(0)
      }),
    )
  })

  it('any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,+-eE ．，－１\u3000x') }), (raw) => {
        const value = parseDecimal(raw)
        if (value !== null) expect(parseDecimal(value)).toBe(value)
      }),
    )
  })
})

describe('arithmetic', () => {
  it('is exact where floating point is not', () => {
    expect(addDecimal('0.1', '0.2')).toBe('0.3')
    expect(multiplyDecimal('0.1', '3')).toBe('0.3')
    expect(multiplyDecimal('120', '0.5')).toBe('60')
    expect(multiplyDecimal('0.45359237', '1.005')).toBe('0.45586033185')
    expect(subtractDecimal('1000000000000000000000.01', '0.01')).toBe('1000000000000000000000')
    expect(multiplyDecimal('-0.5', '0')).toBe('0')
  })

  it('commutes, associates, distributes and inverts', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, ({ text: a }, { text: b }, { text: c }) => {
        expect(addDecimal(a, b)).toBe(addDecimal(b, a))
        expect(multiplyDecimal(a, b)).toBe(multiplyDecimal(b, a))
        expect(addDecimal(addDecimal(a, b), c)).toBe(addDecimal(a, addDecimal(b, c)))
        expect(multiplyDecimal(multiplyDecimal(a, b), c)).toBe(multiplyDecimal(a, multiplyDecimal(b, c)))
        expect(multiplyDecimal(a, addDecimal(b, c))).toBe(
          addDecimal(multiplyDecimal(a, b), multiplyDecimal(a, c)),
        )
        expect(subtractDecimal(addDecimal(a, b), b)).toBe(plain(a))
        expect(negateDecimal(negateDecimal(a))).toBe(plain(a))
        expect(isZero(addDecimal(a, negateDecimal(a)))).toBe(true)
      }),
    )
  })

  it('agrees with whole numbers of any size', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const scale = Math.max(a.scale, b.scale)
        const x = a.unscaled * 10n ** BigInt(scale - a.scale)
        const y = b.unscaled * 10n ** BigInt(scale - b.scale)
        expect(addDecimal(a.text, b.text)).toBe(plain(write(x + y, scale)))
        expect(subtractDecimal(a.text, b.text)).toBe(plain(write(x - y, scale)))
        expect(multiplyDecimal(a.text, b.text)).toBe(plain(write(a.unscaled * b.unscaled, a.scale + b.scale)))
        expect(compareDecimal(a.text, b.text)).toBe(x < y ? -1 : x > y ? 1 : 0)
        expect(isZero(a.text)).toBe(a.unscaled === 0n)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses what is no plain decimal, and does not repeat it', () => {
    for (const bad of ['', '-', 'abc', '1e5', '1,000', '1.2.3', '.5', '--5', '11010519491231002X']) {
      expect(() => addDecimal(bad, '1')).toThrow(/^not a plain decimal$/)
      expect(() => multiplyDecimal('123456789012345678901', bad)).toThrow(/^not a plain decimal$/)
    }
  })
})

describe('division', () => {
  it.each([
    ['1', '3', 4, '0.3333'],
    ['2', '3', 4, '0.6667'],
    ['-2', '3', 4, '-0.6667'],
    ['1', '8', 2, '0.12'],
    ['3', '8', 2, '0.38'],
    ['-1', '8', 2, '-0.12'],
    ['1', '-8', 2, '-0.12'],
    ['5', '2', 0, '2'],
    ['7', '2', 0, '4'],
    ['1', '2', 0, '0'],
    ['600', '2', 3, '300'],
    ['0.003', '0.002', 3, '1.5'],
    ['123.456', '1', 1, '123.5'],
  ])('%s ÷ %s to %i digits is %s, half to even', (a, b, scale, quotient) => {
    expect(divideDecimal(a, b, scale)).toBe(quotient)
  })

  it('by zero throws', () => {
    expect(() => divideDecimal('1', '0.00', 3)).toThrow(/^division by zero$/)
  })

  it('is never further from the true quotient than half of the last digit', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.nat(6), ({ text: a }, { text: b }, scale) => {
        fc.pre(!isZero(b))
        const rest = subtractDecimal(a, multiplyDecimal(divideDecimal(a, b, scale), b))
        const bound = multiplyDecimal(b, write(5n, scale + 1))
        const size = (text: string) => text.replace('-', '')
        expect(compareDecimal(size(rest), size(bound))).toBeLessThanOrEqual(0)
      }),
    )
  })

  it('undoes multiplication', () => {
    fc.assert(
      fc.property(decimal, decimal, ({ text: a, scale }, { text: b }) => {
        fc.pre(!isZero(b))
        expect(divideDecimal(multiplyDecimal(a, b), b, scale)).toBe(plain(a))
      }),
    )
  })
})

describe('the smaller and the greater of two', () => {
  it.each([
    ['9', '10', '9', '10'],
    ['-1', '0', '-1', '0'],
    ['1.5', '1.25', '1.25', '1.5'],
    ['1', '1.00', '1', '1'],
  ])('of %s and %s are %s and %s', (a, b, smaller, greater) => {
    expect([minDecimal(a, b), maxDecimal(a, b)]).toEqual([smaller, greater])
  })
})

describe('rounding', () => {
  it.each([
    ['2.5', 0, '2'],
    ['3.5', 0, '4'],
    ['1.0005', 3, '1'],
    ['1.0015', 3, '1.002'],
    ['1.20', 3, '1.2'],
    ['-2.51', 0, '-3'],
  ])('%s to %i digits is %s', (a, scale, value) => {
    expect(roundDecimal(a, scale)).toBe(value)
  })
})
