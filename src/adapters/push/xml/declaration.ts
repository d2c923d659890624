const DECLARATION_MAX = 1000

/**
 * The text with its XML declaration turned into blanks, so that places stay the same: the parser takes several roots only from
 * text without one. Null while the declaration may still be incomplete.
 */
export function blankDeclaration(text: string, complete: boolean): string | null {
  if (!complete && text.length < 6) return null
  if (!text.startsWith('<?xml') || !/\s/.test(text.charAt(5))) return text
  const end = text.indexOf('?>')
  if (end >= 0) return text.slice(0, end + 2).replace(/[^\r\n]/g, ' ') + text.slice(end + 2)
  return complete || text.length > DECLARATION_MAX ? text : null
}
