import { foldWidth } from './width.ts'

/**
 * Texts that stand for "nothing" in the cells of existing systems, where a form forced its user to type something. `0` is not
 * among them: it is a number; a source that means nothing by it names it in its mapping.
 */
export const NULL_TOKENS: ReadonlySet<string> = new Set([
  '',
  '/',
  '\\',
  '-',
  '—',
  '——',
  '无',
  '無',
  '暂无',
  '暫無',
  'null',
  'NULL',
  'Null',
  'N/A',
  'n/a',
  '0000-00-00',
])

/** "As in the row above": meant only where rows have an order that a person saw, as in a spreadsheet. */
export const DITTO_TOKENS: ReadonlySet<string> = new Set(['同上', '〃'])

/**
 * Whether a cell says that it has no value. Blanks around the token do not matter, whether ASCII, no-break (U+00A0), ideographic
 * (U+3000) or of no width; full-width forms (`／`, `Ｎ／Ａ`) count as their ASCII twins.
 * @param extra further tokens of this source, written as they appear without blanks around them
 */
export function isNullToken(raw: string, extra?: ReadonlySet<string>): boolean {
  if (NULL_TOKENS.has(raw) || extra?.has(raw) === true) return true
  if (!needsSecondLook(raw)) return false
  const bare = foldWidth(raw).trim()
  return NULL_TOKENS.has(bare) || extra?.has(bare) === true
}

/** Whether a cell says "as above". */
export function isDitto(raw: string): boolean {
  return DITTO_TOKENS.has(raw) || (raw.length < 16 && DITTO_TOKENS.has(raw.trim()))
}

/** Most cells are decided by their first and last character: neither is a blank nor outside ASCII. */
function needsSecondLook(raw: string): boolean {
  const first = raw.charCodeAt(0)
  const last = raw.charCodeAt(raw.length - 1)
  return first <= 32 || first > 126 || last <= 32 || last > 126
}
