import { describe, expect, it } from 'vitest'
import { COMMON_TIME_FORMATS } from '#core/dates/common.ts'
import { parseTimeFormat, TIME_FORMAT_NAMES } from '#core/dates/format.ts'

describe('the format of a time in a mapping', () => {
  it('is a name, or a pattern of the usual letters', () => {
    const patterns = [
      'yyyy/M/d H:mm:ss',
      'yyyyMMddHHmmss',
      "yyyy-MM-dd'T'HH:mm:ss",
      'yy.M.d',
      'yyyy年MM月dd日 HH时',
    ]
    for (const format of [...TIME_FORMAT_NAMES, ...COMMON_TIME_FORMATS, ...patterns]) {
      expect(parseTimeFormat(format).ok, format).toBe(true)
    }
  })

  it.each([
    ['YYYY-MM-DD', 'yyyy-MM-dd'],
    ['yyyy-mm-dd', 'yyyy-MM-dd'],
    ['yyyy-MM-dd hh:mm:ss', 'yyyy-MM-dd HH:mm:ss'],
    ['yyyy-MM-dd HH:MM:SS', 'yyyy-MM-dd HH:mm:ss'],
    ['%Y-%m-%d %H:%M:%S', 'yyyy-MM-dd HH:mm:ss'],
    ['yyyyMd', 'yyyyMMdd'],
    ['yyyy-MM-dd HH:mm:ssZ', 'yyyy-MM-dd HH:mm:ss'],
    ['yyyy-MM-dd a HH:mm', 'yyyy-MM-dd a hh:mm'],
    ['ISO-8601', 'iso'],
    ['epochms', 'epoch-ms'],
    ['unix', 'epoch-s'],
    ['Excel', 'excel'],
    ['excel1904', 'excel-1904'],
    ['', 'yyyy-MM-dd HH:mm:ss'],
    ['年月日', 'yyyy-MM-dd'],
  ])('%s is refused; %s is suggested', (format, suggestion) => {
    expect(parseTimeFormat(format)).toMatchObject({ ok: false, suggestion })
  })

  it.each([
    'MM-dd',
    'yyyy-dd',
    'HH:mm',
    'yyyy-MM-dd mm',
    'yyyy-MM-dd yyyy',
    "yyyy'年",
    'constructor',
    'q',
    'y'.repeat(100),
  ])('%s is refused with a reason, and what is suggested is no worse', (format) => {
    const reading = parseTimeFormat(format)
    expect(reading.ok).toBe(false)
    if (reading.ok) return
    expect(reading.reason).not.toBe('')
    expect(reading.suggestion).not.toBe(format)
  })
})
