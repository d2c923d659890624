const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const LENGTH = 18
const MODULUS = 31
/** 3^i mod 31. */
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const VALUES = characterValues()
/** The registration county stands at places 3 to 8 and is written in digits. */
const COUNTY_START = 2
const COUNTY_END = 8
/** Registration departments with the classes each gives out (GB 32100-2015, table 1 and its amendment). */
const PREFIXES = new Set(
  '11 12 13 19 21 29 31 32 33 34 35 37 39 41 49 51 52 53 54 55 59 61 62 69 71 72 79 81 89 91 92 93 A1 A9 N1 N2 N3 N9 Y1'.split(
    ' ',
  ),
)

function characterValues(): Int8Array {
  const values = new Int8Array(128).fill(-1)
  for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i
  return values
}

function valueAt(code: string, place: number): number {
  return VALUES[code.charCodeAt(place)] ?? -1
}

/**
 * Whether the text has the form of a unified social credit code 统一社会信用代码 (GB 32100-2015): 18 characters of its
 * alphabet (no I, O, S, V, Z), places 3 to 8 digits. The check character is another question.
 */
export function isUsccShape(code: string): boolean {
  if (code.length !== LENGTH) return false
  for (let i = 0; i < LENGTH; i++) {
    const value = valueAt(code, i)
    if (value < 0 || (value > 9 && i >= COUNTY_START && i < COUNTY_END)) return false
  }
  return true
}

/** Whether the check character is right. Expects a text for which `isUsccShape` holds. */
export function usccCheckOk(code: string): boolean {
  let sum = 0
  for (let i = 0; i < LENGTH - 1; i++) sum += valueAt(code, i) * (WEIGHTS[i] ?? 0)
  return valueAt(code, LENGTH - 1) === (MODULUS - (sum % MODULUS)) % MODULUS
}

/** Whether the first two characters are a department and class that exist; 91 enterprise, 92 sole trader, 93 cooperative. */
export function hasUsccPrefix(code: string): boolean {
  return PREFIXES.has(code.slice(0, 2))
}
