import { expect, it } from 'vitest'
import { RECORDS } from '#core/regions/records.ts'
import { resolveRegion } from '#core/regions/resolve.ts'

const read = (name: string, year = 2026) => resolveRegion({ name, year })

it.each([
  ['安吉县、长兴县', ['330522', '330523']],
  ['长兴县/安吉县', ['330522', '330523']],
  ['长兴县和安吉县', ['330522', '330523']],
  ['长兴县煤山镇与安吉县梅溪镇', ['330522', '330523']],
  ['安吉县 长兴县', ['330522', '330523']],
  ['长兴/安吉', ['330522', '330523']],
  ['长兴县、安吉', ['330522', '330523']],
  ['浙江省湖州市长兴县、安吉县及德清县', ['330521', '330522', '330523']],
  ['长兴县（外购：山东寿光）', ['330522', '370783']],
  ['浙江长兴县煤山镇/安徽广德', ['330522', '341882']],
  ['浙江/安徽', ['330000', '340000']],
  ['杭州市余杭区-临平区', ['330110', '330113']],
])('%s names several places: all are given and none is chosen', (name, candidates) => {
  const found = read(name)
  expect(found).toMatchObject({ resolved: 'candidates', candidates, flags: ['W_AREA_AMBIGUOUS'] })
  expect(found.code).toBeUndefined()
})

it.each([
  ['长兴县(太湖)', '330522'],
  ['上城区清波街道/河坊街', '330102'],
  ['上城区清波街道/西湖', '330102'],
  ['浙江省/湖州市/长兴县', '330522'],
  ['浙江省、湖州市、长兴县', '330522'],
  ['湖州市长兴县（湖州市）', '330522'],
  ['长兴县（浙江湖州）', '330522'],
  ['青海/海南', '632500'],
  ['海南/海口', '460100'],
  ['吉林、吉林市', '220200'],
  ['长兴县和平镇', '330522'],
  ['湖州市长兴县(和平镇)', '330522'],
  ['太和县', '341222'],
  ['内蒙古呼和浩特市', '150100'],
  ['广东省河源市和平县', '441624'],
  ['长兴县/城区', '330522'],
  ['长兴县（义乌市场）', '330522'],
  ['嘉兴水果市场/上海江桥批发市场', '330400'],
  ['长兴县(上海市场)', '330522'],
  ['长兴县 吉林人参', '330522'],
  ['余杭区·良渚', '330110'],
  ['长兴县（原安吉路）', '330522'],
])('%s is one place', (name, code) => {
  expect(read(name)).toMatchObject({ code, resolved: 'exact' })
})

it('a county of the past beside what it became is one place', () => {
  expect(read('绍兴市柯桥区（绍兴县）', 2015)).toMatchObject({ code: '330603' })
})

it('each region of the country is one place, by its name alone and behind the levels above it, with and without signs between them', () => {
  for (const record of RECORDS) {
    if (record.end !== undefined) continue
    const { path = [] } = resolveRegion({ code: record.code, year: 2024 })
    const whole = resolveRegion({ name: path.join(''), year: 2024 })
    if (whole.code !== record.code) continue
    for (const sign of ['/', ' '])
      expect(resolveRegion({ name: path.join(sign), year: 2024 }).code, path.join(sign)).toBe(record.code)
  }
})
