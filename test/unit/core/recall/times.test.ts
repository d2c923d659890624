import { expect, test } from 'vitest'
import { noticeSheet, type SheetNotice } from '#core/recall/notice-sheet.ts'
import { recallSheet } from '#core/recall/sheet.ts'
import { noticeLine } from '../../../../src/cli/recall.ts'

const AT = '2026-11-28T08:47:05.534Z'
const SHOWN = '2026-11-28 16:47:05 +08:00'
const TIMES = ['orderedAt', 'dueAt', 'firstSentAt', 'deliveredAt', 'acknowledgedAt', 'reportedAt'] as const

const notice: SheetNotice = {
  ...{ hold: 'h', version: 1, order: 'recall', receiver: 'link:1', name: 'city', orderedAt: AT, dueAt: AT },
  ...{ firstSentAt: AT, deliveredAt: AT, delivery: 'd', event: 'e', acknowledgedAt: AT, acknowledgedBy: 'x' },
  ...{ how: 'person', late: false, reportedAt: AT, level: 0, reportLevel: 0, events: [] },
}

test('officials read when they were told, and when it was rehearsed, by the clock of China with its zone', () => {
  const [row = []] = noticeSheet([notice], 'zh').rows
  expect(row.filter((cell) => cell === SHOWN)).toHaveLength(TIMES.length)
  const untold = { firstSentAt: null, deliveredAt: null, acknowledgedAt: null, reportedAt: null }
  const [waiting = []] = noticeSheet([{ ...notice, ...untold }], 'zh').rows
  expect(waiting.filter((cell) => cell === SHOWN)).toHaveLength(2)
  const none = { mass: [], lots: [], regions: [], parties: [], systems: [], links: [], truncated: false }
  const [first = []] = recallSheet(
    { ...none, asked: 'A', part: false, confidence: 0.8, rehearsedAt: AT },
    'zh',
  ).rows
  expect(first).toContain(SHOWN)
  const line = noticeLine(notice)
  expect(line.split(SHOWN)).toHaveLength(4)
  for (const text of [JSON.stringify([row, first]), line]) expect(text).not.toContain('Z')
})
