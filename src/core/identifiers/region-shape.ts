import { digitsAt, isDigits } from './shape.ts'

// GB/T 2260: 1 north, 2 northeast, 3 east, 4 south and centre, 5 southwest, 6 northwest.
const PROVINCES =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65'
const IS_PROVINCE = Uint8Array.from({ length: 100 }, (_, code) =>
  code >= 10 && PROVINCES.includes(String(code)) ? 1 : 0,
)
/** 01–70 are cities and prefectures of any time, 90 is what a province governs directly. */
const LAST_PREFECTURE = 70
const DIRECTLY_GOVERNED = 90

/**
 * Whether six digits from `start` can be a county of the mainland, or a city without counties (441900 东莞), by the
 * structure of GB/T 2260. No table and no date: codes keep the dead numbers of the year in which they were given, so
 * today's list would refuse good ones.
 */
export function hasRegionAt(code: string, start: number): boolean {
  for (let i = start; i < start + 6; i++) {
    const c = code.charCodeAt(i)
    // Past the end the code is NaN, which is no digit either.
    if (!(c >= 0x30 && c <= 0x39)) return false
  }
  if (IS_PROVINCE[digitsAt(code, start, start + 2)] !== 1) return false
  const prefecture = digitsAt(code, start + 2, start + 4)
  return (prefecture >= 1 && prefecture <= LAST_PREFECTURE) || prefecture === DIRECTLY_GOVERNED
}

/** Whether the text is `length` digits that begin with a region. */
export function isRegionCode(code: string, length: number): boolean {
  return code.length === length && isDigits(code) && hasRegionAt(code, 0)
}
