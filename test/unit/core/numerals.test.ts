import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChineseNumber } from '#core/numerals.ts'

const CAPITAL = { digits: '零壹贰叁肆伍陆柒捌玖', units: ['', '拾', '佰', '仟'] }
const COMMON = { digits: '零一二三四五六七八九', units: ['', '十', '百', '千'] }

/** Writes a number below 100,000,000 the way of a certificate, independently of the reader. */
function write(n: number, style: typeof CAPITAL): string {
  if (n === 0) return '零'
  const high = Math.floor(n / 10_000)
  const low = n % 10_000
  const gap = high > 0 && low > 0 && low < 1000 ? '零' : ''
  return (high > 0 ? `${writeSection(high, style)}万` : '') + gap + (low > 0 ? writeSection(low, style) : '')
}

function writeSection(n: number, style: typeof CAPITAL): string {
  const text = [...String(n)]
    .map((digit, at, all) =>
      digit === '0' ? '零' : (style.digits[Number(digit)] ?? '') + style.units[all.length - 1 - at],
    )
    .join('')
  return text.replace(/零+/g, '零').replace(/零$/, '')
}

describe('Chinese numerals', () => {
  it.each([
    ['肆拾', '40'],
    ['贰拾', '20'],
    ['壹仟贰佰', '1200'],
    ['壹佰零壹', '101'],
    ['壹佰壹拾陆', '116'],
    ['贰拾伍点五', '25.5'],
    ['拾伍', '15'],
    ['十五', '15'],
    ['两百', '200'],
    ['廿三', '23'],
    ['卅', '30'],
    ['2拾', '20'],
    ['3佰零5', '305'],
    ['１.５万', '15000'],
    ['12万', '120000'],
    ['一万零五十', '10050'],
    ['三亿五千万', '350000000'],
    ['一万亿', '1000000000000'],
    ['二〇二四', '2024'],
    ['零', '0'],
    ['〇', '0'],
    ['零点五零', '0.5'],
    ['负叁', '-3'],
    ['負零', '0'],
    ['貳萬參仟陸佰', '23600'],
    ['7', '7'],
  ])('reads %s as %s', (raw, value) => {
    expect(parseChineseNumber(raw)).toBe(value)
  })

  it.each([
    '',
    '头',
    '若干',
    '见磅单',
    '一批',
    '百',
    '百二十',
    '点五',
    '五点',
    '十百',
    '一万二万',
    '二十三十',
    '拾佰',
    '3筐',
    '5²',
    '①',
  ])('takes %s for no number', (raw) => {
    expect(parseChineseNumber(raw)).toBeNull()
  })

  it.each(['二百五', '三千六', '一万二', '一亿三'])(
    'does not choose between the two readings of %s',
    (raw) => {
      expect(parseChineseNumber(raw)).toBeNull()
    },
  )

  it('reads back every number below 100 million, in capital and in common numerals', () => {
    const numbers = fc.oneof(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 20_000 }))
    fc.assert(
      fc.property(numbers, fc.constantFrom(CAPITAL, COMMON), (n, style) => {
        expect(parseChineseNumber(write(n, style)), write(n, style)).toBe(String(n))
      }),
      { numRuns: 3000 },
    )
  })

  it('never throws and answers a plain decimal or null', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'零壹贰拾佰仟万亿两廿点负〇十0123.x') })
    fc.assert(
      fc.property(texts, (text) => {
        const value = parseChineseNumber(text)
        if (value !== null) expect(value).toMatch(/^-?\d+(\.\d*[1-9])?$/)
      }),
      { numRuns: 2000 },
    )
  })
})
