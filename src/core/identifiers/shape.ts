const HYPHENS = /[-‐-―−－]/g

/** Whether the text is ASCII digits alone, and `length` of them where that is given. */
export function isDigits(text: string, length?: number): boolean {
  if (text.length === 0 || (length !== undefined && text.length !== length)) return false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x30 || c > 0x39) return false
  }
  return true
}

/** The number in the digits from `start` to `end`; the caller knows that they are digits. */
export function digitsAt(text: string, start: number, end: number): number {
  let value = 0
  for (let i = start; i < end; i++) value = value * 10 + (text.charCodeAt(i) - 0x30)
  return value
}

/** The code without hyphens and dashes, for schemes in which they are only for reading. */
export function dropHyphens(code: string): string {
  for (let i = 0; i < code.length; i++) {
    const c = code.charCodeAt(i)
    if (c === 0x2d || c > 0x7e) return code.replace(HYPHENS, '')
  }
  return code
}
