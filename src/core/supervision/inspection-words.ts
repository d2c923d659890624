import type { Bilingual } from '#core/model/field.ts'

/** What came of an inspection: in English as it is asked for and recorded. */
export const RESULT_WORDS: Readonly<Record<string, Bilingual>> = {
  pass: ['pass', '合格'],
  fail: ['fail', '不合格'],
  rectify: ['rectify', '责令整改'],
  unknown: ['unknown', '未判定'],
}

/** What became of what had to be put right. */
export const RECTIFICATION_WORDS: Readonly<Record<string, Bilingual>> = {
  none: ['none', '无需整改'],
  pending: ['pending', '整改期内'],
  overdue: ['overdue', '逾期未整改'],
  mended: ['mended', '已整改'],
}
