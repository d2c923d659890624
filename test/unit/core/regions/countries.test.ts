import { expect, test } from 'vitest'
import { regionText } from '#core/lineage/record-summary.ts'
import { countryOf } from '#core/regions/countries.ts'
import { publicRegion } from '#flow/trace/public-name.ts'

test.each([
  ['BRA', 'BRA', '巴西'],
  [' idn ', 'IDN', '印度尼西亚'],
  ['ＣＨＮ', 'CHN', '中国'],
  ['NZL', 'NZL', '新西兰'],
])('%s is a country with a Chinese name', (text, code, name) => {
  expect(countryOf(text)).toEqual({ code, name })
})

test.each(['ZZZ', 'BR', '巴西', '', 'constructor'])('%s is none', (text) => {
  expect(countryOf(text)).toBeUndefined()
})

test('imported goods come from their country, on the public page and in the trace', () => {
  const origin = { country: 'BRA', name: '巴西', year: 2024 }
  expect([publicRegion(origin), regionText(origin)]).toEqual(['巴西', '巴西'])
  expect(publicRegion({ year: 2024, writtenAs: '某街 1 号' })).toBeUndefined()
})
