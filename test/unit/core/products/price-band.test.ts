import { describe, expect, it } from 'vitest'
import { isPriceSuspect, priceBand } from '#core/products/price-band.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'

describe('price bands', () => {
  it.each([
    ['vegetable', '01233401', '2.04'],
    ['vegetable', '01233401', '9.60'],
    ['vegetable', '01232011', '1.2'],
    ['vegetable', '01212', '12.00'],
    ['vegetable', undefined, '5.96'],
    ['other_livestock', undefined, '15.60'],
    ['pork', '21113013', '38.50'],
    ['pork', '21113013', '20.00'],
    ['pork', '21113015', '34.00'],
    ['fish_farmed', undefined, '13.00'],
    ['cold_chain_import', undefined, '62'],
  ] as const)('%s %s at %s yuan a kilogram is believable', (productClass, code, price) => {
    expect(isPriceSuspect(price, priceBand(productClass, code))).toBe(false)
  })

  it.each([
    ['vegetable', '01233401', '48.00'],
    ['vegetable', '01233401', '42'],
    ['vegetable', '01233401', '0.02'],
    ['pork', '21113015', '296.00'],
    ['pork', '21113015', '2960'],
    ['pork', '21113013', '0'],
    ['pork', '21113013', 'abc'],
  ] as const)('%s %s at %s is suspect', (productClass, code, price) => {
    expect(isPriceSuspect(price, priceBand(productClass, code))).toBe(true)
  })

  it('suspects nothing where nothing is known', () => {
    expect(isPriceSuspect('99999', priceBand('other'))).toBe(false)
    expect(isPriceSuspect('99999', priceBand(undefined, '99999999'))).toBe(false)
  })

  it('has a lower end below the upper end for every class', () => {
    for (const productClass of Object.keys(PRODUCT_CLASSES) as ProductClass[]) {
      const known = priceBand(productClass)
      if (known !== undefined) expect(Number(known.min)).toBeLessThan(Number(known.max))
    }
  })
})
