import { expect, test } from 'vitest'
import { PAPER_REASONS, type PaperReasonCode } from '#core/documents/paper-reasons.ts'
import { finding } from '#core/documents/said-finding.ts'

const REASONS = Object.entries(PAPER_REASONS) as [
  PaperReasonCode,
  { severity: string; en: string; zh: string; askEn?: string; askZh?: string },
][]
const places = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()

test.each(REASONS)('%s says the same in both languages, with the same figures', (_, { en, zh }) => {
  expect(places(zh).filter((name) => name !== 'unit')).toEqual(places(en).filter((name) => name !== 'unit'))
  expect(en).toMatch(/^\S.*\.$/)
  expect(zh).toMatch(/[\u4e00-\u9fff].*。$/)
  expect(zh.replaceAll(/\{\w+\}|YYYY-MM-DD/g, '')).not.toMatch(/[a-z]{3}/i)
})

test.each(REASONS)(
  '%s says in both languages what to ask or do, unless there is nothing to do about it',
  (code, { severity, askEn, askZh }) => {
    if (code === 'shared_elsewhere') expect([severity, askEn]).toEqual(['note', undefined])
    else {
      expect(askEn).toMatch(/^\S.*[.?]$/)
      expect(askZh).toMatch(/[\u4e00-\u9fff].*[。？]$/)
      expect(finding(code).ask).toEqual({ en: askEn, zh: askZh })
    }
  },
)

test('a day of arrival that is none is told with what a day is and for which one the paper is judged', () => {
  const { en, zh, ask } = finding('day_unread', { day: '2024-02-30', on: '2024-04-15' })
  expect(en).toBe(
    'The day of arrival, “2024-02-30”, is no day as YYYY-MM-DD; the paper is judged for today, 2024-04-15.',
  )
  expect(zh).toBe('到场日期“2024-02-30”不是有效日期（应为 YYYY-MM-DD），按当天 2024-04-15 判断。')
  expect(ask).toEqual({
    en: 'On which day do the goods arrive? Check again with that day.',
    zh: '请核实到场日期，并按该日期重新查验。',
  })
})
