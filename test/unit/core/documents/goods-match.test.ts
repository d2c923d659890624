import { expect, test } from 'vitest'
import { goodsDiffer } from '#core/documents/goods-match.ts'
import { kindCode } from '#core/documents/mentioned-paper.ts'
import { goodsMeant } from '#core/documents/paper-goods.ts'
import { animalNames, speciesIn } from '#core/products/animals.ts'
import { lookupProduct } from '#core/products/lookup.ts'

test.each([
  ['pork', null, 'vegetable', null, 'class'],
  ['pork', null, 'beef', null, 'class'],
  ['other_livestock', null, 'pork', null, null],
  ['vegetable', '01233401', 'vegetable', '01233402', 'kind'],
  ['pork', '21113011', 'pork', '21113015', null],
  ['vegetable', null, null, null, null],
  ['other_livestock', '02121', 'other_livestock', '02121013', null],
  ['other_livestock', '02121', 'other_livestock', '02112014', 'class'],
  ['other_livestock', '02121', 'beef', null, 'class'],
  ['other_livestock', '02121', 'pork', '21113015', null],
  ['other_livestock', null, 'beef', null, null],
  ['other_livestock', '02112', 'other_livestock', '02112014', null],
  ['other_livestock', '02112013', 'other_livestock', '02112014', 'kind'],
  ['other_livestock', '02112013', 'mutton', null, null],
  ['other_livestock', '02113010', 'other_livestock', '02113015', null],
  ['other_livestock', '02113010', 'other_livestock', '02113100', 'kind'],
  ['poultry_live', '02122012', 'poultry_live', '02122013', 'kind'],
  ['poultry_live', '02122012', 'poultry_meat', '02122013', 'kind'],
  ['poultry_live', '02122012', 'poultry_live', '02129018', 'kind'],
  ['poultry_live', '02122011', 'poultry_live', '02122013', null],
  ['poultry_live', '02122012', 'poultry_meat', null, null],
] as const)('%s %s under a paper, %s %s on the lorry: %s', (aClass, aCode, bClass, bCode, differ) => {
  expect(
    goodsDiffer({ productClass: aClass, productCode: aCode }, { productClass: bClass, productCode: bCode }),
  ).toBe(differ)
})

const named = (name: string) => ({
  productClass: lookupProduct({ name }).class ?? null,
  productCode: kindCode({ name }),
})

test.each([
  ['生猪', '仔猪', null],
  ['生猪', '五花肉', null],
  ['生猪', '活猪', null],
  ['生猪', '山羊', 'class'],
  ['生猪', '肉牛', 'class'],
  ['生猪', '牛肉', 'class'],
  ['生猪', '兔', 'class'],
  ['生猪', '三黄鸡', 'class'],
  ['肉牛', '黄牛', null],
  ['羊', '湖羊', null],
  ['绵羊', '山羊', 'kind'],
  ['活鸡', '三黄鸡', null],
  ['活鸡', '凤爪', null],
  ['活鸡', '活鸭', 'kind'],
  ['活鸡', '鸭掌', 'kind'],
  ['白条鸡', '光鸭', 'kind'],
  ['活鸡', '珍珠鸡', null],
  ['生猪', '黑猪一号', null],
] as const)('%s under a paper, %s on the lorry: %s', (paper, load, differ) => {
  expect(goodsDiffer(named(paper), named(load))).toBe(differ)
})

test('every name of an animal, or of meat of one, is a standard name of the table of products and tells a species or its group', () => {
  for (const name of animalNames()) {
    expect(lookupProduct({ name }), name).toMatchObject({ standardName: name })
    expect(speciesIn(kindCode({ name }) ?? ''), name).toBeDefined()
  }
})

test('of several goods of a paper those of the species are meant, meat before animals and the very animal before its group', () => {
  const goods = ['生猪', '猪白条', '羊', '山羊'].map(named)
  expect(
    ['大猪', '排骨', '山羊', '绵羊', '羊排', '牛'].map((name) => goodsMeant(goods, named(name))),
  ).toEqual([...[0, 1, 3, 2, null, null]])
})
