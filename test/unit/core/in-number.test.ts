import { expect, it } from 'vitest'
import { finding } from '#core/documents/said-finding.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { agreeing, counted } from '#core/in-number.ts'

it('a noun agrees with its count', () => {
  expect([0, 1, 2, '1', '1,001'].map((count) => counted(count, 'record'))).toEqual([
    '0 records',
    '1 record',
    '2 records',
    '1 record',
    '1,001 records',
  ])
  expect(counted(1, 'entry', 'entries')).toBe('1 entry')
  expect(agreeing('{n} {n:lot is|lots are} left', { n: '1' })).toBe('{n} lot is left')
  expect(agreeing('{n} {n:lot is|lots are} left', {})).toBe('{n} lots are left')
})

const GOODS = { goods: '番茄', site: '示例市场', day: '2024-04-15', missing: '承诺达标合格证' }

it.each([
  ['1', /^1 record of 番茄 at 示例市场 on 2024-04-15 lacks papers/, /^1 record of .* has masses/],
  ['3', /^3 records of 番茄 at 示例市场 on 2024-04-15 lack papers/, /^3 records of .* have masses/],
])('the sentences of findings agree with %s record(s)', (records, noPaper, suspect) => {
  expect(sentenceOf('no_paper', { ...GOODS, records }).en).toMatch(noPaper)
  expect(sentenceOf('unit_suspect', { ...GOODS, records }).en).toMatch(suspect)
  expect(sentenceOf('no_paper', { ...GOODS, records }).zh).toContain(`有 ${records} 条记录`)
})

it.each([
  ['uses_expired', '1', '1 record used'],
  ['uses_expired', '2', '2 records used'],
  ['uses_other_goods', '1', '1 record names'],
  ['uses_other_plate', '2', '2 records name'],
] as const)('what is wrong with a paper (%s) agrees with %s record(s)', (code, count, words) => {
  expect(finding(code, { count }).en.startsWith(`${words} `)).toBe(true)
})
