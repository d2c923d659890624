import { normaliseCode } from '#core/text.ts'

// Seven characters, or eight for new-energy vehicles; the last may be 挂 (trailer), 学, 警, 港, 澳 (GA 36). No I and O in the serial.
const PLATE =
  /^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]$/
const MARKS = /[·•.．。\-—_]/g

/** The licence plate 车牌 without blanks, dots and hyphens, in upper case (`浙h·00x00` → `浙H00X00`). */
export function normalisePlate(raw: string): string {
  return normaliseCode(raw).replace(MARKS, '')
}

/** Whether the normalised text is a civil plate of the mainland. Plates are personal data: they name an owner. */
export function isPlate(plate: string): boolean {
  return PLATE.test(plate)
}
