import { mod11By10Ok } from './mod11-10.ts'
import { isDigits } from './shape.ts'

/** Whether the text has the form of a business registration number 工商注册号: 6 registrar, 8 serial, 1 check. */
export function isBizRegShape(code: string): boolean {
  return isDigits(code, 15)
}

/** Whether the check digit is right (GB/T 17710). Numbers given before 2007 have none, so a wrong one only marks. */
export function bizRegCheckOk(code: string): boolean {
  return mod11By10Ok(code)
}
