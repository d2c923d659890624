import { compileTime } from '#core/dates/compile.ts'
import { identify } from '#core/identifiers/identify.ts'
import { resolveRegion } from '#core/regions/resolve.ts'
import { readNumber } from '#core/units/term.ts'
import { foldWidth } from '#core/width.ts'
import type { FieldProfile } from './field-profile.ts'

/** What the texts of a field look like, whatever its name is. */
export type Shape =
  | 'time'
  | 'operator'
  | 'node'
  | 'uscc'
  | 'trace'
  | 'region-code'
  | 'product-code'
  | 'promise'
  | 'origin-proof'
  | 'plate'
  | 'phone'
  | 'identity'
  | 'number'
  | 'region-name'
  | 'text'

/** Formats of times as they occur, the strict ones first. */
export const TIME_FORMATS: readonly string[] = [
  'yyyy-MM-dd HH:mm:ss',
  'yyyy/MM/dd HH:mm:ss',
  'yyyy-M-d H:mm:ss',
  'yyyy/M/d H:mm:ss',
  'yyyy-M-d H:mm',
  'yyyy/M/d H:mm',
  'iso',
  'yyyyMMddHHmmss',
  'yyyyMMdd',
  'yyyy-MM-dd',
  'yyyy/MM/dd',
  'yyyy-M-d',
  'yyyy/M/d',
  'yyyy.M.d',
  'yyyy年M月d日',
  'yyyy年M月d日 H:mm:ss',
  'yyyy年M月d日 H:mm',
  'yyyy年M月d日H:mm:ss',
  'yyyy年M月d日H:mm',
  'yyyy年M月d日H时m分s秒',
  'yyyy年M月d日 H时m分',
  'yyyy年M月d日H时m分',
  'epoch-ms',
  'epoch-s',
]

const readersOf = (formats: readonly string[]) =>
  formats.map((format) => ({ format, read: compileTime([format]) }))
const READERS = readersOf(TIME_FORMATS)
/** The day of a spreadsheet is a number like many others: one only where the name of the field says so. */
const WITH_SERIALS = readersOf([...TIME_FORMATS, 'excel'])

/** The fewest formats in which all texts of a field that is a time are times between 2009 and 2031; null where a text is none. */
export const timeFormats = (texts: readonly string[]): string[] | null => formatsOf(texts, WITH_SERIALS)

function formatsOf(texts: readonly string[], readers: typeof READERS): string[] | null {
  if (texts.length === 0) return null
  const found: string[] = []
  for (const text of texts) {
    const fits = readers.filter(({ read }) => isLikely(read(text)?.at))
    if (fits.length === 0) return null
    if (!fits.some(({ format }) => found.includes(format))) found.push(fits[0]?.format ?? 'iso')
  }
  return found
}

const isLikely = (at: string | undefined): boolean => at !== undefined && at >= '2009' && at < '2032'

/** A number without a hyphen that begins with 0 is rather a code. */
const PHONE = /^(1[3-9]\d{9}|0\d{2,3}-\d{7,8})$/
const PLATE = /^[\u4e00-\u9fa5][A-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]$/u
const ENOUGH = 0.8

/** The shape that most of the texts have; `text` where none stands out. */
export function shapeOf({ texts }: FieldProfile): Shape {
  if (texts.length === 0) return 'text'
  for (const [shape, fits] of SHAPES) {
    const count = texts.filter((text) => fits(foldWidth(text).trim())).length
    if (count >= texts.length * ENOUGH) return shape
  }
  return formatsOf(texts, READERS) === null ? 'text' : 'time'
}

const isScheme = (text: string, scheme: 'cn.uscc' | 'cn.idcard.hash'): boolean => {
  const found = identify(text, { scheme })
  return found.scheme === scheme && found.checkOk === true
}
const isRegion = (code: string): boolean =>
  !resolveRegion({ code, year: 2024 }).flags.includes('W_AREA_UNKNOWN')
const isDated = (text: string): boolean => formatsOf([text], READERS) !== null

/** In this order: what is longer and checked comes first, what anything could be comes last. */
const SHAPES: readonly (readonly [Shape, (text: string) => boolean])[] = [
  ['phone', (text) => PHONE.test(text)],
  ['identity', (text) => /^\d{17}[\dXx]$/.test(text) && isScheme(text, 'cn.idcard.hash')],
  ['uscc', (text) => /^[0-9A-Z]{18}$/.test(text) && isScheme(text, 'cn.uscc')],
  ['trace', (text) => /^\d{20}$/.test(text) && isRegion(text.slice(0, 6))],
  ['time', isDated],
  ['operator', (text) => /^\d{13}$/.test(text) && isRegion(text.slice(0, 6))],
  ['node', (text) => /^\d{9}$/.test(text) && isRegion(text.slice(0, 6))],
  ['promise', (text) => /^HGZ\d{6,8}-?[0-9A-Z]{2,12}$/.test(text)],
  ['origin-proof', (text) => /^CDZM\d{6,}$/.test(text)],
  ['plate', (text) => PLATE.test(text)],
  ['product-code', (text) => /^0?[12]\d{6,7}$/.test(text) || /^0?1\d{4}$/.test(text)],
  ['region-code', (text) => /^[1-8]\d{5}$/.test(text) && isRegion(text)],
  ['number', (text) => readNumber(text.replaceAll(',', '')) !== null],
  [
    'region-name',
    (text) =>
      /[\u4e00-\u9fa5]{2,}[省市区县旗]?$/u.test(text) &&
      text.length <= 40 &&
      resolveRegion({ name: text, year: 2024 }).code !== undefined,
  ],
]
