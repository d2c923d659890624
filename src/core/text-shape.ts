const LONGEST = 40
/** Up to this length a text of ASCII letters and digits is a code of a list, and names nobody. */
const CODE_MAX = 2

/**
 * What a text looks like without what it says: `9` for a digit, `a` and `A` for letters, `字` for everything else that is written, signs
 * of ASCII as they are. `2024-04-15` → `9999-99-99`, `浙F00X00` → `字A99A99`. Of a source field that nobody described this alone is shown,
 * because its text may be of a person; a code of two letters or digits stays as it is.
 */
export function textShape(text: string): string {
  if (text.length <= CODE_MAX && /^[A-Za-z0-9]+$/.test(text)) return text
  const shape = [...text.slice(0, LONGEST)].map(signOf).join('')
  return text.length > LONGEST ? `${shape}…` : shape
}

function signOf(sign: string): string {
  if (sign >= '0' && sign <= '9') return '9'
  if (sign >= 'a' && sign <= 'z') return 'a'
  if (sign >= 'A' && sign <= 'Z') return 'A'
  return sign >= ' ' && sign <= '~' ? sign : '字'
}
