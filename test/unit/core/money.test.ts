import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multiplyDecimal } from '#core/decimal.ts'
import { parseAmount, parsePrice } from '#core/money.ts'

describe('a price', () => {
  it.each([
    ['4.80', 'kg', undefined, '4.8', 'KGM'],
    ['2.40', '500g', undefined, '4.8', 'KGM'],
    ['2.40', 'unit', '斤', '4.8', 'KGM'],
    ['4.80', 'unit', '公斤', '4.8', 'KGM'],
    ['4800', 'unit', '吨', '4.8', 'KGM'],
    ['0.0048', 'unit', '克', '4.8', 'KGM'],
    ['240', 'unit', '担', '4.8', 'KGM'],
    ['2.4', 'unit', '元/斤', '4.8', 'KGM'],
    ['1800', 'head', undefined, '1800', 'HEA'],
    ['0.9', 'piece', undefined, '0.9', 'H87'],
    ['900', 'unit', '片', '900', 'H87'],
    ['2.4元/斤', 'kg', undefined, '4.8', 'KGM'],
    ['¥4.80', 'kg', undefined, '4.8', 'KGM'],
    ['４．８元', 'kg', undefined, '4.8', 'KGM'],
  ] as const)('of %s for one %s (%s) is %s for one %s', (raw, per, unit, value, code) => {
    const options = unit === undefined ? { per } : { per, unit }
    expect(parsePrice(raw, options)).toEqual({ price: { value, currency: 'CNY', per: code, raw }, flags: [] })
  })

  it('for a basket of unknown weight is none', () => {
    for (const unit of ['筐', '畦', '']) {
      expect(parsePrice('12', { per: 'unit', unit })).toEqual({ price: null, flags: ['W_UNIT_SUSPECT'] })
    }
    expect(parsePrice('12', { per: 'unit' }).price).toBeNull()
    expect(parsePrice('12元/箱', { per: 'kg' }).price).toBeNull()
  })

  it('that cannot be read is null and flagged', () => {
    for (const raw of ['面议', '', '12,5', '/', '3-4']) {
      expect(parsePrice(raw, { per: 'kg' }), raw).toEqual({
        price: { value: null, currency: 'CNY', per: 'KGM', raw },
        flags: ['W_UNIT_SUSPECT'],
      })
    }
  })

  it('for a pound is converted to six digits and flagged', () => {
    expect(parsePrice('1', { per: 'unit', unit: '磅' })).toMatchObject({
      price: { value: '2.204623', per: 'KGM' },
      flags: ['W_UNIT_SUSPECT'],
    })
  })

  it('in fen is a hundredth in yuan', () => {
    expect(parsePrice('1480', { per: '500g', scale: 'fen' }).price?.value).toBe('29.6')
  })

  it('for a 斤 is doubled exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (fen) => {
        const price = (fen / 100).toFixed(2)
        expect(parsePrice(price, { per: '500g' }).price?.value).toBe(multiplyDecimal(price, '2'))
      }),
    )
  })
})

describe('an amount', () => {
  it.each([
    ['1440.00', '1440'],
    ['-1440.00', '-1440'],
    ['1,440.00', '1440'],
    ['¥ 480', '480'],
    ['￥480.5', '480.5'],
    ['-¥480', '-480'],
    ['480元', '480'],
    ['480 元整', '480'],
    ['４８０．００', '480'],
    ['壹佰贰拾元整', '120'],
    ['人民币壹佰贰拾圆整', '120'],
    ['CNY 12.3', '12.3'],
    ['0', '0'],
  ])('%s is %s yuan', (raw, value) => {
    expect(parseAmount(raw)).toEqual({ value, currency: 'CNY', raw })
  })

  it('in fen becomes yuan exactly', () => {
    expect(parseAmount('3700', { scale: 'fen' }).value).toBe('37')
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (fen) => {
        const { value } = parseAmount(String(fen), { scale: 'fen' })
        expect(Math.round(Number(value) * 100)).toBe(fen)
        expect(value).toMatch(/^-?\d+(\.\d{1,2})?$/)
      }),
    )
  })

  it('that cannot be read is null', () => {
    for (const raw of ['', '元', '面议', '1E+5', '12,5', '1'.repeat(100)]) {
      expect(parseAmount(raw).value, raw).toBeNull()
    }
  })
})
