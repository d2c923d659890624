import type { TimeFormat } from './format.ts'

/**
 * Formats that can be tried one after the other on a text of unknown origin: each text fits one of them at most. Left out are the
 * formats with two readings: `04/05/2024` (April or May), `2017.4` (a workbook cuts the zero of October), ten digits (seconds
 * since 1970 or `yyyyMMddHH`), six digits with the century (`200904` is also a `yyMMdd`). A mapping that knows its source names
 * them.
 */
export const COMMON_TIME_FORMATS: readonly TimeFormat[] = [
  'yyyy-M-d H:m:s',
  'yyyy-M-d',
  'yyyy/M/d H:m:s',
  'yyyyMMdd',
  'epoch-ms',
  'yyyy-M-d H:m',
  'yyyy/M/d H:m',
  'yyyy/M/d',
  'yyyy.M.d H:m:s',
  'yyyy.M.d H:m',
  'yyyy.M.d',
  'yyyyMMddHHmmss',
  'yyyyMMddHHmm',
  'yyyyMMdd HH:mm:ss',
  'yyyy年M月d日 H:m:s',
  'yyyy年M月d日 H:m',
  'yyyy年M月d日H时m分s秒',
  'yyyy年M月d日H时m分',
  'yyyy年M月d日H时',
  'yyyy年M月d日',
  'yyyy年M月',
  'yyyy-M',
  'yyyy/M',
  'iso',
  'dotnet',
  'excel',
  'yyMMdd',
]
