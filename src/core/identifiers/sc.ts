import { mod11By10Ok } from './mod11-10.ts'
import { isDigits } from './shape.ts'

const DIGITS = 14

/** The food production licence number 食品生产许可证编号 with its SC, from text with or without it; null where it is none. */
export function normaliseSc(code: string): string | null {
  const digits = code.startsWith('SC') ? code.slice(2) : code
  return isDigits(digits, DIGITS) && (digits.startsWith('1') || digits.startsWith('2')) ? `SC${digits}` : null
}

/** Whether the check digit is right (GB/T 17710 MOD 11,10). Expects the result of `normaliseSc`. */
export function scCheckOk(code: string): boolean {
  return mod11By10Ok(code.slice(2))
}
