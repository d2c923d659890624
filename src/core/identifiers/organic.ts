import { isDigits } from './shape.ts'

/** Whether the text has the form of an organic code 有机码: 3 certification body, 2 year, 12 random digits. No check digit. */
export function isOrganicShape(code: string): boolean {
  return isDigits(code, 17)
}
