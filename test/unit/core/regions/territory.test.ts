import { describe, expect, it } from 'vitest'
import { isWithin, levelOf, provinceOf, regionName, regionPath, subtree } from '#core/regions/path.ts'
import { recordsOf } from '#core/regions/records.ts'
import { territoryChanges, territoryOf } from '#core/regions/territory.ts'

describe('territory of a number that lived on', () => {
  it.each([
    ['330102', { year: 2021, gainedFrom: ['330104'], lostTo: [] }],
    ['330105', { year: 2021, gainedFrom: ['330103'], lostTo: [] }],
    ['330109', { year: 2021, gainedFrom: [], lostTo: ['330114'] }],
    ['330110', { year: 2021, gainedFrom: [], lostTo: ['330113'] }],
    ['330604', { year: 2021, gainedFrom: [], lostTo: ['330602'] }],
    ['330602', { year: 2021, gainedFrom: ['330604'], lostTo: [] }],
  ])('%s changed in 2021', (code, change) => {
    expect(territoryChanges(code).at(-1)).toEqual(change)
  })

  it('余杭区 still held 临平 in 2020, and no longer in 2024', () => {
    expect(territoryOf('330110', 2020)).toEqual({
      code: '330110',
      name: '余杭区',
      since: 2001,
      until: 2021,
      gainedFrom: [],
      laterLostTo: ['330113'],
    })
    expect(territoryOf('330110', 2024)).toMatchObject({ since: 2021, laterLostTo: [] })
    expect(territoryOf('330110', 2024)?.until).toBeUndefined()
  })

  it('a change of name or number alone is no change of territory', () => {
    expect(territoryChanges('330111')).toEqual([])
    expect(territoryChanges('330825')).toEqual([])
  })

  it('knows nothing of a code that never was', () => {
    expect(territoryOf('330199', 2024)).toBeUndefined()
    expect(territoryChanges('330199')).toEqual([])
  })

  it('tells renaming, merger, split and territory apart', () => {
    const kinds = (code: string) =>
      recordsOf(code)
        .at(-1)
        ?.succession.map((s) => `${s.kind} ${s.code} ${s.year}`)
    expect(kinds('330682')).toEqual(['renamed 330604 2013'])
    expect(kinds('330103')).toEqual(['merged 330105 2021'])
    expect(kinds('330104')).toEqual(['territory 330102 1996', 'split 330102 2021', 'split 330114 2021'])
    expect(kinds('330110')).toEqual(['territory 330113 2021'])
    expect(kinds('330621')).toEqual(['territory 330602 2001', 'split 330602 2013', 'split 330603 2013'])
  })
})

describe('the tree of regions', () => {
  it('gives levels, provinces and paths', () => {
    expect([levelOf('330000'), levelOf('330100'), levelOf('330105')]).toEqual([1, 2, 3])
    expect(provinceOf('330105')).toBe('330000')
    expect(regionPath('330105', 2024)).toEqual(['浙江省', '杭州市', '拱墅区'])
    expect(regionPath('110105', 2024)).toEqual(['北京市', '朝阳区'])
    expect(regionPath('429004', 2024)).toEqual(['湖北省', '仙桃市'])
    expect(regionPath('332324', 1982)).toEqual(['浙江省', '绍兴地区', '诸暨县'])
    expect(regionPath('000000', 2024)).toEqual([])
  })

  it('names a code that ended by its last name', () => {
    expect(regionName('330103', 2024)).toBe('下城区')
    expect(regionPath('330103', 2024)).toEqual(['浙江省', '杭州市', '下城区'])
  })

  it('tells what lies within what', () => {
    expect(isWithin('330105', '330100', 2024)).toBe(true)
    expect(isWithin('330105', '330000', 2024)).toBe(true)
    expect(isWithin('330105', '330105', 2024)).toBe(true)
    expect(isWithin('330103', '330100', 2024)).toBe(true)
    expect(isWithin('330105', '330600', 2024)).toBe(false)
    expect(isWithin('330100', '330105', 2024)).toBe(false)
    expect(isWithin('999999', '330000', 2024)).toBe(false)
  })

  it('lists the codes below a region, of a year or of all years', () => {
    expect(subtree('330100', 2024)).toEqual(
      '330100 330102 330105 330106 330108 330109 330110 330111 330112 330113 330114 330122 330127 330182'.split(
        ' ',
      ),
    )
    expect(subtree('330100')).toEqual(expect.arrayContaining(['330103', '330104', '330125', '330113']))
    expect(subtree('330000', 2024).filter((code) => levelOf(code) === 3)).toHaveLength(90)
  })
})
