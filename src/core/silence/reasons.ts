import { reasonOf } from '#core/mapping/words.ts'

/** Why an expectation cannot be understood, and how to write it. */
export const SILENCE_REASONS = {
  every: reasonOf(
    ['not a time from 1m to 92d', '不是 1m 至 92d 的时长'],
    ['Write 30m, 2h or 1d.', '格式如 30m、2h、1d。'],
  ),
  hours: reasonOf(
    ['not hours of a day, or two that overlap', '不是一天中的时段，或时段重叠'],
    [
      'Write 03:00-11:00, or 22:00-06:00 for a night; several with commas.',
      '格式如 03:00-11:00，跨夜如 22:00-06:00；多个时段用逗号分隔。',
    ],
  ),
  span: reasonOf(
    ['not a day or a span of days', '不是日期或日期区间'],
    ['Write 2026-02-17, or 2026-02-17/2026-02-23.', '格式如 2026-02-17 或 2026-02-17/2026-02-23。'],
  ),
  no_day: reasonOf(
    ['no day is open', '没有开市日'],
    ['Name weekdays: 1 Monday to 7 Sunday.', '请列出星期：1 为星期一，7 为星期日。'],
  ),
  nothing: reasonOf(
    ['nothing is expected: neither "every" nor "records" is given', '未设定任何预期：缺少 every 或 records'],
    ['Write "every": 30m, 2h or 1d.', '请填写 every，如 30m、2h、1d。'],
  ),
} as const
