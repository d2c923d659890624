import { describe, expect, it } from 'vitest'
import { choiceOf, publicCodes } from '#flow/trace/public-codes.ts'
import { publicGoods, publicItem } from '#flow/trace/public-goods.ts'
import { publicName, publicNumber } from '#flow/trace/public-name.ts'

describe('names of organisations', () => {
  it.each([
    '衢江莲花示例养殖场',
    '龙游溪口示例蔬菜专业合作社',
    '绍兴稽山示例肉联厂',
    '杭州潮鸣湾示例农贸市场',
    '陈家桥农贸市场',
    '华统股份有限公司',
    '浙江青莲食品股份有限公司',
    '良渚街道检测站',
  ])('%s is shown', (name) => expect(publicName(name)).toBe(name))
  it.each([
    '王建国',
    '欧阳小芳',
    '秀英示例蔬菜摊',
    '王建国家庭农场',
    '李秀英养殖场',
    '龙游县湖镇镇王建国家庭农场',
    '欧阳伟果园',
    '张伟蔬菜种植家庭农场',
    '王建国有限公司',
    '李秀英生鲜超市',
    '示例农场13812345678',
    '养殖场（王建国）',
    '某某有限公司'.repeat(10),
  ])('%s is not', (name) => expect(publicName(name)).toBeUndefined())
})

describe('names of goods and of what was tested', () => {
  it.each([
    [{ name: '带皮片猪', class: 'pork' }, '带皮片猪'],
    [{ name: '本地小白菜' }, '本地小白菜'],
    [{ name: '番茄（王建国）' }, '番茄'],
    [{ name: '王建国家番茄', class: 'vegetable' }, '蔬菜'],
    [{ name: '王建国', class: 'other' }, undefined],
    [{ name: '番茄 13812345678', class: 'vegetable' }, '蔬菜'],
    [{}, undefined],
  ])('%j is %s', (goods, shown) => expect(publicGoods(goods)).toBe(shown))
  it.each(['有机磷和氨基甲酸酯类', '克百威', '克百威、毒死蜱', '孔雀石绿（总量）'])('%s is shown', (item) =>
    expect(publicItem(item)).toBe(item),
  )
  it.each(['克百威 王建国', '王建国', '克百威 13812345678', '', '</p>'])('"%s" is not', (item) =>
    expect(publicItem(item)).toBeUndefined(),
  )
  it('numbers that may be a person’s keep their ends, and words are no number', () => {
    expect(publicNumber('HGZ20240415-7K3M')).toBe('HGZ20240415-7K3M')
    expect(publicNumber('13812345678')).toBe('13****78')
    expect(publicNumber('330106198001011234')).toBe('33****34')
    expect(publicNumber('TEL:13812345678')).toBe('TEL:13****78')
    expect(publicNumber('33060300100120000157')).toBe('33060300100120000157')
    expect(publicNumber('王建国-1')).toBe('****')
    expect(publicNumber('WangJianguo')).toBe('****')
  })
})

describe('what a scanned or typed text may mean', () => {
  const systems = ['one']
  const codes = (text: string) => publicCodes(text, systems)
  it.each([
    ['33060300100120000157'],
    [' 3306 0300 1001 2000 0157 '],
    ['３３０６０３００１００１２００００１５７'],
    ['3306-0300-1001-2000-0157'],
    ['https://zs.example.cn/t/33060300100120000157?lang=en'],
    ['https://other.example.cn/c/33060300100120000157'],
  ])('%s is the trace code', (text) => {
    expect(codes(text)).toEqual(
      expect.arrayContaining(['lot:33060300100120000157', 'doc:33060300100120000157']),
    )
  })
  it('a number with the Chinese characters of numbers is one', () => {
    expect(codes('浙农合字第001号')).toContain('doc:浙农合字第001号')
  })
  it('a batch number is tried in every system, small letters and all', () => {
    expect(codes('jx20240415-t01')).toEqual(
      expect.arrayContaining(['local.one:JX20240415-T01', 'local.one:jx20240415-t01', 'lot:JX20240415-T01']),
    )
    expect(codes('urn:epc:id:sgtin:69012345.0.1')).toContain('lot:urn:epc:id:sgtin:69012345.0.1')
  })
  it.each([
    'local.one:L1',
    'rec:urn:cnft:sale:one:row:1',
    'urn:cnft:sale:one:row:1',
    '13812345678',
    '+8613812345678',
    '138 1234 5678',
    '330106198001011234',
    '33010619800101123x',
    '330106800101123',
    '',
    ' ',
    'X'.repeat(201),
    '王建国',
    '示例村5号王建国',
    'WANGJIANGUO',
    'https://zs.example.cn/',
  ])('%s is never looked up', (text) => expect(codes(text)).toEqual([]))
  it('an ear tag of fifteen digits is not taken for a person', () => {
    expect(codes('133082500000217')).not.toEqual([])
  })
  it('a choice names neither the system nor the code', () => {
    expect(choiceOf('local.one:L1')).toMatch(/^[0-9a-f]{10}$/)
    expect(choiceOf('local.one:L1')).not.toBe(choiceOf('local.two:L1'))
  })
})
