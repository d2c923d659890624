import { expect, test } from 'vitest'
import { requestIssues } from '#api/validation.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { schemaReason } from '#core/model/schema-reason.ts'
import { bodyIssues } from '#core/model/validate.ts'

const sale = {
  occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
  parties: [{ role: 'seller', name: '甲', ids: [] }],
  product: { name: '番茄' },
  quantity: { value: '50', unit: 'KGM' },
  flags: [],
}
const TEST = { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' }
const issue = (kind: 'sale' | 'test', change: object) => bodyIssues(kind, { ...sale, ...change })[0]

test.each([
  ['a mass as a number', issue('sale', { quantity: 50 }), 'must be an object'],
  ['a number in the place of a text', issue('sale', { note: 50 }), 'must be a text'],
  [
    'a mass with its unit',
    issue('sale', { quantity: { value: '100斤', unit: 'KGM' } }),
    'no plain number in digits',
  ],
  ['a region by name', issue('sale', { region: { code: '南湖', year: 2026 } }), 'no code of GB/T 2260'],
  [
    'a verdict of nobody',
    issue('test', { test: { ...TEST, verdict: 'bad' } }),
    expect.stringMatching(/^one of .*pass.*fail/u),
  ],
] as const)('%s is told in a sentence with how it is mended, in both languages', (_name, found, reason) => {
  expect(found?.reason).toEqual(reason)
  for (const text of [found?.reason, found?.fix]) {
    expect(text).not.toMatch(/must match|allowed values|\\d/u)
    expect(chineseReason(text ?? '')).toMatch(/\p{Script=Han}/u)
  }
})

test('a list that is too long for a sentence is cut behind one of its members', () => {
  const allowedValues = Array.from({ length: 99 }, (_, i) => `value-${i}`)
  const { reason = '' } = schemaReason({ keyword: 'enum', params: { allowedValues } }) ?? {}
  expect(reason).toMatch(/, value-\d+, …$/u)
  expect(chineseReason(reason)).toMatch(/^应为下列之一/u)
})

test('of a call too: a text without digits alone, nothing given, and nothing of quotation marks in a query', () => {
  const body = [
    { instancePath: '/quantity', keyword: 'type', params: { type: 'string' }, message: 'must be string' },
    { instancePath: '/quantity', keyword: 'pattern', params: { pattern: '^\\d{1,9}(\\.\\d{1,6})?$' } },
    { instancePath: '', keyword: 'minProperties', params: { limit: 1 } },
  ]
  const issues = requestIssues(body, undefined)
  expect(issues.map(({ path, reason }) => [path, reason])).toEqual([
    ['/quantity', 'must be a text'],
    ['/quantity', 'no plain number in digits'],
    ['', 'nothing is given'],
  ])
  for (const { fix = '' } of issues) expect(chineseReason(fix)).toMatch(/\p{Script=Han}/u)
  const limit = {
    instancePath: '/limit',
    keyword: 'type',
    params: { type: 'integer' },
    message: 'must be integer',
  }
  expect(requestIssues([limit], 'querystring')).toEqual([
    { path: '?limit', code: 'E_SCHEMA', reason: 'must be integer' },
  ])
})
