import { expect, it } from 'vitest'
import { issueLines } from '#cli/issue-lines.ts'
import type { Issue } from '#core/issue.ts'

const missing = (row: number): Issue => ({
  path: `row ${row}, 购货单位`,
  code: 'E_SCHEMA',
  target: 'parties',
  reason: 'the key of the record is missing',
  fix: 'Fill in this field and send the record again.',
})
const doubtful: Issue = {
  path: 'row 1, 去向',
  code: 'W_AREA_UNKNOWN',
  target: 'destination',
  reason: 'no such region',
}

it('issues with one cause are one line: the first place, how many more, why and how to mend it; what rejects comes first', () => {
  expect(issueLines([doubtful, doubtful, doubtful, missing(3), missing(6)], false)).toEqual([
    'E_SCHEMA row 3, 购货单位 (and 1 more): the key of the record is missing. Fill in this field and send the record again.',
    'W_AREA_UNKNOWN row 1, 去向 (and 2 more): no such region.',
  ])
})

it('they are told in Chinese to who reads Chinese', () => {
  expect(issueLines([missing(3)], true)).toEqual([
    'E_SCHEMA row 3, 购货单位：缺少记录主键。请填写此字段后重新发送。',
  ])
})
