import { cleanName, hasForbiddenCharacter, isCellError, isMojibake } from '#core/text.ts'
import { memo } from './memo.ts'
import { keepRaw, note, type Run } from './run.ts'

/** A text as it may be kept: clean, or null where it was destroyed before it was sent. */
const readWords = memo<{ readonly clean: string | null }>((text) => ({
  clean: isMojibake(text) || hasForbiddenCharacter(text) ? null : cleanName(text),
}))

/** A name as it may be kept. No name asks a question: doubled marks are characters that were lost, wherever they stand. */
const readName = memo<{ readonly clean: string | null }>((text) =>
  text.includes('??') ? { clean: null } : readWords(text),
)

/** Letters, digits and single signs that need no look at all. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c <= 0x20 || c > 0x7e || c === 0x3f) return false
  }
  return true
}

/** The text cleaned of stray blanks; nothing, and the record rejected, where a wrong character set destroyed it. */
export function wordsOf(run: Run, text: string, target: string): string | undefined {
  return isPlain(text) ? text : kept(run, readWords(text).clean, target)
}

/** The same for the name of a party, a place or a product. An error of a spreadsheet (`#N/A`) is none either. */
export function nameOf(run: Run, text: string, target: string): string | undefined {
  if (isCellError(text)) return kept(run, null, target)
  return isPlain(text) ? text : kept(run, readName(text).clean, target)
}

function kept(run: Run, clean: string | null, target: string): string | undefined {
  if (clean !== null) return clean === '' ? undefined : clean
  note(run, 'E_ENCODING', 'destroyed', { target, rejects: true })
  return undefined
}

/** The same, with the text of the source kept in `raw` where it differs. */
export function keptWords(run: Run, text: string, target: string): string | undefined {
  const words = wordsOf(run, text, target)
  if (words !== undefined && words !== text) keepRaw(run, target, text)
  return words
}

/** Whether the text was destroyed, or holds what no text can (NUL, half of a pair of surrogates). */
export const isDestroyed = (text: string): boolean => !isPlain(text) && readWords(text).clean === null

/** Whether the text was destroyed; the record is rejected then. For codes and numbers, which are read by others. */
export function isRuined(run: Run, text: string, target: string): boolean {
  return !isPlain(text) && readWords(text).clean === null && wordsOf(run, text, target) === undefined
}
