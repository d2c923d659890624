import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookupProduct } from '#core/products/lookup.ts'

describe('products by code and name', () => {
  it.each([
    ['01212', '生姜', 'vegetable'],
    ['01231201', '黄瓜', 'vegetable'],
    ['01232', '小白菜', 'vegetable'],
    ['01232011', '大白菜', 'vegetable'],
    ['01232201', '菠菜', 'vegetable'],
    ['01232202', '芹菜', 'vegetable'],
    ['01232402', '胡萝卜', 'vegetable'],
    ['01233401', '番茄', 'vegetable'],
    ['01233402', '茄子', 'vegetable'],
    ['01233403', '辣椒', 'vegetable'],
    ['01234011', '韭菜', 'vegetable'],
    ['01237016', '鲜香菇', 'mushroom'],
    ['21112011', '鲜牛肉', 'beef'],
    ['21113011', '带皮胴体猪', 'pork'],
    ['21113013', '带皮片猪', 'pork'],
    ['21113014', '无皮片猪', 'pork'],
    ['21113015', '五花肉', 'pork'],
    ['21113015', '里脊', 'pork'],
    ['02121013', '瘦肉型猪', 'other_livestock'],
    ['02122012', '鸡', 'poultry_live'],
  ])('%s %s keeps both and is %s', (code, name, productClass) => {
    expect(lookupProduct({ code, name })).toMatchObject({ code, name, class: productClass, flags: [] })
    expect(lookupProduct({ name }).code).toBeUndefined()
  })

  it('goes by the longest known beginning of a code', () => {
    expect(lookupProduct({ code: '01239999' })).toEqual({ code: '01239999', class: 'vegetable', flags: [] })
    expect(lookupProduct({ code: '21113' })).toMatchObject({ name: '鲜或冷却猪肉', class: 'pork' })
  })

  it('gives back a leading zero that a spreadsheet took, and only where that makes a known code', () => {
    expect(lookupProduct({ code: '1232011' })).toMatchObject({ code: '01232011', name: '大白菜' })
    expect(lookupProduct({ code: '1212', name: '生姜' })).toMatchObject({ code: '01212', class: 'vegetable' })
    expect(lookupProduct({ code: '9232011' })).toEqual({ code: '9232011', flags: ['W_PRODUCT_UNKNOWN'] })
  })

  it('lets the code decide the class when the name says another', () => {
    expect(lookupProduct({ code: '21113015', name: '牛肉' }).class).toBe('pork')
  })
})

describe('products by name alone', () => {
  it.each([
    ['猪', 'other_livestock'],
    ['生猪', 'other_livestock'],
    ['仔猪', 'other_livestock'],
    ['牛', 'other_livestock'],
    ['鸡', 'poultry_live'],
    ['猪白条', 'pork'],
    ['猪肉', 'pork'],
    ['牛肉', 'beef'],
    ['白条鸡', 'poultry_meat'],
    ['鸡蛋', 'egg'],
    ['草鱼', 'fish_farmed'],
    ['鲫鱼', 'fish_farmed'],
    ['带鱼', 'fish_wild'],
    ['毛豆', 'vegetable'],
    ['干木耳', 'mushroom'],
    ['冷冻牛腱', 'cold_chain_import'],
    ['牛腱', 'cold_chain_import'],
    ['冻带鱼', 'cold_chain_import'],
    ['冻猪肉', 'pork'],
    ['进口猪肉', 'cold_chain_import'],
  ])('%s is %s', (name, productClass) => {
    expect(lookupProduct({ name })).toMatchObject({ name, class: productClass, flags: [] })
  })

  it.each([
    ['西红柿', '番茄', '01233401'],
    ['蕃茄', '番茄', '01233401'],
    ['本地有机番茄（一级）', '番茄', '01233401'],
    ['土豆', '马铃薯', '01211'],
    ['包心菜', '结球甘蓝', '01233011'],
    ['耗牛', '牦牛', '02111013'],
  ])('%s means %s %s', (name, standardName, standardCode) => {
    expect(lookupProduct({ name })).toMatchObject({ standardName, standardCode, flags: [] })
  })

  it('mends the misreadings of scanned lists in the name', () => {
    expect(lookupProduct({ code: '02111013', name: '耗牛' }).name).toBe('牦牛')
  })

  it('marks a product that nothing names, and leaves out its class', () => {
    expect(lookupProduct({ name: '示例商品' })).toEqual({ name: '示例商品', flags: ['W_PRODUCT_UNKNOWN'] })
    expect(lookupProduct({ code: '0411', name: '示例' })).toEqual({
      code: '0411',
      name: '示例',
      flags: ['W_PRODUCT_UNKNOWN'],
    })
  })

  it('does not flag that no product was named', () => {
    expect(lookupProduct({})).toEqual({ flags: [] })
  })

  it('marks products of which the enzyme test makes false alarms', () => {
    expect(lookupProduct({ code: '01234011' }).falsePositiveProne).toBe(true)
    expect(lookupProduct({ name: '茭白' }).falsePositiveProne).toBe(true)
    expect(lookupProduct({ name: '黄瓜' }).falsePositiveProne).toBeUndefined()
  })

  it('answers for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(lookupProduct({ name: text, code: text }).flags.length).toBeLessThan(2)
      }),
    )
  })
})
