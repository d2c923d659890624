import { describe, expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { issueOf } from '#adapters/push/refusal.ts'
import { problemOf } from '#api/problem.ts'
import { HubError } from '#core/errors.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import type { ReadOptions } from '#core/source.ts'
import { refusalOf } from '../adapters/push/refusal-of.ts'

const CSV = { format: 'csv' } as const satisfies ReadOptions
const JSON_LIST = { format: 'json', rows: 'list' } as const satisfies ReadOptions

const told = ({ reason, fix = '' }: { reason: string; fix?: string }) => [
  chineseReason(reason),
  chineseReason(fix),
]

describe('who reads Chinese is told in Chinese why bytes cannot be read, and what to do', () => {
  it.each([
    [
      'a cut row',
      'a,b,c\n1,2\n',
      CSV,
      ['该行被截断：应有 3 列，只有 2 列', '每列都应有单元格；含分隔符的单元格请加引号'],
    ],
    [
      'a line that is cut',
      '{"a":1}\n{"a"',
      { format: 'ndjson' } as const,
      ['该行被截断', '请将每条记录写成完整的一行 JSON'],
    ],
    ['no object', '{"list":[3]}', JSON_LIST, ['不是对象', '请将每条记录作为对象发送']],
  ])('%s', (_, text, read, words) => {
    const { records } = decode(Buffer.from(text), read)
    const [issue] = records.flatMap(({ issues }) => issues)
    expect(issue && told(issue)).toEqual(words)
  })

  it.each([
    ['nothing', '', JSON_LIST, ['报文为空', '请在请求体中发送记录']],
    ['no list', '{"rows":[]}', JSON_LIST, ['缺少 list', '请按接口文档的结构发送']],
    [
      'a page',
      '<html><body>502</body></html>',
      JSON_LIST,
      [expect.stringContaining('代理'), expect.any(String)],
    ],
  ])('%s', (_, text, read, words) => {
    const refusal = refusalOf(() => decode(Buffer.from(text), read))
    expect(told(issueOf(refusal))).toEqual(words)
  })
})

describe('the problem of a message that cannot be read', () => {
  const issue = { path: 'jsonStr', code: 'E_SCHEMA', reason: 'the form value ends inside the JSON' } as const
  const error = new HubError('unreadable_message', {
    detail: `${issue.reason} (${issue.path})`,
    issues: [issue],
  })
  it('says in the language of the caller why, with the place', () => {
    expect(problemOf(error, 'zh', 'r').detail).toBe('表单值在 JSON 中间中断（jsonStr）')
    expect(problemOf(error, 'en', 'r').detail).toBe('the form value ends inside the JSON (jsonStr)')
  })
})
