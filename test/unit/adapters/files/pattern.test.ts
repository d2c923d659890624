import { describe, expect, test } from 'vitest'
import { compilePattern, type NameMatch } from '#adapters/files/source/pattern.ts'

const DATASETS = ['market_in_info', 'retail_market_in_info', 'market_tran_info', 'market']

function match(pattern: string, name: string, datasets: readonly string[] = DATASETS): NameMatch | null {
  const compiled = compilePattern(pattern, datasets)
  if ('fault' in compiled) throw new Error(compiled.fault.en)
  return compiled.pattern.match(name)
}

describe('names that fit', () => {
  test.each<[string, string, string | null, string | null]>([
    [
      '{dataset}_{node}_{date:yyyyMMdd}*.xml',
      'market_in_info_330109004_20240415.xml',
      'market_in_info',
      '20240415000000',
    ],
    [
      '{dataset}_{node}_{date:yyyyMMdd}*.xml',
      'retail_market_in_info_1_20240415_2.xml',
      'retail_market_in_info',
      '20240415000000',
    ],
    [
      '{dataset}_{node}_{date:yyyyMMdd}*.xml',
      'MARKET_IN_INFO_1_20240415.XML',
      'market_in_info',
      '20240415000000',
    ],
    // The shorter name of a dataset is tried where the longer one leads nowhere.
    ['{dataset}_{date:yyyyMMdd}.xml', 'market_20240415.xml', 'market', '20240415000000'],
    ['{dataset}_in_{node}.xml', 'market_in_info.xml', 'market', null],
    ['*.csv', 'a.b.csv', null, null],
    ['*.csv', '.csv', null, null],
    ['检疫_{date:yyyy-MM-dd}.dbf', '检疫_2024-02-29.dbf', null, '20240229000000'],
    ['{date:yyMMddHHmm}.txt', '2404150830.txt', null, '20240415083000'],
    ['{a}{b}.txt', 'xy.txt', null, null],
    ['{seq:digits}.txt', '0012.txt', null, null],
    ['a?.txt', 'ab.txt', null, null],
  ])('%s fits %s', (pattern, name, dataset, date) => {
    expect(match(pattern, name)).toEqual({ dataset, date })
  })

  test('without a list of datasets {dataset} is any word', () => {
    expect(match('{dataset}_{date:yyyyMM}.csv', 'sales_202404.csv', [])).toEqual({
      dataset: null,
      date: '20240401000000',
    })
  })
})

test.each([
  ['{dataset}_{node}_{date:yyyyMMdd}*.xml', 'market_in_info_330109004_20240230.xml'],
  ['{dataset}_{node}_{date:yyyyMMdd}*.xml', 'other_330109004_20240415.xml'],
  ['{dataset}_{node}_{date:yyyyMMdd}.xml', 'market_tran_info20240415.xml'],
  ['{seq:digits}.txt', '12a.txt'],
  ['a?.txt', 'a.txt'],
  ['a.txt', 'axtxt'],
  ['a.txt', 'a.txt.ok'],
  ['{a}{b}.txt', 'x.txt'],
])('%s does not fit %s', (pattern, name) => {
  expect(match(pattern, name)).toBeNull()
})

test.each([
  '',
  '{',
  '}',
  '{}',
  '{Date}',
  '{date}',
  '{date:dd}',
  '{date:YYYY}',
  '{a:x}',
  '{a}{a}',
  'in/{a}',
  'a\\b',
  '{a{b}}',
  'x'.repeat(201),
])('%j is no pattern', (text) => {
  expect('fault' in compilePattern(text, DATASETS)).toBe(true)
})

test('no pattern and no name take long', () => {
  const start = process.threadCpuUsage()
  expect(match(`${'*a'.repeat(15)}b`, 'a'.repeat(255))).toBeNull()
  expect(match('{a}{b}{c}{d}{e}{f}{g}{h}x', 'y'.repeat(255))).toBeNull()
  const { user, system } = process.threadCpuUsage(start)
  expect((user + system) / 1000).toBeLessThan(500)
})
