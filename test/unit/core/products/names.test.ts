import { describe, expect, it } from 'vitest'
import { holdAliases, NAME_SCHEME, type ProductAlias } from '#core/products/aliases.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import { namedProducts } from '#core/products/names.ts'
import { proposeProducts } from '#core/products/propose.ts'
import { unknownProducts } from '#core/products/unknown.ts'
import { source } from '../../../lint/sources.ts'

describe('the table of everyday names', () => {
  it('has each name once, in one class and with one meaning', () => {
    const text = source('src/core/products/names.ts')
    const table = text.slice(text.indexOf('const TABLE'), text.indexOf('const FALSE_POSITIVE_PRONE'))
    const names = [...table.matchAll(/'([^']+)'/g)]
      .flatMap(([, groups = '']) => groups.split(/[ =]/))
      .filter(Boolean)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect([...namedProducts()]).toHaveLength(names.length)
  })

  it.each([
    ['菠莱', '菠菜'],
    ['士豆', '马铃薯'],
    ['茄孑', '茄子'],
    ['白罗卜', '萝卜'],
    ['葫萝卜', '胡萝卜'],
    ['碗豆', '豌豆'],
    ['茼篙', '茼蒿'],
    ['弥猴桃', '猕猴桃'],
    ['菠罗', '菠萝'],
    ['耗牛肉', '牦牛肉'],
  ])('%s is a misreading of %s', (name, standardName) => {
    expect(lookupProduct({ name })).toMatchObject({ standardName, flags: [] })
  })

  it('does not read a place as a vegetable', () => {
    expect(lookupProduct({ name: '莱芜生姜' }).name).toBe('莱芜生姜')
    expect(lookupProduct({ name: '菠萝蜜' })).toMatchObject({ standardName: '菠萝蜜', class: 'fruit' })
  })

  it('keeps 白菜 apart from both that are called so', () => {
    expect(lookupProduct({ name: '白菜' })).toMatchObject({ standardName: '白菜', standardCode: '01232012' })
    expect(lookupProduct({ name: '青菜' }).standardName).toBe('小白菜')
    expect(lookupProduct({ name: '黄芽菜' }).standardName).toBe('大白菜')
  })
})

describe('what a person decided', () => {
  const alias = (more: Partial<ProductAlias>): ProductAlias => ({
    system: null,
    scheme: NAME_SCHEME,
    value: '红妃',
    class: 'fruit',
    code: null,
    ...more,
  })
  const decidedOf = (...aliases: ProductAlias[]) => {
    const held = holdAliases()
    held.replace(aliases, 1)
    return (name: string) => held.find('one', NAME_SCHEME, name)
  }

  it('comes after the code and before the table, and that of the system before that of all', () => {
    const decided = decidedOf(alias({}), alias({ system: 'one', class: 'vegetable', code: '01233401' }))
    expect(lookupProduct({ name: '红妃', decided })).toMatchObject({
      class: 'vegetable',
      code: '01233401',
      flags: [],
    })
    expect(lookupProduct({ name: '红妃', code: '21113', decided })).toMatchObject({
      class: 'pork',
      code: '21113',
    })
    expect(lookupProduct({ name: '番茄', decided: decidedOf(alias({ value: '番茄' })) }).class).toBe('fruit')
    expect(lookupProduct({ name: '红妃（一级）', decided }).class).toBe('vegetable')
  })

  it('of another system counts for nobody else', () => {
    expect(lookupProduct({ name: '红妃', decided: decidedOf(alias({ system: 'two' })) })).toEqual({
      name: '红妃',
      flags: ['W_PRODUCT_UNKNOWN'],
    })
  })
})

describe('proposals', () => {
  it.each([
    ['高山小土豆', '马铃薯'],
    ['红美人辣淑', '柑橘'],
    ['西兰芲', '青花菜'],
    ['精品猪五花肉条', '五花肉'],
  ])('%s is nearest to %s', (unknown, known) => {
    expect(proposeProducts(unknown).map(({ name }) => name)).toContain(known)
  })

  it('proposes nothing for what is like nothing, and answers for any text', () => {
    expect(proposeProducts('')).toEqual([])
    expect(proposeProducts('示例商品')).toEqual([])
    expect(proposeProducts('x'.repeat(10_000))).toEqual([])
  })
})

it('tells the unknown products of a record, wherever they stand in it', () => {
  const ids = [{ scheme: 'local.scales', value: '0007' }]
  expect(
    unknownProducts({
      flags: ['W_PRODUCT_UNKNOWN'],
      product: { name: '番茄', class: 'vegetable' },
      input: { product: { name: '甲' } },
      output: { product: { ids } },
    }),
  ).toEqual([
    { name: '甲', code: '', ownCode: '' },
    { name: '', code: '', ownCode: 'local.scales:0007' },
  ])
  expect(unknownProducts({ flags: [], product: { name: '甲' } })).toEqual([])
})
