import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { civilFromDays, daysFromCivil } from '#core/calendar.ts'
import { COMMON_TIME_FORMATS } from '#core/dates/common.ts'
import { compileTime } from '#core/dates/compile.ts'
import { epochOf } from '#core/dates/when.ts'

const common = compileTime(COMMON_TIME_FORMATS)
const pad = (n: number) => String(n).padStart(2, '0')

describe('a time in a known format', () => {
  it.each([
    ['yyyy/M/d H:mm:ss', '2024/4/15 3:42:10', '2024-04-15T03:42:10+08:00', 'second'],
    ['yyyy-MM-dd HH:mm:ss', '2024-04-15 00:42:00', '2024-04-15T00:42:00+08:00', 'second'],
    ['yyyyMMdd', '20240415', '2024-04-15T00:00:00+08:00', 'day'],
    ['yyyy-M-d H:mm', '2024-4-14 9:05', '2024-04-14T09:05:00+08:00', 'minute'],
    ['yyyy年M月d日', '2017年4月14日', '2017-04-14T00:00:00+08:00', 'day'],
    ['yyMMdd', '170401', '2017-04-01T00:00:00+08:00', 'day'],
    ['yyyy-MM-dd HH', '2024-04-15 07', '2024-04-15T07:00:00+08:00', 'hour'],
    ['yyyyMM', '202404', '2024-04-01T00:00:00+08:00', 'month'],
    ['yyyy', '2024', '2024-01-01T00:00:00+08:00', 'year'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", '2024-04-15T01:02:03.999', '2024-04-15T01:02:03+08:00', 'second'],
    ['dd/MM/yyyy', '04/05/2024', '2024-05-04T00:00:00+08:00', 'day'],
    ['yyyy/M/d a h:mm:ss', '2017/4/1 下午 3:05:10', '2017-04-01T15:05:10+08:00', 'second'],
    ['yyyy/M/d h:mm:ss a', '2017/4/1 12:05:10 AM', '2017-04-01T00:05:10+08:00', 'second'],
    ['epoch-ms', '1713079800000', '2024-04-14T15:30:00+08:00', 'second'],
    ['epoch-s', '1492299731', '2017-04-16T07:42:11+08:00', 'second'],
    ['dotnet', '/Date(1491004800000+0800)/', '2017-04-01T08:00:00+08:00', 'second'],
    ['dotnet', '/Date(1491004800000)/', '2017-04-01T08:00:00+08:00', 'second'],
    ['excel', '42826', '2017-04-01T00:00:00+08:00', 'day'],
    ['excel', '42841', '2017-04-16T00:00:00+08:00', 'day'],
    ['excel', '45397', '2024-04-15T00:00:00+08:00', 'day'],
    ['excel', '42841.0', '2017-04-16T00:00:00+08:00', 'day'],
    ['excel', '42841.5', '2017-04-16T12:00:00+08:00', 'second'],
    ['excel', '42841.378472222219', '2017-04-16T09:05:00+08:00', 'second'],
    ['excel', '42841.999999999', '2017-04-17T00:00:00+08:00', 'second'],
    ['excel-1904', '41364', '2017-04-01T00:00:00+08:00', 'day'],
    ['iso', '2021-11-05T09:20:00+08:00', '2021-11-05T09:20:00+08:00', 'second'],
    ['iso', '2021-11-05T01:20:00Z', '2021-11-05T09:20:00+08:00', 'second'],
    ['iso', '2021-11-05T20:20:30.5-0330', '2021-11-06T07:50:30+08:00', 'second'],
    ['iso', '2021-11-05T09:20', '2021-11-05T09:20:00+08:00', 'minute'],
    ['iso', '2021-11-05', '2021-11-05T00:00:00+08:00', 'day'],
  ])('%s reads %s', (format, raw, at, precision) => {
    expect(compileTime([format])(raw)).toEqual({ at, precision, raw })
  })

  it.each([
    ['yyyyMMdd', '0001-01-01'],
    ['yyyy-MM-dd', '0001-01-01'],
    ['iso', '0001-01-01T00:00:00'],
    ['yyyy-MM-dd', '1900-01-00'],
    ['yyyy-MM-dd', '0000-00-00'],
    ['yyyy-MM-dd', '2024-13-01'],
    ['yyyy-MM-dd', '2024-04-31'],
    ['yyyy-MM-dd', '2023-02-29'],
    ['yyyy-MM-dd HH:mm', '2024-04-15 25:00'],
    ['yyyy-MM-dd HH:mm', '2024-04-15 24:00'],
    ['yyyy-MM-dd HH:mm:ss', '2024-04-15 10:00:60'],
    ['yyyy-MM-dd', '2024-4-15'],
    ['yyyy-MM-dd', '2024-04-15 '.repeat(20)],
    ['yyyy-M-d', '2024-004-15'],
    ['yyyy-M-d', '2024-4-'],
    ['yyyy-M-d', '2024-4-15x'],
    ['yyyy/M/d a h:mm', '2024/4/15 下午 13:00'],
    ['excel', '60'],
    ['excel', '0'],
    ['excel', '19999'],
    ['excel', '80001'],
    ['excel', '42841.'],
    ['excel', '4.2841E4'],
    ['epoch-ms', '0'],
    ['epoch-ms', '1492299731'],
    ['epoch-s', '1713079800000'],
    ['dotnet', '/Date(-62135596800000)/'],
    ['dotnet', '/Date(999999999999999)/'],
    ['iso', '2021-11-05T09:20:00+25:00'],
    ['iso', '2021-11-05T24:00:00Z'],
  ])('%s does not take %s for a time', (format, raw) => {
    expect(compileTime([format])(raw)).toBeNull()
  })

  it('reads full-width digits and blanks around the text, and keeps the raw text', () => {
    const read = compileTime(['yyyy年M月d日', 'yyyy.M.d'])
    expect(read('２０２４．４．１５')).toEqual({
      at: '2024-04-15T00:00:00+08:00',
      precision: 'day',
      raw: '２０２４．４．１５',
    })
    expect(read('\u3000２０２４年４月１５日 ')?.at).toBe('2024-04-15T00:00:00+08:00')
    expect(read('2024.4.1²')).toBeNull()
  })

  it('turns a time of another zone into +08:00 and leaves a bare date as it is', () => {
    const read = compileTime(['yyyy-MM-dd HH:mm', 'yyyy-MM-dd', 'iso'], 'UTC')
    expect(read('2024-04-14 20:30')?.at).toBe('2024-04-15T04:30:00+08:00')
    expect(read('2024-04-14')?.at).toBe('2024-04-14T00:00:00+08:00')
    expect(read('2024-04-14T20:30:00+09:00')?.at).toBe('2024-04-14T19:30:00+08:00')
  })

  it('takes the first format that fits', () => {
    expect(compileTime(['dd/MM/yyyy', 'MM/dd/yyyy'])('04/05/2024')?.at).toBe('2024-05-04T00:00:00+08:00')
    expect(compileTime(['dd/MM/yyyy', 'MM/dd/yyyy'])('04/15/2024')?.at).toBe('2024-04-15T00:00:00+08:00')
  })

  it('does not compile a format or a zone that does not exist', () => {
    expect(() => compileTime(['YYYY'])).toThrow(RangeError)
    expect(() => compileTime(['iso'], 'Mars')).toThrow(RangeError)
  })
})

describe('a time of unknown format', () => {
  it.each([
    ['20170401', '2017-04-01T00:00:00+08:00', 'day'],
    ['2017-4-1', '2017-04-01T00:00:00+08:00', 'day'],
    ['2017/4/1', '2017-04-01T00:00:00+08:00', 'day'],
    ['2017.4.1', '2017-04-01T00:00:00+08:00', 'day'],
    ['2017年4月1日', '2017-04-01T00:00:00+08:00', 'day'],
    ['2017-4-19 9:05', '2017-04-19T09:05:00+08:00', 'minute'],
    ['170401', '2017-04-01T00:00:00+08:00', 'day'],
    ['1492214400000', '2017-04-15T08:00:00+08:00', 'second'],
    ['42826', '2017-04-01T00:00:00+08:00', 'day'],
    ['/Date(1491004800000+0800)/', '2017-04-01T08:00:00+08:00', 'second'],
    ['2021-11-05T09:20:00+08:00', '2021-11-05T09:20:00+08:00', 'second'],
    ['20240415063000', '2024-04-15T06:30:00+08:00', 'second'],
    ['2024-04-15 06:31:22', '2024-04-15T06:31:22+08:00', 'second'],
    ['2017年4月', '2017-04-01T00:00:00+08:00', 'month'],
    ['2024年4月15日 9时5分', null, null],
    ['2024年4月15日9时5分', '2024-04-15T09:05:00+08:00', 'minute'],
  ])('%s', (raw, at, precision) => {
    expect(common(raw)).toEqual(at === null ? null : { at, precision, raw })
  })

  it.each([
    '04/05/2024',
    '4/5/24',
    '2017.4',
    '1492299731',
    '2024041503',
    '60',
    '0',
    '昨日',
    '当日',
    '',
    '0001-01-01',
  ])('is not guessed: %s', (raw) => {
    expect(common(raw)).toBeNull()
  })

  it('fits one of the common formats at most', () => {
    const readers = COMMON_TIME_FORMATS.map((format) => compileTime([format]))
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789-/.: T'), maxLength: 20 })
    const year = fc.integer({ min: 1900, max: 2100 })
    const texts = fc.oneof(
      digits,
      fc.tuple(year, digits).map(([y, rest]) => `${y}${rest}`),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const readings = new Set(readers.map((read) => read(text)?.at).filter((at) => at !== undefined))
        expect(readings.size).toBeLessThanOrEqual(1)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('times in general', () => {
  const written: readonly (readonly [format: string, write: (y: number, m: number, d: number) => string])[] =
    [
      ['yyyyMMdd', (y, m, d) => `${y}${pad(m)}${pad(d)}`],
      ['yyyy-MM-dd', (y, m, d) => `${y}-${pad(m)}-${pad(d)}`],
      ['yyyy/M/d', (y, m, d) => `${y}/${m}/${d}`],
      ['yyyy年M月d日', (y, m, d) => `${y}年${m}月${d}日`],
      ['excel', (y, m, d) => String(daysFromCivil(y, m, d) + 25_569)],
      ['epoch-ms', (y, m, d) => String((daysFromCivil(y, m, d) - 1) * 86_400_000 + 57_600_000)],
    ]

  it.each(written)('in %s come back the same for every day from 1990 to 2050', (format, write) => {
    const read = compileTime([format])
    const first = format === 'epoch-ms' ? daysFromCivil(2001, 9, 10) : daysFromCivil(1990, 1, 1)
    const wrong: string[] = []
    for (let days = first; days <= daysFromCivil(2050, 12, 31); days++) {
      const { year, month, day } = civilFromDays(days)
      const when = read(write(year, month, day))
      if (when?.at !== `${year}-${pad(month)}-${pad(day)}T00:00:00+08:00`) wrong.push(write(year, month, day))
    }
    expect(wrong).toEqual([])
  })

  it('never throw, whatever the text', () => {
    const every = compileTime([...COMMON_TIME_FORMATS, 'epoch-s', 'excel-1904', 'yyyy/M/d a h:mm:ss'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const when = every(text)
        if (when !== null) expect(when.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('know their instant', () => {
    expect(epochOf({ at: '2017-04-15T08:00:00+08:00' })).toBe(1_492_214_400_000)
    const seconds = fc.integer({ min: 1_000_000_000, max: 9_999_999_999 })
    const read = compileTime(['epoch-s'])
    fc.assert(
      fc.property(seconds, (epoch) => {
        expect(epochOf(read(String(epoch)) ?? { at: '' })).toBe(epoch * 1000)
      }),
    )
  })
})
