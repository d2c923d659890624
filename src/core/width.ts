const FOLDED = /[\uff01-\uff5e\u3000\u00a0\u2002-\u200a\u202f\u200b-\u200d\u2060\ufeff\u2212\u338e\u338f]/g

/**
 * The text with full-width letters, digits and signs as their ASCII twins (U+FF01–FF5E), wide blanks as blanks, characters of no
 * width left out, the minus sign as `-`, and the squares `㎏` and `㎎` spelt out. Unlike NFKC it makes no digit of a sign that is
 * none: `5²` does not become 52, nor `①` 1.
 */
export function foldWidth(text: string): string {
  return isAscii(text) ? text : text.replace(FOLDED, fold)
}

/** Whether every character is ASCII: then there is nothing to fold. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

function fold(char: string): string {
  const code = char.charCodeAt(0)
  if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
  if (code === 0x2212) return '-'
  if (code === 0x338f) return 'kg'
  if (code === 0x338e) return 'mg'
  const noWidth = (code >= 0x200b && code <= 0x200d) || code === 0x2060 || code === 0xfeff
  return noWidth ? '' : ' '
}
