const LENGTH = 9
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]

/** Whether the text (without hyphen) has the form of an organisation code 组织机构代码: 8 digits or letters, then a digit or X. */
export function isOrgCodeShape(code: string): boolean {
  return code.length === LENGTH && /^[0-9A-Z]{8}[0-9X]$/.test(code)
}

/** Whether the check character is right (GB 11714). Expects a text for which `isOrgCodeShape` holds. */
export function orgCodeCheckOk(code: string): boolean {
  let sum = 0
  for (let i = 0; i < LENGTH - 1; i++) sum += valueOfCharacter(code.charCodeAt(i)) * (WEIGHTS[i] ?? 0)
  const check = 11 - (sum % 11)
  return code.charAt(LENGTH - 1) === (check === 10 ? 'X' : check === 11 ? '0' : String(check))
}

/** 0–9 for digits, 10–35 for A–Z. */
function valueOfCharacter(charCode: number): number {
  return charCode <= 0x39 ? charCode - 0x30 : charCode - 0x37
}
