import { isDigits } from './shape.ts'

/** Whether the text has the length of a GTIN (8, 12, 13 or 14 digits). */
export function isGtinShape(code: string): boolean {
  const length = code.length
  return (length === 8 || (length >= 12 && length <= 14)) && isDigits(code)
}

/** Whether the text has the form of a GLN, the number of a party or place: 13 digits. */
export function isGlnShape(code: string): boolean {
  return isDigits(code, 13)
}

/** Whether the last digit is right by GS1 mod 10: from the right, weights 3, 1, 3, 1 … Expects digits only. */
export function gs1CheckOk(code: string): boolean {
  let sum = 0
  let weight = 3
  for (let i = code.length - 2; i >= 0; i--) {
    sum += (code.charCodeAt(i) - 0x30) * weight
    weight = 4 - weight
  }
  return code.charCodeAt(code.length - 1) - 0x30 === (10 - (sum % 10)) % 10
}

/**
 * Whether the number is one that a shop gives out itself (EAN-13 with prefix 20–29), mostly with the weight or the price
 * inside. It names goods only within that shop, and where its parts stand is the shop's own setting.
 */
export function isVariableMeasure(code: string): boolean {
  return code.length === 13 && code.charCodeAt(0) === 0x32 && isDigits(code)
}

/** The GTIN in 14 digits, the form in which GTIN-8, -12, -13 and -14 are compared. */
export function gtin14(code: string): string {
  return code.padStart(14, '0')
}

/** Whether the text is a serialised GTIN as the application identifiers write it: (01) GTIN-14 (21) serial up to 20. */
export function isSgtinShape(code: string): boolean {
  return /^(?:\(01\)\d{14}\(21\)|01\d{14}21)[!-~]{1,20}$/.test(code)
}
