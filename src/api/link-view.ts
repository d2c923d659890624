import type { Link } from '#store/links.ts'
import type { Language } from './language.ts'

/** A link as the API gives it: positions as text, what is wrong in the language of the caller. */
export function linkView(link: Link, head: bigint, language: Language): Record<string, unknown> {
  const { cursor, lastError, ...rest } = link
  return {
    ...rest,
    position: String(cursor),
    behind: head > cursor ? Number(head - cursor) : 0,
    lastError: lastError && { ...lastError, advice: lastError.advice[language] },
  }
}
