import { describe, expect, it } from 'vitest'
import { resolveRegion } from '#core/regions/resolve.ts'

const codeOf = (name: string, year = 2024) => {
  const { code, candidates, flags } = resolveRegion({ name, year })
  return { code: code ?? candidates, flags }
}

describe('a region by code', () => {
  it('gives name and path of the year', () => {
    expect(resolveRegion({ code: '330105', year: 2024 })).toEqual({
      code: '330105',
      name: '拱墅区',
      path: ['浙江省', '杭州市', '拱墅区'],
      year: 2024,
      flags: [],
      resolved: 'exact',
      changedIn: 2021,
    })
  })

  it('knows provinces and prefectures', () => {
    expect(resolveRegion({ code: '330000', year: 2024 })).toMatchObject({ name: '浙江省', resolved: 'exact' })
    expect(resolveRegion({ code: '330100', year: 2024 })).toMatchObject({ name: '杭州市', resolved: 'exact' })
  })

  it.each(['330825007', '330825100201', ' 330825 ', '３３０８２５'])(
    'reads %j by its first six digits',
    (code) => {
      expect(resolveRegion({ code, year: 2024 })).toMatchObject({ code: '330825', flags: [] })
    },
  )

  it.each(['330199', '999999', '33082', 'abc', '0', '33010a'])('does not know %s', (code) => {
    expect(resolveRegion({ code, year: 2024 })).toEqual({
      year: 2024,
      flags: ['W_AREA_UNKNOWN'],
      resolved: 'none',
    })
  })

  it('follows changes that came one after another', () => {
    expect(resolveRegion({ code: '330125', year: 2024 })).toMatchObject({ code: '330110', name: '余杭区' })
    expect(resolveRegion({ code: '330625', year: 2024 })).toMatchObject({ code: '330681', name: '诸暨市' })
  })

  it('follows a prefecture that was dissolved', () => {
    expect(resolveRegion({ code: '371200', year: 2024 })).toMatchObject({ code: '370100', name: '济南市' })
  })

  it('says when and into what a code that is valid in the year ends', () => {
    expect(resolveRegion({ code: '330103', year: 2021 })).toMatchObject({
      code: '330103',
      flags: [],
      endsIn: 2021,
      successors: ['330105'],
    })
  })

  it('names a code that was renamed by the name of the year', () => {
    expect(resolveRegion({ code: '130502', year: 2019 }).name).toBe('桥东区')
    expect(resolveRegion({ code: '130502', year: 2024 })).toMatchObject({ name: '襄都区', flags: [] })
  })

  it('takes nothing for no region, without a flag', () => {
    expect(resolveRegion({ year: 2024 })).toEqual({ year: 2024, flags: [], resolved: 'none' })
    expect(resolveRegion({ code: ' ', name: '', year: 2024 }).flags).toEqual([])
  })
})

describe('a region by name', () => {
  it.each([
    ['浙江省杭州市余杭区', '330110'],
    ['浙江杭州余杭', '330110'],
    ['杭州余杭', '330110'],
    ['余杭', '330110'],
    ['浙江省，杭州市，余杭区', '330110'],
    ['浙江省 衢州市 龙游县', '330825'],
    ['浙江省衢州市龙游县湖镇镇', '330825'],
    ['龙游', '330825'],
    ['衢江', '330803'],
    ['绍兴柯桥', '330603'],
    ['绍兴市诸暨市', '330681'],
    ['嘉兴南湖', '330402'],
    ['南湖', '330402'],
    ['山东寿光', '370783'],
    ['山东省潍坊市寿光市', '370783'],
    ['安徽省宿州市埇桥区示例屠宰有限公司', '341302'],
    ['河南省商丘市虞城县示例肉类加工厂', '411425'],
    ['上海浦东', '310115'],
    ['北京市市辖区朝阳区', '110105'],
    ['湖北省仙桃市', '429004'],
    ['内蒙古鄂尔多斯', '150600'],
    ['景宁', '331127'],
    ['大理', '532900'],
    ['绍兴', '330600'],
    ['浙江', '330000'],
    ['中国浙江省', '330000'],
  ])('%s is %s', (name, code) => {
    expect(codeOf(name)).toEqual({ code, flags: [] })
  })

  it('reads a name in the year of the paper', () => {
    expect(codeOf('杭州市下城区', 2020)).toEqual({ code: '330103', flags: [] })
    expect(codeOf('杭州市下城区')).toEqual({ code: '330105', flags: ['W_AREA_OBSOLETE'] })
    expect(codeOf('浙江省杭州市余杭区', 2020)).toEqual({ code: '330110', flags: [] })
    expect(codeOf('余杭', 1998)).toEqual({ code: '330184', flags: [] })
  })

  it.each([['绍兴县'], ['浙江省绍兴市绍兴县']])('leaves %s open after 2013', (name) => {
    const flags = ['W_AREA_OBSOLETE', 'W_AREA_AMBIGUOUS']
    expect(codeOf(name, 2017)).toEqual({ code: ['330602', '330603'], flags })
    expect(codeOf(name, 2024)).toEqual({ code: ['330602', '330603'], flags })
  })

  it('leaves a split district open', () => {
    expect(codeOf('杭州市江干区')).toEqual({
      code: ['330102', '330114'],
      flags: ['W_AREA_OBSOLETE', 'W_AREA_AMBIGUOUS'],
    })
  })

  it('lists every place of a name that several provinces have', () => {
    expect(codeOf('鼓楼区')).toEqual({
      code: ['320106', '320302', '350102', '410204'],
      flags: ['W_AREA_AMBIGUOUS'],
    })
  })

  it('takes the one in the prefecture, else in the province, of the place that is near', () => {
    const near = (code: string) => resolveRegion({ name: '鼓楼区', year: 2024, near: code })
    expect(near('320111')).toMatchObject({ code: '320106', flags: [], resolved: 'exact' })
    expect(near('350583')).toMatchObject({ code: '350102', flags: [] })
    expect(near('320500')).toMatchObject({ candidates: ['320106', '320302'], flags: ['W_AREA_AMBIGUOUS'] })
    expect(near('330105').candidates).toHaveLength(4)
  })

  it('takes the wider of two places of one name when it holds the other', () => {
    expect(codeOf('长沙')).toEqual({ code: '430100', flags: [] })
    expect(codeOf('长沙县')).toEqual({ code: '430121', flags: [] })
  })

  it('does not take 绍兴区 or 余杭路 for the place that they begin with', () => {
    for (const name of ['绍兴区', '余杭路12号', '龙游镇', '巴西', '/', '浙江\ufffd\ufffd']) {
      expect(codeOf(name)).toEqual({ code: undefined, flags: ['W_AREA_UNKNOWN'] })
    }
  })

  it('keeps the city and flags a county that never was', () => {
    expect(codeOf('绍兴市柯桥县')).toEqual({ code: '330600', flags: ['W_AREA_UNKNOWN'] })
    expect(codeOf('杭州市示例农贸市场')).toEqual({ code: '330100', flags: [] })
  })
})

describe('a code with a name beside it', () => {
  it('goes by the name only between the candidates of the code', () => {
    expect(resolveRegion({ code: '330621', name: '绍兴柯桥', year: 2024 })).toMatchObject({
      code: '330603',
      resolved: 'successor',
      flags: ['W_AREA_OBSOLETE'],
    })
    for (const name of ['绍兴县', '绍兴市', '杭州市余杭区']) {
      expect(resolveRegion({ code: '330621', name, year: 2024 }).candidates).toEqual(['330602', '330603'])
    }
  })

  it('goes by a code that is clear, whatever the name', () => {
    expect(resolveRegion({ code: '330825', name: '龙游示例合作社', year: 2024 })).toMatchObject({
      code: '330825',
      flags: [],
    })
  })

  it('goes by the name where the code was never given out, and flags the code', () => {
    expect(resolveRegion({ code: '330899', name: '衢州市龙游县', year: 2024 })).toMatchObject({
      code: '330825',
      flags: ['W_AREA_UNKNOWN'],
    })
  })
})
