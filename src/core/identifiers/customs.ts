import { digitsAt, isDigits } from './shape.ts'

/**
 * Whether the text has the form of a commodity code 商品编号 of the customs tariff: 10 digits, the first 6 of them of the Harmonized
 * System, whose chapters are 01 to 97. No check digit.
 */
export function isCommodityShape(code: string): boolean {
  if (!isDigits(code, 10)) return false
  const chapter = digitsAt(code, 0, 2)
  return chapter >= 1 && chapter <= 97
}

/** Numbers of 18 digits exist since 1999. */
const FIRST_YEAR = 1999
const LAST_YEAR = 2099

/**
 * Whether the text has the form of a customs declaration number 报关单号: 4 customs house, 4 year, 1 direction (0 export,
 * 1 import), 9 serial. No check digit.
 */
export function isCustomsShape(code: string): boolean {
  if (!isDigits(code, 18)) return false
  const year = digitsAt(code, 4, 8)
  return year >= FIRST_YEAR && year <= LAST_YEAR && digitsAt(code, 8, 9) <= 1
}
